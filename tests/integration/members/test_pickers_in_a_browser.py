"""The pickers in a real browser, by keyboard and by mouse, and as plain fields without script."""

from __future__ import annotations

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.test import Client
from django.urls import path
from playwright.sync_api import expect

from lms.members import access
from lms.members.fields import OrganizationField, OrganizationsField, PeopleField, give_scope
from lms.members.views import pickers
from lms.urls import urlpatterns as site_urls
from tests.conftest import make_people
from tests.factories import members as make

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.profile("embedded")]

PAGE = """{% extends "base.html" %}{% block content %}<form method="post">{% csrf_token %}
{% for field in form %}{% include "components/_field.html" %}{% endfor %}
<button type="submit">Send</button></form><pre id="sent">{{ sent }}</pre>{% endblock %}"""


class MoveForm(forms.Form):
    target = OrganizationField(label="组织")
    several = OrganizationsField(label="多个组织", required=False, below=True)
    people = PeopleField(label="人员")


def move(request: HttpRequest) -> HttpResponse:
    """A page with every picker, which shows what it was sent."""
    form = MoveForm(request.POST or None)
    give_scope(form, access.member_of(request))
    sent = ""
    if form.is_valid():
        deep = form.cleaned_data["several"]
        people = [each.learner_no for each in form.cleaned_data["people"]]
        organizations = [each.code for each in deep.organizations]
        sent = f"{form.cleaned_data['target'].code} {organizations} {deep.with_below} {people}"
    return HttpResponse(Template(PAGE).render(RequestContext(request, {"form": form, "sent": sent})))


urlpatterns = [*site_urls, path("move/", move)]


@pytest.fixture
def people(transactional_db, settings):
    settings.ROOT_URLCONF = __name__
    everybody = make_people()
    make.organization("group", parent=everybody.village, name="第一党小组")
    make.member("twin", everybody.county, full_name="李𬱖")
    return everybody


def open_form(page, people, live_server):
    client = Client()
    client.force_login(people.organizer, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/move/")
    return page


def item(tree, name: str):
    return tree.get_by_role("treeitem", name=name, exact=True)


def test_the_tree_is_walked_with_keys(page, people, live_server, monkeypatch):
    monkeypatch.setattr(pickers, "BRANCH_PAGE", 2)
    for number in range(4):
        make.organization(f"x{number}", parent=people.county, name=f"X{number}")
    open_form(page, people, live_server)
    picker = page.locator("tree-picker").first
    picker.locator("[data-open]").click()
    tree = picker.get_by_role("tree")
    expect(item(tree, "石桥村党支部")).to_be_visible()  # a single top opens by itself
    page.keyboard.press("ArrowDown")
    expect(item(tree, "青川县委")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(item(tree, "石桥村党支部")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")  # more of them; the focus goes to the first that came
    expect(item(tree, "X1")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.type("x0")
    expect(item(tree, "X0")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(item(tree, "第一党小组")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(item(tree, "石桥村党支部")).to_be_focused()
    page.keyboard.press("Enter")
    expect(picker.locator("dialog")).to_be_hidden()
    expect(picker.locator("[data-open]")).to_be_focused()
    expect(picker.locator("[data-chips]")).to_contain_text("石桥村党支部")
    assert picker.locator("input[name=target]").input_value() == "village"


def test_what_is_chosen_by_mouse_and_by_search_is_sent(page, people, live_server):
    open_form(page, people, live_server)
    one, several = page.locator("tree-picker").nth(0), page.locator("tree-picker").nth(1)
    one.locator("[data-open]").click()
    one.locator("[data-search]").fill("小组")
    hit = one.locator("[data-hits] [role=treeitem]")
    expect(hit).to_have_attribute("aria-label", "第一党小组, 青川县委 › 石桥村党支部")
    hit.click()
    one.locator("[data-take]").click()
    several.locator("[data-open]").click()
    tree = several.get_by_role("tree")
    item(tree, "青川县委").locator(".tree-name").first.click()
    item(tree, "石桥村党支部").locator(".tree-name").first.click()
    expect(item(tree, "石桥村党支部")).to_have_attribute("aria-checked", "true")
    several.locator("[data-take]").click()
    several.locator("[data-chips] [data-remove]").first.click()
    expect(several.locator("[data-chips] [data-remove]")).to_be_focused()
    several.locator("input[type=checkbox]").check()
    people_picker = page.locator("person-picker")
    search = people_picker.get_by_role("combobox")
    search.fill("李")
    options = people_picker.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.nth(0)).to_contain_text("青川县委 · twin")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert search.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    expect(people_picker.locator(".chip")).to_have_count(1)
    people_picker.locator("summary").click()
    people_picker.locator("[data-numbers]").fill("twin\norganizer, stranger")
    people_picker.locator("[data-check]").click()
    expect(people_picker.locator(".chip")).to_have_count(3)
    expect(people_picker.locator("[data-outcome]")).to_contain_text("stranger")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#sent")).to_have_text("group ['village'] True ['learner', 'twin', 'organizer']")


def test_letters_of_an_input_method_are_not_looked_up(page, people, live_server):
    open_form(page, people, live_server)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/pickers/people/" in request.url else None)
    search = page.get_by_role("combobox")
    search.click()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "li", "selectionStart": 2, "selectionEnd": 2})
    page.wait_for_timeout(500)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "李"})
    expect(page.get_by_role("option")).to_have_count(2)
    assert len(asked) == 1
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_without_a_script_codes_names_and_numbers_are_typed(open_page, people, live_server):
    page = open_form(open_page(java_script_enabled=False), people, live_server)
    page.locator("[name=target]").fill("没有这个")
    page.locator("[name=people]").fill("learner stranger")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#id_target_error")).to_contain_text("没有这个")
    expect(page.locator("#id_people_error")).to_contain_text("stranger")
    page.locator("[name=target]").fill("石桥村党支部")
    page.locator("[name=several]").fill("county\ngroup")
    page.locator("[name=people]").fill("learner, twin")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#sent")).to_have_text("village ['county', 'group'] False ['learner', 'twin']")
