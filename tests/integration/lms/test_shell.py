"""The frame of every page: language, navigation, log-in, error pages, what a strict browser allows, and the colours."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
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
from lms.portal.views.styleguide import styleguide
from tests.conftest import People
from tests.factories.members import PASSWORD

LMS = Path(__file__).resolve().parents[3] / "lms"
LANGUAGES = ("zh-hans", "en")
LogIn = Callable[[Member], Client]


class Page(HTMLParser):
    """What a test asks of a page: its tags with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]


def page_of(client: Client, path: str, language: str = "zh-hans", status: int = 200) -> Page:
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == status
    return Page(response.content.decode())


def assert_nothing_inline(page: Page) -> None:
    """A browser under the site's Content-Security-Policy refuses inline style, script and handlers."""
    for tag, attributes in page.tags:
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert not attributes.get("href", "").startswith("javascript:"), attributes
        assert tag != "style"
        if tag == "script":
            assert attributes.get("src") or attributes.get("type") == "application/json", attributes


def assert_static_files_exist(page: Page) -> None:
    for _tag, attributes in page.tags:
        for name in ("src", "href"):
            if attributes.get(name, "").startswith("/static/"):
                path = attributes[name].removeprefix("/static/").split("#")[0]
                assert finders.find(path), path


def assert_sound(page: Page, language: str) -> None:
    assert page.all("html") == [{"lang": language, "data-bs-theme": "light"}]
    assert ("a", {"class": "skip-link", "href": "#main"}) in page.tags
    assert len(page.all("main", id="main")) == 1
    assert len(page.all("h1")) == 1
    ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert_nothing_inline(page)
    assert_static_files_exist(page)


# --- Every page, in both languages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["portal:home", "members:change-password"])
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_style_guide_is_sound_in_both_languages(people: People, language: str) -> None:
    with translation.override(language):
        page = Page(styleguide(request_of(people.administrator)).content.decode())
    assert page.all("html") == [{"lang": language, "data-bs-theme": "light"}]
    assert_nothing_inline(page)
    assert_static_files_exist(page)


def request_of(member: Member, path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = member
    return request


# --- Navigation -------------------------------------------------------------------------------------------------------


def test_each_role_finds_its_own_entries(people: People, client_of: LogIn) -> None:
    def entries(member: Member) -> set[str]:
        page = page_of(client_of(member), reverse("portal:home"))
        return {word for word in ("教学", "组织", "我的学时", "我的证书") if f">{word}<" in _markup(page)}

    def _markup(page: Page) -> str:
        return "".join(f">{line.strip()}<" for line in page.words.splitlines())

    assert entries(people.learner) == {"我的学时", "我的证书"}
    assert entries(people.instructor) == {"我的学时", "我的证书", "教学"}
    assert entries(people.organizer) == {"我的学时", "我的证书", "组织"}
    assert entries(people.administrator) == {"我的学时", "我的证书", "教学", "组织"}


def test_the_present_page_is_marked_in_the_navigation(people: People, client_of: LogIn) -> None:
    page = page_of(client_of(people.learner), reverse("portal:home"))
    current = {(link["class"], link["href"]) for link in page.all("a", **{"aria-current": "page"})}
    assert current == {("nav-entry", "/"), ("menu-item", "/"), ("tab", "/")}


def test_the_frame_costs_one_query(
    people: People, client_of: LogIn, django_assert_num_queries: Callable[..., object]
) -> None:
    client = client_of(people.administrator)
    with django_assert_num_queries(3):  # type: ignore[attr-defined]  # session, member, roles
        assert client.get(reverse("members:change-password")).status_code == 200


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


# --- Log-in and password ----------------------------------------------------------------------------------------------


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


def test_after_five_wrong_passwords_a_page_says_how_long_to_wait(people: People) -> None:
    client = Client()
    for _attempt in range(5):
        response = client.post(reverse("members:login"), {"username": "learner", "password": "wrong"})
    assert response.status_code == 429
    page = Page(response.content.decode())
    assert "暂停从此处登录 30 分钟" in page.words
    assert_sound(page, "zh-hans")
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


# --- Components -------------------------------------------------------------------------------------------------------


class SampleForm(forms.Form):
    title = forms.CharField(label="课程名称", help_text="最多 120 字。")
    answer = forms.ChoiceField(label="答案", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)


def test_a_field_points_to_its_help_and_its_error() -> None:
    form = SampleForm({})
    template = Template('{% for field in form %}{% include "components/_field.html" %}{% endfor %}')
    page = Page(template.render(Context({"form": form})))
    ids = {attributes["id"] for _tag, attributes in page.tags if "id" in attributes}
    title = page.all("input", name="title")[0]
    assert title["aria-invalid"] == "true"
    assert title["aria-describedby"] == "id_title_helptext id_title_error"
    assert page.all("fieldset")[0]["aria-describedby"] == "id_answer_error"
    assert {"id_title_helptext", "id_title_error", "id_answer_error"} <= ids
    labelled = {attributes["for"] for attributes in page.all("label")}
    assert labelled == {"id_title", "id_answer_0", "id_answer_1"}


def test_turning_pages_keeps_the_rest_of_the_query(rf: RequestFactory) -> None:
    request = rf.get("/list/?q=党章&page=4")
    template = Template('{% include "components/_pagination.html" %}')
    page_obj = Paginator(range(187), 20).get_page(4)
    page = Page(template.render(RequestContext(request, {"page_obj": page_obj})))
    targets = [link["href"] for link in page.all("a")]
    query = "?q=%E5%85%9A%E7%AB%A0&page="
    assert targets == [query + number for number in ("3", "1", "3", "5", "10", "5")]


@pytest.mark.parametrize(("count", "number", "shown"), [(20, 1, []), (41, 1, ["2", "3"]), (41, 3, ["1", "2"])])
def test_pages_are_offered_only_where_there_are_some(
    rf: RequestFactory, count: int, number: int, shown: list[str]
) -> None:
    template = Template('{% include "components/_pagination.html" %}')
    page_obj = Paginator(range(count), 20).get_page(number)
    html = template.render(RequestContext(rf.get("/"), {"page_obj": page_obj}))
    numbered = re.findall(r'<a class="page-link" href="\?page=(\d+)">', html)
    assert numbered == shown


# --- Colours, sheets, words -------------------------------------------------------------------------------------------

# (text, ground): every pair the sheets put together, by the names of tokens.css.
TEXT_PAIRS = [
    ("ink", "paper"), ("ink", "surface"), ("ink", "paper-deep"), ("ink-soft", "paper"), ("ink-soft", "surface"),
    ("ink-soft", "paper-deep"), ("red-700", "paper"), ("red-700", "surface"), ("red-800", "red-50"),
    ("red-600", "surface"), ("red-600", "red-50"), ("red-600", "red-100"), ("surface", "red-600"),
    ("surface", "red-700"), ("surface", "green-700"), ("surface", "orange-700"), ("green-700", "green-100"),
    ("orange-800", "orange-100"), ("orange-800", "surface"), ("blue-700", "blue-100"), ("gold-700", "gold-100"),
    ("red-900", "gold-200"), ("surface", "blue-700"), ("surface", "ink"), ("gold-300", "red-700"),
]  # fmt: skip
# Edges of controls and marks that carry a meaning.
EDGE_PAIRS = [
    ("line-strong", "surface"), ("line-strong", "paper"), ("blue-700", "surface"), ("blue-700", "paper"),
    ("orange-700", "surface"), ("red-600", "line"), ("green-700", "line"), ("gold-300", "red-700"),
]  # fmt: skip


def colours() -> dict[str, str]:
    tokens = (LMS / "static/css/tokens.css").read_text()
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", tokens))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two '#rrggbb' colours: 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(text: str, ground: str) -> None:
    assert contrast(colours()[text], colours()[ground]) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_can_be_seen_on_their_ground(edge: str, ground: str) -> None:
    assert contrast(colours()[edge], colours()[ground]) >= 3


def test_bootstrap_is_given_the_same_colours_as_the_school() -> None:
    known = colours()
    for bootstrap, school in [
        ("bs-primary", "red-600"), ("bs-link-color", "red-700"), ("bs-success", "green-700"),
        ("bs-danger", "orange-700"), ("bs-info", "blue-700"), ("bs-body-color", "ink"), ("bs-body-bg", "paper"),
        ("bs-secondary-color", "ink-soft"), ("bs-border-color", "line"),
    ]:  # fmt: skip
        assert known[bootstrap] == known[school], bootstrap
    tokens = (LMS / "static/css/tokens.css").read_text()
    for name, triple in re.findall(r"--([a-z-]+)-rgb: ([0-9, ]+);", tokens):
        red, green, blue = (int(part) for part in triple.split(","))
        assert known[name] == f"#{red:02x}{green:02x}{blue:02x}", name


def test_the_sheets_refer_only_to_files_and_colours_that_exist() -> None:
    sheets = sorted((LMS / "static/css").glob("*.css"))
    assert len(sheets) > 5
    text = "".join(sheet.read_text() for sheet in sheets)
    defined = set(re.findall(r"^\s*--([a-z0-9-]+):", text, re.M)) | set(re.findall(r"[{;]\s*--([a-z0-9-]+):", text))
    assert set(re.findall(r"var\(--([a-z0-9-]+)", text)) <= defined
    for target in re.findall(r'url\("([^"]+)"\)', text):
        assert target.startswith("data:") or (LMS / "static/css" / target).resolve().is_file(), target


def test_the_chinese_catalogue_is_complete_and_compiled() -> None:
    folder = LMS / "locale/zh_Hans/LC_MESSAGES"
    source = (folder / "django.po").read_text(encoding="utf-8")
    assert "fuzzy" not in source
    assert not re.findall(r'^msgstr(?:\[0\])? ""$(?!\n")', source.split("\n\n", 1)[1], re.M)
    with translation.override("zh-hans"):
        assert translation.gettext("Online Party School") == "网上党校"
        assert translation.gettext("Progress and score tables") == "学员进度与学时统计表"
