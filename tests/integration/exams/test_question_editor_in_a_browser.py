"""The lines of options in a real browser: added, moved and removed by keyboard; and the picture of the question."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from exams.models import QuestionVersion
from tests.conftest import make_people
from tests.factories import exams as make

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.profile("embedded")]


@pytest.fixture
def draft(transactional_db) -> make.Hall:
    people = make_people()
    return make.hall(people.county, people.instructor, people.learner, published=False)


@pytest.fixture
def editor(page, draft, live_server):
    """The page of a new multiple-choice question."""
    client = Client()
    client.force_login(draft.instructor, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("exams:question-create", args=[draft.course.slug, "multiple"]))
    return page


def text(page, letter: str):
    return page.locator(f"input[name=option_{letter}]")


def test_options_are_added_moved_and_removed_by_keyboard(editor):
    for letter, words in zip("ABCD", "甲乙丙丁", strict=True):
        text(editor, letter).fill(words)
    expect(text(editor, "E")).to_be_hidden()
    editor.get_by_role("button", name="增加选项").press("Enter")
    expect(text(editor, "E")).to_be_focused()
    editor.keyboard.type("戊")
    for position in (0, 4):
        editor.locator(f"input[name=correct][value='{position}']").check()

    editor.get_by_role("button", name="上移选项 E").press("Enter")  # 甲乙丙戊丁, the focus goes along
    expect(editor.get_by_role("button", name="上移选项 D")).to_be_focused()
    expect(editor.locator("[data-option-says]")).to_have_text("现在是选项 D")
    editor.get_by_role("button", name="去掉选项 B").press("Enter")  # 甲丙戊丁
    expect(text(editor, "B")).to_be_focused()
    expect(text(editor, "E")).to_be_hidden()
    expect(editor.locator("question-preview .option-words")).to_have_text(["甲", "丙", "戊", "丁"])

    editor.get_by_label("题干").fill("选哪些？")
    expect(editor.locator("question-preview .preview-words")).to_have_text("选哪些？")
    editor.get_by_role("button", name="加入试卷").click()
    expect(editor.get_by_text("题目已加入试卷。")).to_be_visible()
    version = QuestionVersion.objects.latest("pk")
    assert [option["text"] for option in version.options] == ["甲", "丙", "戊", "丁"]
    assert version.answer_key.correct == ["A", "C"]


def test_one_right_option_only_can_be_saved_as_single_choice(editor):
    editor.get_by_label("题干").fill("选哪个？")
    text(editor, "A").fill("甲")
    text(editor, "B").fill("乙")
    editor.locator("input[name=correct][value='1']").check()
    editor.get_by_role("button", name="加入试卷").click()
    expect(editor.get_by_text("多选题至少有两个正确选项")).to_be_visible()
    expect(text(editor, "C")).to_be_hidden()
    editor.get_by_role("button", name="存为单选题").click()
    expect(editor.get_by_text("题目已加入试卷。")).to_be_visible()
    assert QuestionVersion.objects.latest("pk").question.type == "single"
