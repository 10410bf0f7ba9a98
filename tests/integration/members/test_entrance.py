"""Log-in, password, and what somebody reads who could not get in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from lms.members.models import Member
from tests.conftest import People
from tests.factories.members import PASSWORD
from tests.markup import Page, assert_sound, page_of

LogIn = Callable[[Member], Client]


@pytest.mark.django_db
def test_a_failed_log_in_keeps_the_number_and_says_what_may_be_wrong(people: People) -> None:
    response = Client().post(reverse("members:login"), {"username": "learner", "password": "wrong"})
    page = Page(response.content.decode())
    assert response.status_code == 200
    assert page.all("input", name="username")[0]["value"] == "learner"
    assert "value" not in page.all("input", name="password")[0]
    assert "学号或密码不正确" in page.words
    assert "忘记学号或密码？" in page.words
    assert_sound(page, "zh-hans")


def test_after_five_wrong_passwords_a_page_says_until_when(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
    monkeypatch.setattr("lms.members.templatetags.entrance.clock.now", lambda: noon)
    client = Client()
    client.cookies["django_language"] = "en"
    for _attempt in range(5):
        response = client.post(reverse("members:login"), {"username": "learner", "password": "wrong"})
    assert response.status_code == 429
    page = Page(response.content.decode())
    assert "try again after 12:30" in page.words
    assert "learner number learner" in page.words
    assert "Ask the organizer" in page.words
    assert_sound(page, "en")
    refused = client.post(reverse("members:login"), {"username": "learner", "password": PASSWORD})
    assert refused.status_code == 429
    other = client.post(reverse("members:login"), {"username": "organizer", "password": PASSWORD})
    assert other.status_code == 302  # at the same computer, another person


def test_who_must_change_the_password_is_told_on_the_first_page(people: People, client_of: LogIn) -> None:
    told = "请设置您自己的密码"
    assert told not in page_of(client_of(people.learner), reverse("portal:home")).words
    Member.objects.filter(pk=people.learner.pk).update(must_change_password=True)
    page = page_of(client_of(people.learner), reverse("portal:home"))
    assert told in page.words
    assert page.all("a", **{"class": "btn btn-primary", "href": reverse("members:change-password")})


def test_a_form_from_another_site_gets_an_explanation(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("members:login"), {"username": "learner", "password": PASSWORD})
    assert response.status_code == 403
    assert "请重新提交一次" in response.content.decode()
    assert "_auth_user_id" not in client.session
