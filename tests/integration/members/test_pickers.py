"""Choosing organizations and people: the scope, the form fields, what the pickers ask the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django import forms
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.members.fields import (
    MOST,
    OrganizationField,
    OrganizationsField,
    PeopleField,
    PersonField,
    Selection,
    give_scope,
)
from lms.members.models import AuditEntry, Member, Organization
from lms.members.rules import Role
from lms.members.views import pickers
from tests.conftest import People
from tests.factories import members as make

pytestmark = pytest.mark.django_db
LogIn = Callable[[Member], Client]
READING = {"roles": "organizer,administrator,auditor"}


class ChoiceForm(forms.Form):
    one = OrganizationField(required=False)
    several = OrganizationsField(required=False)
    deep = OrganizationsField(required=False, below=True)
    person = PersonField(required=False)
    people = PeopleField(required=False)


def sent(actor: Member | None, **data: Any) -> ChoiceForm:
    form = ChoiceForm(data)
    if actor is not None:
        give_scope(form, actor)
    return form


def codes_of_errors(form: forms.Form, name: str) -> list[str | None]:
    return [error.code for error in form.errors.as_data().get(name, [])]


@pytest.fixture
def counted() -> Iterator[Callable[..., int]]:
    """How many queries a call needs."""

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count


# --- the fields ---


@pytest.mark.parametrize("text", ["village", "石桥村党支部", "  village  "])
def test_a_code_or_an_exact_name_is_an_organization(people: People, text: str) -> None:
    form = sent(people.organizer, one=text)
    assert form.is_valid()
    assert form.cleaned_data["one"] == people.village


def test_a_short_name_is_an_organization_too(people: People) -> None:
    form = sent(people.administrator, one="云岭")
    assert form.is_valid()
    assert form.cleaned_data["one"] == people.province


def test_what_is_outside_the_scope_is_refused_like_what_does_not_exist(people: People) -> None:
    outside = sent(people.organizer, one="elsewhere", person="stranger")
    nowhere = sent(people.organizer, one="nowhere", person="nobody-1")
    for name, there, missing in (("one", "elsewhere", "nowhere"), ("person", "stranger", "nobody-1")):
        assert codes_of_errors(outside, name) == codes_of_errors(nowhere, name) == ["not_found"]
        assert outside.errors[name][0].replace(there, "?") == nowhere.errors[name][0].replace(missing, "?")


def test_without_a_scope_nothing_can_be_chosen(people: People) -> None:
    form = sent(None, one="village", people="learner")
    assert not form.is_valid()
    assert set(form.errors) == {"one", "people"}


def test_a_role_that_does_not_count_opens_nothing(people: People) -> None:
    assert not sent(people.instructor, one="village").is_valid()
    assert not sent(people.instructor, person="learner").is_valid()
    form = ChoiceForm({"one": "village"})
    form.fields["one"] = OrganizationField(roles=[Role.INSTRUCTOR])
    give_scope(form, people.instructor)
    assert form.is_valid()


def test_a_name_that_several_have_is_answered_with_their_codes(people: People) -> None:
    make.organization("first", parent=people.county, name="第一党支部")
    make.organization("second", parent=people.village, name="第一党支部")
    make.organization("hidden", parent=people.elsewhere, name="第一党支部")
    form = sent(people.organizer, one="第一党支部")
    assert codes_of_errors(form, "one") == ["ambiguous"]
    assert "first、second" in form.errors["one"][0]
    assert "hidden" not in form.errors["one"][0]


def test_a_retired_organization_cannot_be_chosen(people: People) -> None:
    Organization.objects.filter(pk=people.village.pk).update(retired_at=make.BEGINNING)
    assert codes_of_errors(sent(people.organizer, one="village"), "one") == ["not_found"]


def test_several_organizations_keep_their_order_and_come_once(people: People) -> None:
    form = sent(people.organizer, several="village\r\n青川县委\r\n\r\nvillage\r\n石桥村党支部")
    assert form.is_valid()
    assert form.cleaned_data["several"] == [people.village, people.county]
    form = sent(people.organizer, several="village\nx\ny")
    assert codes_of_errors(form, "several") == ["not_found", "not_found"]


def test_everything_below_is_a_condition(people: People) -> None:
    form = sent(people.organizer, **{"deep": "county", "deep-below": "on"})
    assert form.is_valid()
    selection = form.cleaned_data["deep"]
    assert selection == Selection((people.county,), True)
    members = Member.objects.filter(selection.condition("organization__path"))
    assert set(members) == {people.learner, people.instructor, people.organizer}
    alone = Selection((people.county,)).condition("organization__path")
    assert set(Member.objects.filter(alone)) == {people.instructor, people.organizer}
    assert not Member.objects.filter(Selection().condition("organization__path")).exists()


def test_an_empty_choice_is_empty_or_an_error(people: People) -> None:
    form = sent(people.organizer)
    assert form.is_valid()
    assert form.cleaned_data == {"one": None, "several": [], "deep": Selection(), "person": None, "people": []}
    form = ChoiceForm({"one": " ", "people": ","})
    form.fields["one"].required = form.fields["people"].required = True
    assert codes_of_errors(form, "one") == codes_of_errors(form, "people") == ["required"]


@pytest.mark.parametrize(
    "text", ["learner organizer", "learner,organizer", "learner，organizer；", "learner\r\norganizer\r\n"]
)
def test_learner_numbers_are_read_out_of_a_pasted_list(people: People, text: str) -> None:
    form = sent(people.organizer, people=text)
    assert form.is_valid()
    assert form.cleaned_data["people"] == [people.learner, people.organizer]


def test_one_person_is_one_person(people: People) -> None:
    form = sent(people.organizer, person="learner")
    assert form.is_valid()
    assert form.cleaned_data["person"] == people.learner
    assert codes_of_errors(sent(people.organizer, person="learner organizer"), "person") == ["too_many"]


def test_unknown_numbers_are_named_and_inactive_people_are_unknown(people: People) -> None:
    Member.objects.filter(pk=people.learner.pk).update(is_active=False)
    form = sent(people.organizer, people="organizer learner stranger x1")
    assert codes_of_errors(form, "people") == ["not_found"]
    assert "learner、stranger、x1" in form.errors["people"][0]
    many = sent(people.organizer, people=" ".join(f"n{number}" for number in range(MOST + 1)))
    assert codes_of_errors(many, "people") == ["too_many"]


def test_the_field_shows_what_is_chosen_and_what_was_typed(people: People) -> None:
    form = ChoiceForm(
        initial={"one": people.village, "deep": Selection((people.county,), True), "people": [people.learner]}
    )
    give_scope(form, people.organizer)
    assert 'value="village"' in str(form["one"])
    assert '<span class="chip-name">石桥村党支部</span> <span class="chip-note">青川县委</span>' in str(form["one"])
    assert 'name="deep-below" checked' in str(form["deep"])
    assert "李𬱖</span>" in str(form["people"])
    wrong = sent(people.organizer, one="没有<这个>", people="stranger")
    assert '<span class="chip-name">没有&lt;这个&gt;</span>' in str(wrong["one"])
    assert "陈陌" not in str(wrong["people"])
    for field in form:
        assert "style=" not in str(field)
        assert "required" not in str(field)


def test_a_field_takes_the_same_number_of_queries_for_any_number_of_choices(
    people: People, counted: Callable[..., int]
) -> None:
    others = [make.organization(f"o{number}", parent=people.county) for number in range(12)]
    crowd = [make.member(f"m{number}", people.village) for number in range(12)]
    for size in (1, 12):
        form = sent(
            people.organizer,
            several="\n".join(each.code for each in others[:size]),
            people="\n".join(each.learner_no for each in crowd[:size]),
        )
        assert counted(form.is_valid) == 4  # the roles and the rows, for each of two fields
        assert counted(lambda form=form: str(form["several"])) == 2
        assert counted(lambda form=form: str(form["people"])) == 2


# --- the tree ---


def branch(client: Client, **query: Any) -> str:
    response = client.get(reverse("members:picker-branch"), READING | query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_tree_begins_at_the_top_of_the_scope(people: People, client_of: LogIn) -> None:
    make.grant(people.organizer, people.village, Role.AUDITOR)  # below the county, so no top of its own
    html = branch(client_of(people.organizer))
    assert 'data-key="county"' in html
    assert html.count('role="treeitem"') == 1
    assert 'aria-expanded="false"' in html
    assert f"parent={people.county.pk}" in html


def test_a_branch_is_what_lies_right_below(people: People, client_of: LogIn) -> None:
    make.organization("group", parent=people.village, name="第一党小组")
    html = branch(client_of(people.organizer), parent=people.county.pk)
    assert 'data-key="village" data-name="石桥村党支部" data-note="青川县委"' in html
    assert "第一党小组" not in html
    assert "aria-expanded" not in branch(client_of(people.organizer), parent=people.village.pk)


def test_a_branch_outside_the_scope_is_not_there(people: People, client_of: LogIn) -> None:
    client = client_of(people.organizer)
    address = reverse("members:picker-branch")
    answers = [client.get(address, READING | {"parent": parent}) for parent in (people.elsewhere.pk, 999_999, "x")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("name", ["picker-branch", "picker-search", "picker-people"])
def test_nobody_without_a_role_looks_around(people: People, client_of: LogIn, client: Client, name: str) -> None:
    address = reverse(f"members:{name}")
    assert client_of(people.learner).get(address, READING | {"q": "a"}).status_code == 403
    assert client_of(people.organizer).get(address, {"roles": "nonsense", "q": "a"}).status_code == 403
    assert client.get(address).status_code in {302, 403}


def test_an_instructor_sees_their_tree_but_nobody_in_it(people: People, client_of: LogIn) -> None:
    client = client_of(people.instructor)
    asked = {"roles": "instructor", "q": "learner"}
    assert "county" in client.get(reverse("members:picker-branch"), asked).content.decode()
    assert client.get(reverse("members:picker-people"), asked).status_code == 403
    assert client.post(reverse("members:picker-numbers") + "?roles=instructor", {"numbers": "x"}).status_code == 403


def test_a_large_branch_comes_in_pages(
    people: People, client_of: LogIn, counted: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(people.organizer)
    few = counted(lambda: branch(client, parent=people.county.pk))
    for number in range(12):
        make.organization(f"b{number:02}", parent=people.county)
    assert counted(lambda: branch(client, parent=people.county.pk)) == few == 5  # session, member, roles, parent, rows
    monkeypatch.setattr(pickers, "BRANCH_PAGE", 5)
    html = branch(client, parent=people.county.pk)
    assert html.count("data-key=") == 5
    assert "start=5" in html
    html = branch(client, parent=people.county.pk, start=10)
    assert html.count("data-key=") == 3
    assert "data-more" not in html


# --- looking for organizations ---


def hits(client: Client, text: str) -> str:
    return client.get(reverse("members:picker-search"), READING | {"q": text}).content.decode()


@pytest.mark.parametrize("text", ["石桥", "vill", "村党"])
def test_hits_show_where_they_lie_inside_the_scope(people: People, client_of: LogIn, text: str) -> None:
    html = hits(client_of(people.organizer), text)
    assert 'data-key="village"' in html
    assert "<small>青川县委</small>" in html
    assert "云岭" not in html
    assert "<small>云岭 › 青川县委</small>" in hits(client_of(people.administrator), text)


def test_nothing_outside_the_scope_is_found_and_many_hits_are_limited(
    people: People, client_of: LogIn, counted: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(people.organizer)
    assert "data-key" not in hits(client, "临江")
    assert "data-key" not in hits(client, "")
    one = counted(lambda: hits(client, "石桥"))
    for number in range(6):
        make.organization(f"s{number}", parent=people.village, name=f"石桥{number}组")
    assert counted(lambda: hits(client, "石桥")) == one == 5  # session, member, roles, hits, names above
    monkeypatch.setattr(pickers, "MOST_HITS", 3)
    html = hits(client, "石桥")
    assert html.count("data-key=") == 3
    assert "&lt;b&gt;" in hits(client, "<b>")


# --- looking for people ---


def test_people_are_told_apart_by_organization_and_number(
    people: People, client_of: LogIn, counted: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(people.organizer)
    make.member("twin", people.county, full_name="李𬱖")
    make.member("away", people.elsewhere, full_name="李𬱖")

    def look(text: str) -> str:
        return client.get(reverse("members:picker-people"), READING | {"q": text}).content.decode()

    html = look("李𬱖")
    assert "石桥村党支部 · learner" in html
    assert "青川县委 · twin" in html
    assert "away" not in html
    two = counted(lambda: look("李𬱖"))
    for number in range(6):
        make.member(f"li-{number}", people.village, full_name="李𬱖")
    assert counted(lambda: look("李𬱖")) == two
    monkeypatch.setattr(pickers, "MOST_PEOPLE", 3)
    assert look("李𬱖").count("data-key=") == 3
    assert "data-key" not in look("")
    assert "data-key" not in look("陈陌")


def test_looking_people_up_is_on_record(people: People, client_of: LogIn) -> None:
    client = client_of(people.organizer)
    entries = AuditEntry.objects.filter(act="members.look_up_people")
    client.get(reverse("members:picker-people"), READING | {"q": "nobody"})
    assert not entries.exists()
    client.get(reverse("members:picker-people"), READING | {"q": "李"})
    entry = entries.get()
    assert (entry.actor, entry.object_id, entry.facts) == (people.organizer, "search", {"asked": "李", "found": 1})


def test_a_pasted_list_says_whom_it_knows(people: People, client_of: LogIn) -> None:
    client = client_of(people.organizer)
    address = reverse("members:picker-numbers") + "?roles=organizer"
    html = client.post(address, {"numbers": "learner, stranger\nx-1，organizer"}).content.decode()
    assert html.count("data-key=") == 2
    assert "stranger、x-1" in html
    assert "陈陌" not in html
    assert AuditEntry.objects.get(act="members.look_up_people").facts == {"asked": 4, "found": 2}
    assert "data-key" not in client.post(address, {"numbers": " "}).content.decode()
    assert client.get(address).status_code == 405


def test_a_nul_character_is_nothing(people: People, client_of: LogIn) -> None:
    client = client_of(people.organizer)
    assert 'data-key="village"' in hits(client, "\x00石桥")
    assert client.get(reverse("members:picker-people"), READING | {"q": "\x00"}).status_code == 200
    form = sent(people.organizer, one="vill\x00age", people="lear\x00ner")
    assert form.is_valid()
