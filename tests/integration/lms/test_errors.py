"""Each way a request can go wrong, driven through the client: status, page, next step, and the same as JSON."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path, reverse

from lms import urls
from lms.common.errors import Conflict, DomainError, NotFound, NotPermitted, TooLarge, Unavailable
from lms.members.display import Display
from lms.members.models import Member
from lms.portal.views import errors
from tests.conftest import People

PROJECT = Path(__file__).resolve().parents[3]
LogIn = Callable[[Member], Client]
JSON = {"HTTP_ACCEPT": "application/json"}


def raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


class TooOften(DomainError):
    status = 429


DOMAIN = {
    400: DomainError("wrong", "Ein Satz für Menschen."),
    403: NotPermitted("wrong", "Ein Satz für Menschen."),
    404: NotFound("wrong", "Ein Satz für Menschen."),
    409: Conflict("wrong", "Ein Satz für Menschen."),
    413: TooLarge("wrong", "Ein Satz für Menschen."),
    429: TooOften("wrong", "Ein Satz für Menschen."),
    503: Unavailable("wrong", "Ein Satz für Menschen."),
}
# The site's own addresses, and some that fail.
urlpatterns = [
    *urls.urlpatterns,
    *(path(f"domain/{status}/", raising(error)) for status, error in DOMAIN.items()),
    path("crash/", raising(RuntimeError("the disk is on fire"))),
    path("denied/", raising(PermissionDenied())),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client(people: People, client_of: LogIn) -> Client:
    client = client_of(people.learner)
    client.raise_request_exception = False
    return client


def assert_error_page(response: Any, status: int) -> str:
    """A page of the site that says what happened and what to do now, and leads back and to the first page."""
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    page: str = response.content.decode()
    assert page.count("<h1") == 1
    assert len(re.findall(r'<p class="error-step">[^<]{8,}</p>', page)) == 1
    assert "data-back hidden" in page
    assert 'href="/"' in page
    assert re.search(rf'<p class="error-code">[^<]*{status}</p>', page)
    assert " style=" not in page
    assert not re.search(r" on\w+=", page)
    return page


# --- What Django refuses ----------------------------------------------------------------------------------------------


def test_a_wrong_address(client: Client) -> None:
    assert_error_page(client.get("/no/such/page/"), 404)
    answer = client.get("/no/such/page/", **JSON)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_wrong_address_of_a_visitor(db: None) -> None:
    assert_error_page(Client().get("/no/such/page/"), 404)


def test_what_a_view_denies(client: Client) -> None:
    assert_error_page(client.get("/denied/"), 403)
    assert client.get("/denied/", **JSON).json()["code"] == "not_permitted"


def test_a_host_that_is_not_this_site(client: Client) -> None:
    page = assert_error_page(client.get("/", HTTP_HOST="evil.example"), 400)
    assert "evil" not in page
    assert client.get("/", HTTP_HOST="evil.example", **JSON).json()["code"] == "bad_request"


def test_more_fields_than_a_form_may_have(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    many = {f"field-{number}": "1" for number in range(11)}
    assert_error_page(client.post("/account/language/", many), 413)
    assert client.post("/account/language/", many, **JSON).json()["code"] == "too_large"


def test_a_body_that_is_too_long(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert_error_page(client.post("/account/language/", {"language": "x" * 200}), 413)


def test_more_files_than_a_form_may_have(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    files = {f"file-{number}": SimpleUploadedFile("x.txt", b"x") for number in range(2)}
    assert_error_page(client.post("/account/language/", files), 413)


def test_a_body_too_long_is_found_before_the_view_where_the_token_is_checked(people: People, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    strict = Client(enforce_csrf_checks=True)
    strict.get(reverse("members:login"))
    assert_error_page(strict.post("/account/language/", {"language": "x" * 200}), 413)


def test_a_form_without_its_token(people: People) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert_error_page(strict.post("/account/language/", {"language": "en"}), 403)


def test_a_method_the_address_does_not_take(client: Client) -> None:
    response = client.get("/account/language/")
    assert_error_page(response, 405)
    assert response.headers["Allow"] == "POST"
    assert client.get("/account/language/", **JSON).content == b""


def test_a_password_that_was_wrong_too_often(people: People, settings: Any) -> None:
    visitor = Client()
    wrong = {"username": people.learner.learner_no, "password": "wrong"}
    answers = [visitor.post(reverse("members:login"), wrong) for _try in range(settings.AXES_FAILURE_LIMIT + 1)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    page = answers[-1].content.decode()
    assert 'role="alert"' in page  # it says until when
    assert f'href="{reverse("members:login")}"' in page


# --- A crash ----------------------------------------------------------------------------------------------------------


def test_a_crash_has_a_number_that_stands_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        page = assert_error_page(client.get("/crash/"), 500)
    reference = re.search(r"<strong class=\"mono\">(\w{4}-\w{4})</strong>", page)
    assert reference is not None
    lines = [record.getMessage() for record in caplog.records if record.name == errors.__name__]
    assert lines == [f"Reference {reference[1]}: GET /crash/: RuntimeError: the disk is on fire"]
    assert any(record.exc_info for record in caplog.records)  # the trace follows
    assert "the disk" not in page
    assert 'href=""' in page  # asks for the same address once more


def test_a_crash_of_a_form_offers_the_way_back_instead_of_sending_it_again(client: Client) -> None:
    assert 'href=""' not in assert_error_page(client.post("/crash/"), 500)


def test_a_crash_told_to_a_program(client: Client) -> None:
    answer = client.get("/crash/", **JSON).json()
    assert answer["code"] == "server_error"
    assert re.fullmatch(r"\w{4}-\w{4}", answer["facts"]["reference"])


def test_pages_that_need_no_database_keep_the_look_of_the_cookie() -> None:
    visitor = Client(raise_request_exception=False)  # no `db` here: a query would fail
    visitor.cookies["display"] = "dark.1.24"
    page = visitor.get("/", HTTP_HOST="evil.example").content.decode()
    assert 'data-text="24"' in page
    assert 'css/dark.css" media="screen">' in page
    assert "css/elder.css" in page


# --- What a room refuses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", DOMAIN)
def test_a_domain_error_as_a_page_a_fragment_and_json(client: Client, status: int) -> None:
    where = f"/domain/{status}/"
    page = assert_error_page(client.get(where), status)
    assert "Ein Satz für Menschen." in page
    fragment = client.get(where, HTTP_HX_REQUEST="true")
    assert fragment.status_code == 200  # htmx swaps nothing else
    assert "Ein Satz für Menschen." in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    answer = client.get(where, **JSON)
    assert answer.status_code == status
    assert answer.json() == {"code": "wrong", "message": "Ein Satz für Menschen.", "facts": {}}


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "405", "413", "500"])
def test_every_page_stands_without_a_request(status: str) -> None:
    assert "error-page" in render_to_string(f"{status}.html")


def test_the_standing_pages_link_the_sheets_of_the_site_in_their_order() -> None:
    def sheets(template: str) -> list[str]:
        return re.findall(r"css/(\w+)\.css", render_to_string(template, {"display": Display("dark", elder=True)}))

    dispensable = {"tables", "pickers", "rich_text", "charts", "print"}
    assert sheets("500.html") == [name for name in sheets("components/_styles.html") if name not in dispensable]


# --- What nginx says by itself ----------------------------------------------------------------------------------------


def test_the_pages_of_nginx_are_there_and_need_nothing_of_the_site() -> None:
    configuration = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    named = dict(re.findall(r"error_page ([\d ]+) /error-pages/([\w.-]+);", configuration))
    assert set(named) == {"413", "502 503 504"}
    folder = PROJECT / "deploy" / "error_pages"
    for name in named.values():
        page = (folder / name).read_text(encoding="utf-8")
        assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) <= {"/error-pages/page.css", "", "/"}
        assert "<style" not in page
        assert page.count("<h1>") == 1
    assert "url(" not in (folder / "page.css").read_text(encoding="utf-8")
