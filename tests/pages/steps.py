"""The ways to pages that have no address of their own. Each returns the status the page was answered with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab
    from playwright.sync_api import Response

    from tests.live_site import Site

LOGIN = "/account/login/"


def log_in_wrongly(tab: Tab, site: Site, facts: dict[str, str]) -> int:
    """The log-in page after a password that is not right. Each time another name, so that it is never locked."""
    return _try_to_log_in(tab, site, f"nobody-{facts['fresh']}-{id(tab)}").status


def log_in_too_often(tab: Tab, site: Site, _facts: dict[str, str]) -> int:
    """What is said when a name has been tried too often."""
    for _ in range(6):
        response = _try_to_log_in(tab, site, "nobody-at-all")
        if response.status != 200:
            break
    return response.status


def call_by_a_foreign_name(tab: Tab, site: Site, _facts: dict[str, str]) -> int:
    """Ask for the site under a name that is not in LMS_ALLOWED_HOSTS; the browser finds *.localhost here."""
    return _status(tab.goto(site.url.replace("127.0.0.1", "elsewhere.localhost") + LOGIN))


def send_a_form_without_cookies(tab: Tab, site: Site, _facts: dict[str, str]) -> int:
    """A form from a browser that keeps no cookies."""
    tab.goto(site.url + LOGIN)
    kept = [cookie for cookie in tab.context.cookies() if cookie["name"] != "csrftoken"]
    tab.context.clear_cookies()
    tab.context.add_cookies(kept)  # type: ignore[arg-type]  # what it gives it also takes
    return _send_login(tab, "nobody").status


def send_too_much(tab: Tab, site: Site, _facts: dict[str, str]) -> int:
    """A form with more in it than the site reads."""
    tab.goto(site.url + LOGIN)
    tab.evaluate(
        "() => { const field = document.createElement('textarea'); field.name = 'more';"
        " field.value = 'x'.repeat(3000000); document.querySelector('main form:has([name=password])').append(field); }"
    )
    return _send_login(tab, "nobody").status


def look_up_too_often(tab: Tab, site: Site, _facts: dict[str, str]) -> int:
    """Certificates looked up until the site asks for patience: for a minute nobody here can look up another one."""
    address = site.url + "/certificates/verify/AAAA-BBBB-CCCC/"
    for _ in range(80):  # a new minute may begin on the way
        if tab.request.get(address).status == 429:
            break
    return _status(tab.goto(address))


def show_the_server_error(tab: Tab, site: Site, facts: dict[str, str]) -> int:
    """The page of status 500: no address of the site has it, so what Django would send is sent in its place."""
    address = site.url + "/server-error/"
    tab.route(address, lambda route: route.fulfill(status=500, body=facts["server_error"], content_type="text/html"))
    return _status(tab.goto(address))


def send_an_empty_course(tab: Tab, site: Site, _facts: dict[str, str]) -> int:
    """The form of a new course with everything wrong: the server's words, not the browser's."""
    tab.goto(site.url + "/courses/manage/new/")
    with tab.expect_response(re.compile("/courses/manage/new/")) as answered:
        tab.evaluate(
            "() => { const form = document.querySelector('main form[method=post]');"
            " form.noValidate = true; form.requestSubmit(); }"
        )
    tab.wait_for_load_state()
    return answered.value.status


def _try_to_log_in(tab: Tab, site: Site, name: str) -> Response:
    tab.goto(site.url + LOGIN)
    return _send_login(tab, name)


def _send_login(tab: Tab, name: str) -> Response:
    tab.fill("[name=username]", name)
    tab.fill("[name=password]", "not the password")
    with tab.expect_response(lambda response: response.request.method == "POST") as answered:
        tab.click("main form:has([name=password]) button[type=submit]")
    tab.wait_for_load_state()
    return answered.value


def _status(response: Response | None) -> int:
    assert response is not None
    return response.status
