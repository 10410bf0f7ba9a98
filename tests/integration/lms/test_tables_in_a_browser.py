"""Tables in a real browser: the part that is swapped, the focus, the menu of columns, chosen rows, and no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from lms.members.models import Member
from tests.conftest import People, make_people
from tests.factories import certificates as make_certificates
from tests.factories import credits as make_credits
from tests.factories import members as make

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.profile("scaled")]
OpenPage = Callable[..., Page]


@pytest.fixture
def people(transactional_db: None) -> People:
    people = make_people()
    make_credits.default_rules()
    for number in range(60):
        make.member(f"m-{number:02d}", people.village, full_name=f"学员{number:02d}")
    return people


def visit(page: Page, person: Member, live_server: Any, address: str) -> Page:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(live_server.url + address)
    return page


def test_a_table_is_sorted_paged_and_filtered_without_leaving_the_page(
    open_page: OpenPage, people: People, live_server: Any
) -> None:
    page = visit(open_page(), people.organizer, live_server, f"/organizing/{people.county.pk}/")
    page.evaluate("window.stayed = true")
    status = page.locator("[data-table-status]")
    page.get_by_role("link", name="学号").click()
    expect(page.locator("[aria-sort=ascending]")).to_contain_text("学号")
    expect(page.locator("#table-members-by-learner_no")).to_be_focused()
    page.locator("a[rel=next]").click()
    expect(page).to_have_url(f"{live_server.url}/organizing/{people.county.pk}/?sort=learner_no&page=2")
    expect(status).to_contain_text("63")
    expect(page.locator("[data-table-count]")).to_be_focused()
    page.locator("#id_q").fill("学员07")
    page.locator("#id_q").press("Enter")
    expect(page).to_have_url(f"{live_server.url}/organizing/{people.county.pk}/?sort=learner_no&q=%E5%AD%A6%E5%91%9807")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#id_q")).to_be_focused()
    page.locator(".table-chip").first.click()
    expect(page.locator("tbody tr")).to_have_count(50)
    assert page.evaluate("window.stayed")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#id_q")).to_have_value("学员07")


def test_columns_are_chosen_by_keyboard_and_kept(open_page: OpenPage, people: People, live_server: Any) -> None:
    address = f"/organizing/{people.county.pk}/"
    page = visit(open_page(), people.organizer, live_server, address)
    menu = page.locator("[data-table-menu]")
    page.locator("#table-members-menu").press("Enter")
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    expect(page.locator("#table-members-menu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first box: learner number
    page.keyboard.press("Enter")
    expect(page.locator("th", has_text="学号")).to_have_count(0)
    page.goto(live_server.url + address)
    expect(page.locator("th", has_text="学号")).to_have_count(0)


def test_rows_are_chosen_one_by_one_in_a_row_and_all(open_page: OpenPage, people: People, live_server: Any) -> None:
    for number in range(4):
        make_certificates.issued(people.learner, people.county, people.instructor, slug=f"course-{number}")
    page = visit(open_page(), people.organizer, live_server, "/certificates/manage/")
    act = page.locator("[data-table-acts] button")
    boxes, told = page.locator("input[name=chosen]"), page.locator("[data-table-chosen]")
    expect(act).to_be_disabled()
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(told).to_contain_text("3")
    expect(act).to_be_enabled()
    everything = page.locator("[data-table-all]")
    assert everything.evaluate("box => box.indeterminate")
    everything.check()
    expect(told).to_contain_text("4")
    everything.uncheck()
    expect(act).to_be_disabled()


def test_a_table_works_without_script_and_on_a_narrow_phone(
    open_page: OpenPage, people: People, live_server: Any
) -> None:
    phone = open_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = visit(phone, people.organizer, live_server, f"/organizing/{people.county.pk}/")
    page.locator("#table-members-sort").select_option("-learner_no")
    page.locator("#table-members-sort-go").click()
    expect(page.locator("tbody tr").first).to_contain_text("organizer")
    page.locator("#id_q").fill("学员1")
    page.locator("#table-members-show").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.locator("#table-members-sort")).to_have_value("-learner_no")
    width = page.locator("main").bounding_box()
    assert width is not None
    assert width["width"] <= 320
    for box in (page.locator(".table-frame"), page.locator(".table-tools"), page.locator(".table-filters")):
        found = box.bounding_box()
        assert found is not None
        assert found["x"] + found["width"] <= 320
