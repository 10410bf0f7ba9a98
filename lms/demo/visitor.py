"""A visitor without a browser: keeps cookies, reads pages, fills in their forms, as `lms demo` needs it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

CHUNK_BYTES = 1 << 18


class Stuck(Exception):
    """The site did not answer as a visitor expects; the text says where and how."""


@dataclass
class Form:
    """One form of a page: where it goes, and the values its fields hold (a list per name)."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # of selects and boxes: (value, label)


class _Forms(HTMLParser):
    """Collects the forms of a page with the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.select = self.textarea = ""
        self.option: str | None = None
        self.box: tuple[str, str] | None = None  # name and value of the box whose label is being read
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append(Form(given.get("action", "").partition("#")[0]))
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            self.option, self.text = given.get("value", ""), ""
            if "selected" in given:
                form.fields.setdefault(self.select, []).append(self.option)
        elif tag == "textarea" and name:
            self.textarea, self.text = name, ""

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind in {"checkbox", "radio"}:
            self.box, self.text = (name, value), ""
            if "checked" in given:
                form.fields.setdefault(name, []).append(value or "on")
        elif kind not in {"submit", "button", "file", "reset", "image"}:
            form.fields.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "option" and self.option is not None:
            self.forms[-1].choices.setdefault(self.select, []).append((self.option, self.text.strip()))
            self.option = None
        elif tag == "label" and self.box is not None:
            name, value = self.box
            self.forms[-1].choices.setdefault(name, []).append((value, " ".join(self.text.split())))
            self.box = None
        elif tag == "select" and self.select:
            options = self.forms[-1].choices.get(self.select, [])
            self.forms[-1].fields.setdefault(self.select, [value for value, _label in options[:1]])  # as browsers do
            self.select = ""
        elif tag == "textarea" and self.textarea:
            self.forms[-1].fields[self.textarea] = [self.text]
            self.textarea = ""


class Visitor:
    """One person at one site."""

    def __init__(self, site: str) -> None:
        self.site = site.rstrip("/")
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "zh-CN"
        self.page = ""
        self.url = self.site

    def open(self, path: str) -> str:
        """Read a page; returns its HTML. Raises Stuck for anything but 200."""
        return self._keep(self.session.get(urljoin(self.url, path) if path else self.url, timeout=60))

    def forms(self) -> list[Form]:
        """The forms of the page just read."""
        parser = _Forms()
        parser.feed(self.page)
        return parser.forms

    def link(self, pattern: str) -> str:
        """The first link of the page whose address matches the regular expression. Raises Stuck when there is none."""
        parser = _Forms()
        parser.feed(self.page)
        for address in parser.links:
            if re.search(pattern, address):
                return urljoin(self.url, address)
        raise Stuck(f"{self.url}: no link matches {pattern}")

    def submit(self, action: str, **values: str | list[str]) -> str:
        """Send the form whose action ends with `action`, with the page's own values and `values` over them."""
        form = self.form(action)
        data = form.fields | {name: value if isinstance(value, list) else [value] for name, value in values.items()}
        address = urljoin(self.url, form.action)
        return self._keep(self.session.post(address, data=data, headers={"Referer": self.url}, timeout=60))

    def form(self, action: str) -> Form:
        """The form whose action ends with `action`. Raises Stuck when the page has none."""
        for form in self.forms():
            if urljoin(self.url, form.action).rstrip("/").endswith(action.rstrip("/")):
                return form
        raise Stuck(f"{self.url}: no form for {action}; there are {[form.action for form in self.forms()]}")

    def log_in(self, learner_no: str, password: str) -> None:
        """Raises Stuck when the site does not let this person in."""
        self.open("/account/login/")
        self.submit("/account/login/", username=learner_no, password=password)
        if "/account/login" in self.url:
            raise Stuck(f"{learner_no} was not let in")

    def json(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask a JSON address (POST when there is a body). Raises Stuck for an error status."""
        headers = {
            "Accept": "application/json",
            "X-CSRFToken": self.session.cookies.get("csrftoken", ""),
            "Referer": self.url,
        }
        address = urljoin(self.site + "/", path)
        method = "GET" if body is None else "POST"
        answer = self.session.request(method, address, json=body, headers=headers, timeout=60)
        if not answer.ok:
            raise Stuck(f"{method} {address}: {answer.status_code} {answer.text[:300]}")
        return dict(answer.json())

    def download(self, path: str) -> requests.Response:
        """A file. Raises Stuck for an error status."""
        answer = self.session.get(urljoin(self.url, path), timeout=120)
        if not answer.ok:
            raise Stuck(f"GET {answer.url}: {answer.status_code}")
        return answer

    def upload(self, action: str, name: str, path: Path, sent: Callable[[int, int], None], **values: str) -> str:
        """Send a form with a file, streamed from disk; `sent(bytes, total)` is called as the bytes go out."""
        form = self.form(action)
        data = {key: value[0] for key, value in form.fields.items() if value} | values
        boundary = uuid.uuid4().hex
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in data.items()
        )
        filename = path.name.replace('"', "")
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        opening, ending = head.encode(), f"\r\n--{boundary}--\r\n".encode()
        size = path.stat().st_size

        def body() -> Iterator[bytes]:
            yield opening
            done = 0
            with path.open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
                    done += len(chunk)
                    sent(done, size)
            yield ending

        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Referer": self.url,
        }
        address = urljoin(self.url, form.action)
        return self._keep(
            self.session.post(
                address, data=_Sized(body(), len(opening) + size + len(ending)), headers=headers, timeout=600
            )
        )

    def _keep(self, answer: requests.Response) -> str:
        if not answer.ok:
            raise Stuck(f"{answer.request.method} {answer.url}: {answer.status_code}\n{answer.text[:600]}")
        self.url, self.page = answer.url, answer.text
        return self.page


class _Sized:
    """An iterator of bytes whose length is known, so that requests sends it with a Content-Length."""

    def __init__(self, parts: Iterator[bytes], length: int) -> None:
        self.parts = parts
        self.length = length

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def __len__(self) -> int:
        return self.length
