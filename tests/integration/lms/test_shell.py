"""The frame of every page: language, navigation by role, elder mode, the way back, error pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views import defaults

from lms.common.errors import Conflict
from lms.common.middleware import DomainErrorMiddleware
from lms.members.models import Member
from lms.members.rules import Role
from tests.conftest import People
from tests.factories import members as make
from tests.markup import Page, assert_sound, page_of

LANGUAGES = ("zh-hans", "en")
PAGES = ("portal:home", "portal:more", "portal:search", "portal:notifications", "members:change-password")
LogIn = Callable[[Member], Client]


# --- Every page, in both languages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_pages_of_a_member_are_sound_in_both_languages(
    people: People, client_of: LogIn, name: str, language: str
) -> None:
    for person in (people.learner, people.instructor, people.organizer, people.administrator):
        assert_sound(page_of(client_of(person), reverse(name), language), language)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_in_page_is_sound_in_both_languages(language: str) -> None:
    page = page_of(Client(), reverse("members:login"), language)
    assert_sound(page, language)
    assert ("学号" in page.words) == (language == "zh-hans")
    assert ("Learner number" in page.words) == (language == "en")


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_a_wrong_address_is_sound_in_both_languages(language: str) -> None:
    page = page_of(Client(), "/no/such/page/", language, status=404)
    assert_sound(page, language)
    assert ("页面不存在" in page.words) == (language == "zh-hans")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("view", "status"), [(defaults.server_error, 500), (defaults.bad_request, 400)])
def test_the_pages_for_400_and_500_need_no_database_and_no_request(
    view: Callable[..., object], status: int, language: str, rf: RequestFactory
) -> None:
    with translation.override(language):
        response = view(rf.get("/"), None) if status == 400 else view(rf.get("/"))  # no `db` here: a query would fail
    assert response.status_code == status  # type: ignore[attr-defined]
    page = Page(response.content.decode())  # type: ignore[attr-defined]
    assert_sound(page, language)
    assert str(status) in page.words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["403.html", "404.html", "403_csrf.html"])
def test_error_pages_are_sound_in_both_languages(people: People, name: str, language: str) -> None:
    with translation.override(language):
        assert_sound(Page(render_to_string(name, request=request_of(people.learner))), language)


def request_of(member: Member, path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = member
    return request


def test_a_domain_error_becomes_a_page_or_a_fragment_with_its_message(people: People) -> None:
    middleware = DomainErrorMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    request = request_of(people.learner)
    page = middleware.process_exception(request, Conflict("taken", "有人抢先了一步。"))
    assert page is not None
    assert page.status_code == 409
    assert "有人抢先了一步。" in page.content.decode()
    assert_sound(Page(page.content.decode()), "zh-hans")

    request.htmx = True  # type: ignore[attr-defined]
    fragment = middleware.process_exception(request, Conflict("taken", "有人抢先了一步。"))
    assert fragment is not None
    assert Page(fragment.content.decode()).all("div", role="alert")
    assert "<html" not in fragment.content.decode()


# --- Navigation -------------------------------------------------------------------------------------------------------


HEADER = ("portal:home", "courses:catalog", "credits:statement", "certificates:list")
TEACHING = ("courses:manage", "media_pipeline:asset-list", "exams:manage")
ORGANIZING = ("portal:organizer", "certificates:manage")


def entries(page: Page, css: str) -> list[str]:
    """Where the links of one menu lead."""
    return [link["href"] for link in page.all("a") if link.get("class") == css]


def test_each_role_finds_its_own_entries(people: People, client_of: LogIn) -> None:
    auditor = make.grant(make.member("auditor", people.county), people.county, Role.AUDITOR)
    operator = Member.objects.create_superuser("operator", "Op")

    def work(member: Member) -> set[str]:
        addresses = set(entries(page_of(client_of(member), reverse("portal:search")), "menu-item"))
        return {name for name in TEACHING + ORGANIZING if reverse(name) in addresses}

    assert work(people.learner) == set()
    assert work(people.instructor) == set(TEACHING)
    assert work(people.organizer) == set(ORGANIZING)
    assert work(people.administrator) == {*TEACHING, *ORGANIZING}
    assert work(auditor) == {*ORGANIZING, "media_pipeline:asset-list"}
    page = page_of(client_of(operator), reverse("portal:home"))
    assert work(operator) == set()
    assert reverse("admin:index") in entries(page, "nav-entry")
    assert reverse("credits:statement") not in entries(page, "nav-entry")


def test_the_present_page_is_marked_in_the_navigation(people: People, client_of: LogIn) -> None:
    page = page_of(client_of(people.learner), reverse("portal:home"))
    current = {(link["class"], link["href"]) for link in page.all("a", **{"aria-current": "page"})}
    assert current == {("nav-entry", "/"), ("menu-item", "/"), ("tab", "/")}


def test_elder_mode_has_four_entries_and_a_page_with_all_others(people: People, client_of: LogIn) -> None:
    Member.objects.filter(pk=people.administrator.pk).update(elder_mode=True)
    client = client_of(people.administrator)
    four = [reverse(name) for name in ("portal:home", "courses:catalog", "credits:statement", "portal:more")]
    page = page_of(client, reverse("portal:home"))
    assert entries(page, "tab") == four
    assert [link for link in entries(page, "nav-entry") if link in four] == four
    assert not page.all("details", **{"class": "drawer"})

    everything = {link["href"] for link in page_of(client, reverse("portal:more")).all("a")}
    assert {reverse(name) for name in (*HEADER, *TEACHING, *ORGANIZING, "members:change-password")} <= everything


@pytest.mark.parametrize("elder", [False, True])
def test_one_switch_for_elder_mode_is_on_every_page(people: People, client_of: LogIn, elder: bool) -> None:
    visitor = Client()
    Member.objects.filter(pk=people.learner.pk).update(elder_mode=elder)
    visitor.cookies["display"] = f"system.{int(elder)}.20"
    for client, path in ((visitor, reverse("members:login")), (client_of(people.learner), reverse("portal:home"))):
        page = page_of(client, path)
        assert {button["value"] for button in page.all("button", name="elder")} == {str(int(not elder))}
        assert {button["value"] for button in page.all("button", name="theme")} == {"system", "light", "dark"}


def test_the_frame_costs_two_queries(
    people: People, client_of: LogIn, django_assert_num_queries: Callable[..., object]
) -> None:
    client = client_of(people.administrator)
    with django_assert_num_queries(4):  # type: ignore[attr-defined]  # session, member; roles, unread messages
        assert client.get(reverse("members:change-password")).status_code == 200
    with django_assert_num_queries(4):  # type: ignore[attr-defined]
        assert client.get(reverse("portal:more")).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "back"),
    [
        ("", ("/", "Home")),
        ("one='Courses' one_url='/courses/'", ("/courses/", "Courses")),
        ("one='Courses' one_url='/courses/' two='History' two_url='/courses/h/'", ("/courses/h/", "History")),
        ("one='Courses' one_url='/courses/' two='History'", ("/courses/", "Courses")),
        ("trail=trail", ("/b/", "Second")),
    ],
)
def test_the_way_back_leads_one_step_up(arguments: str, back: tuple[str, str]) -> None:
    markup = f"{{% include 'components/_breadcrumbs.html' with here='Here' {arguments} %}}"
    with translation.override("en"):
        trail = [("First", "/a/"), ("Second", "/b/")] if arguments == "trail=trail" else []
        html = Template(markup).render(Context({"trail": trail}))
    page = Page(html)
    assert [link["href"] for link in page.all("a", **{"class": "trail-back"})] == [back[0]]
    assert page.words.split()[0] == back[1]
    assert "Here" in page.words


def test_a_page_of_focus_has_no_ways_out(people: People) -> None:
    template = "{% extends 'focus.html' %}{% block focus_title %}Paper{% endblock %}"
    page = Page(Template(template).render(RequestContext(request_of(people.learner), {"navigation": True})))
    assert [link["href"] for link in page.all("a")] == ["#main"]
    assert not page.all("footer")
    assert not page.all("nav")
    assert "Paper" in page.words


def test_logging_out_is_a_post(people: People, client_of: LogIn) -> None:
    client = client_of(people.learner)
    page = page_of(client, reverse("members:change-password"))
    forms_out = page.all("form", action=reverse("members:logout"))
    assert forms_out
    assert {form["method"] for form in forms_out} == {"post"}
    assert not page.all("a", href=reverse("members:logout"))

    assert client.get(reverse("members:logout")).status_code == 405
    assert client.get(reverse("members:change-password")).status_code == 200  # still logged in
    assert client.post(reverse("members:logout")).status_code == 302
    assert client.get(reverse("members:change-password")).status_code == 302


def test_the_other_language_is_one_press_away_and_leads_back(people: People, client_of: LogIn) -> None:
    client = client_of(people.learner)
    here = reverse("members:change-password") + "?page=2"
    page = page_of(client, here)
    assert page.all("form", action=reverse("members:choose-language"))[0]["method"] == "post"
    assert {field["value"] for field in page.all("input", name="next")} == {here}
    assert {button["value"] for button in page.all("button", name="language")} == {"en"}

    response = client.post(reverse("members:choose-language"), {"language": "en", "next": here})
    assert (response.status_code, response["Location"]) == (302, here)
    assert "Change password" in client.get(here).content.decode()
