"""What a test asks of a page: its tags, its words, and that it is sound."""

from __future__ import annotations

from html.parser import HTMLParser

from django.contrib.staticfiles import finders
from django.test import Client


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
