"""Without a network: the service worker and the page it keeps; and the font slice, fetched only where it is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from lms.portal.views import offline
from tests.conftest import make_people

PAGE = "/offline/"
WORKER = "/sw.js"

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = pytest.mark.profile("embedded")


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    offline._kept_once.cache_clear()


def kept(client: Client) -> dict[str, Any]:
    text = client.get(WORKER).content.decode()
    found = re.match(r"const KEPT = (.*);\n", text)
    assert found is not None
    return dict(json.loads(found[1]))


def test_a_visitor_gets_the_worker_as_a_script_that_is_asked_for_anew(client: Client, db: None) -> None:
    response = client.get(WORKER)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in response.headers["Content-Security-Policy"]
    assert client.head(WORKER).status_code == 200
    assert client.post(WORKER).status_code == 405


def test_the_worker_keeps_every_file_the_page_links_and_no_other(client: Client, db: None) -> None:
    facts = kept(client)
    assert facts["page"] == PAGE
    assert all(finders.find(name.removeprefix("/static/")) for name in facts["files"])
    for cookie in ("system.0.20", "dark.1.24", "light.1.30"):
        client.cookies["display"] = cookie
        page = client.get(PAGE).content.decode()
        linked = {name for name in re.findall(r'(?:href|src)="([^"#]+)', page) if name.startswith("/static/")}
        assert linked <= set(facts["files"])
    assert {"/static/css/elder.css", "/static/css/dark.css"} <= set(facts["files"])
    assert not [name for name in facts["files"] if re.search(r"\.(mp4|m3u8|m4s|woff2)$", name)]


def test_hashed_names_come_from_the_storage_and_a_change_makes_a_new_version(
    client: Client, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(client)["version"]
    assert kept(client)["version"] == before
    manifest = {
        name.removeprefix("/static/"): f"{name.removeprefix('/static/')}.abc123" for name in kept(client)["files"]
    }
    manifest |= {"js/shell.js": "js/shell.abc.js", "js/offline.js": "js/offline.abc.js"}
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": manifest, "version": "1.1", "hash": "x"}))
    storages = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "lms.common.staticfiles.HashedStaticFilesStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    offline._kept_once.cache_clear()
    with override_settings(STORAGES=storages):
        facts = kept(client)
    assert "/static/css/tokens.css.abc123" in facts["files"]
    assert "/static/css/tokens.css" not in facts["files"]
    assert facts["version"] != before


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_is_in_the_readers_language_and_look_and_says_nothing_about_them(
    client: Client, db: None, language: str
) -> None:
    people = make_people()
    client.force_login(people.learner, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    client.post(reverse("members:choose-display"), {"elder": "1", "text_size": "30", "theme": "dark"})
    response = client.get(PAGE)
    page = response.content.decode()
    assert f'<html lang="{language}" data-bs-theme="light" data-text="30">' in page
    assert 'css/dark.css" media="screen">' in page
    assert people.learner.full_name not in page
    assert "csrf" not in page
    assert response.headers["Cache-Control"] == "private, no-cache"
    with translation.override(language):
        assert translation.gettext("No network") in page


# --- In a browser -----------------------------------------------------------------------------------------------------

CONTROLLED = "() => navigator.serviceWorker.controller !== null"


@pytest.fixture
def visitor(transactional_db: None, open_page: Callable[..., Any], live_server: Any) -> Any:
    page = open_page(service_workers="allow")
    page.goto(live_server.url + reverse("members:login"))
    page.wait_for_function(CONTROLLED)
    return page


def cut_off(page: Any, away: bool) -> None:
    """The network of the page and of its worker."""
    page.context.set_offline(away)


def test_without_network_the_offline_page_and_with_it_the_page_that_was_asked_for(
    visitor: Any, live_server: Any, console: Any
) -> None:
    console.allow("ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED|net::")
    cut_off(visitor, True)
    wanted = live_server.url + reverse("certificates:verify")
    visitor.goto(wanted)
    assert visitor.url == wanted
    assert visitor.locator("[data-offline] h1").is_visible()
    # Its sheets are there too: the button is as tall as a finger wants, the icon is drawn.
    assert visitor.locator("[data-retry]").bounding_box()["height"] >= 44
    assert visitor.evaluate("getComputedStyle(document.querySelector('.site-header')).backgroundImage") != "none"

    visitor.locator("[data-retry]").click()
    still = visitor.locator("[data-offline]").get_attribute("data-still")
    visitor.locator("[role=status]", has_text=still).wait_for()

    cut_off(visitor, False)  # the browser says `online`, and the page asks again by itself
    visitor.wait_for_selector("[data-offline]", state="detached")
    assert visitor.url == wanted


def test_a_new_look_is_kept_for_the_next_time_without_network(visitor: Any, live_server: Any, console: Any) -> None:
    console.allow("ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED|net::")
    visitor.locator("button[name=elder][value='1']").first.click()
    visitor.wait_for_selector("html[data-text='20']")
    in_cache = """async () => {
      const kept = await caches.match("/offline/");
      return Boolean(kept) && (await kept.text()).includes('data-text="20"');
    }"""
    visitor.wait_for_function(in_cache)
    cut_off(visitor, True)
    visitor.goto(live_server.url + "/")
    visitor.locator("html[data-text='20'] [data-offline]").wait_for()


def test_the_worker_leaves_everything_but_failed_pages_alone(visitor: Any, live_server: Any, console: Any) -> None:
    console.allow("ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED|net::")
    names = visitor.evaluate(
        "async () => (await (await caches.open((await caches.keys())[0])).keys()).map((r) => r.url)"
    )
    assert sorted(names) == sorted({live_server.url + name for name in [PAGE, *kept(Client())["files"]]})
    cut_off(visitor, True)
    fails = "path => fetch(path, {method: 'POST'}).then(() => 'answered', () => 'failed')"
    assert visitor.evaluate(fails, "/account/display/") == "failed"
    assert visitor.evaluate("fetch('/media/x.m4s').then(() => 'answered', () => 'failed')") == "failed"
    assert visitor.evaluate("fetch('/account/login/').then(() => 'answered', () => 'failed')") == "failed"


def test_an_older_cache_is_thrown_away(visitor: Any) -> None:
    visitor.evaluate("() => Promise.all([caches.open('offline-old'), caches.open('other')])")
    visitor.evaluate("async () => (await navigator.serviceWorker.getRegistration()).unregister()")
    visitor.reload()
    visitor.wait_for_function(CONTROLLED)
    visitor.wait_for_function("async () => !(await caches.keys()).includes('offline-old')")
    assert "other" in visitor.evaluate("caches.keys()")


# --- The slice for rare characters ------------------------------------------------------------------------------------


def test_the_slice_is_fetched_for_a_rare_character_only_and_draws_it(
    transactional_db: None, open_page: Callable[..., Any], live_server: Any
) -> None:
    page = open_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if ".woff2" in request.url else None)
    page.goto(live_server.url + reverse("members:login"))
    # This machine's Noto has the character, as a phone's font may not: only the end of --font-text is left.
    families = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--font-text')")
    end = families[families.index('"Party School Rare"') :]
    page.evaluate("font => document.documentElement.style.setProperty('--font-text', font)", end)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    assert fetched == []

    page.evaluate("document.querySelector('h1').textContent = '李𬱖'")
    page.wait_for_function("() => document.fonts.check('16px \"Party School Rare\"', '𬱖')")
    page.evaluate("document.fonts.ready")
    assert len(fetched) == 1
    assert "/static/fonts/party-school-rare" in fetched[0]
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    heading = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
    assert {font["familyName"]: font["glyphCount"] for font in fonts if font["isCustomFont"]} == {
        "Party School Rare": 1
    }
