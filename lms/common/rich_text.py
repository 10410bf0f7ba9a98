"""Text with headings, lists, emphasis and links: kept as HTML of a very small kind, whatever was sent.

What `clean` lets through is rebuilt from scratch in two steps: nh3 reads the HTML as a browser would and drops what is
foreign, then the text is taken apart into lines and written again by `_write`, which knows only these elements:

    p h2 h3 blockquote ul ol li      strong em u sub sup a[href, rel]      br

So nothing reaches the database or a page that was not written here, and the same text always has the same HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from html.parser import HTMLParser
from itertools import groupby

import nh3
from django.utils.safestring import SafeString

MAX_DEPTH = 4  # of lists in lists

_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
_MARKS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u", "sub": "sub", "sup": "sup"}
_LISTS = {"ul", "ol"}
# Not kept, but a line ends where they begin or end. A cell of a table is only set off by a blank.
_BOXES = {"p", "div", "section", "article", "header", "footer", "main", "aside", "figure", "figcaption", "table", "tr"}
_BOXES |= {"pre", "dl", "dt", "dd", "address", "details", "summary", "hr", "caption"}
_CELLS = {"td", "th"}
_INLINE = {*_MARKS, "a"}
_TAGS = {*_HEADINGS, *_MARKS, *_LISTS, *_BOXES, *_CELLS, "li", "blockquote", "br", "a"}
_NOT_TEXT = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "textarea",
    "select",
    "svg",
    "math",
    "iframe",
    "object",
}
_ORDER = ("strong", "em", "u", "sub", "sup")  # from the outside in
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\x00-\x20\x7f]+", re.IGNORECASE)
_BLOCK = re.compile(r"\s*<(?:p|h2|h3|ul|ol|blockquote)>")
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_NOT_TEXT,
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)


@dataclass(frozen=True)
class _Style:
    """How one character looks: the names of its elements, and where it leads to."""

    marks: frozenset[str] = frozenset()
    href: str = ""

    def elements(self) -> list[str]:
        """Its elements from the outside in; a link is written as 'a ' and its address."""
        return [*([f"a {self.href}"] if self.href else []), *(mark for mark in _ORDER if mark in self.marks)]


@dataclass(frozen=True)
class _Line:
    """A paragraph, heading or list item. `lists` are the lists it lies in, from the outside in."""

    kind: str = "p"
    quoted: bool = False
    lists: tuple[str, ...] = ()
    item: int = 0  # which <li> it stood in; paragraphs of one item are one line with breaks
    text: list[tuple[str, _Style]] = field(default_factory=list)


def clean(html: str) -> str:
    """The same text in the HTML this site keeps; '' when nothing can be read in it. Cleaning it again changes nothing.

    Args:
        html: whatever was sent; what is not HTML is taken as text.
    """
    return _write(_lines(html))


def to_text(html: str) -> str:
    """What can be read, for searches, lists and counting: a line per paragraph, heading or item, without any marks."""
    return "\n".join("".join(character for character, _style in line.text) for line in _lines(html))


def from_plain(text: str) -> str:
    """HTML of plain text: a blank line begins a paragraph, any other line break stays one."""
    paragraphs = re.split(r"\n[^\S\n]*(?:\n[^\S\n]*)+", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean(
        "".join(f"<p>{escape(paragraph, quote=False).replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
    )


def is_html(text: str) -> bool:
    """Whether `text` is what `clean` returns, rather than text somebody typed: it begins with a block."""
    return _BLOCK.match(text) is not None


def to_html(stored: str) -> str:
    """HTML of what a column holds, be it HTML or plain text of older days; cleaned in any case."""
    return clean(stored) if is_html(stored) else from_plain(stored)


def render(stored: str) -> SafeString:
    """`to_html`, marked as fit for a page: it was made here a moment ago."""
    return SafeString(to_html(stored))


# --- Reading ------------------------------------------------------------------------------------------------------


def _lines(html: str) -> list[_Line]:
    """The lines of `html` that hold anything to read, in order, with depths of lists that can be written."""
    reader = _Reader()
    reader.feed(_CLEANER.clean(html))
    reader.close()
    reader.end_line()
    found: list[_Line] = []
    for line in reader.lines:
        text = _tidy(line.text)
        if text:
            before = found[-1] if found else None
            if before is not None and line.item and line.item == before.item:
                before.text.extend([("\n", _Style()), *text])
            else:
                found.append(replace(line, text=text, lists=_reachable(line, before)))
    return found


def _reachable(line: _Line, before: _Line | None) -> tuple[str, ...]:
    """The lists of `line`, no deeper than one step below an item that stands before it."""
    if not line.lists:
        return ()
    above = before.lists if before is not None and before.quoted == line.quoted else ()
    common = 0
    for mine, theirs in zip(line.lists, above, strict=False):
        if mine != theirs:
            break
        common += 1
    # A list of another kind at a depth already reached is a sibling of the one there.
    return line.lists[: min(common + 1, len(above) + 1)] if len(line.lists) > common else line.lists


def _tidy(text: list[tuple[str, _Style]]) -> list[tuple[str, _Style]]:
    """Without blanks in a row, blanks around line breaks, breaks at the ends, and characters nobody can see."""
    kept: list[tuple[str, _Style]] = []
    for character, style in text:
        if character == "\n":
            while kept and kept[-1][0] == " ":
                kept.pop()
            if kept:
                kept.append((character, style))
        elif character in " \t\r\f\v":
            if kept and kept[-1][0] not in " \n":
                kept.append((" ", style))
        elif unicodedata.category(character) not in {"Cc", "Cs"} and character not in "\u200b\ufeff":
            kept.append((character, style))
    while kept and kept[-1][0].isspace():
        kept.pop()
    # Full-width blanks indent a paragraph in Chinese, so they stay at its beginning; alone they are nothing.
    return kept


@dataclass(frozen=True)
class _Place:
    """What the elements that are open now say about the text in them; each element makes one from that around it."""

    tag: str = ""
    style: _Style = _Style()
    kind: str = "p"
    quoted: bool = False
    lists: tuple[str, ...] = ()
    item: int = 0


class _Reader(HTMLParser):
    """Takes nh3's HTML, which is well-formed, apart into lines. Safety is not decided here: see `_write`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[_Line] = []
        self._text: list[tuple[str, _Style]] = []
        self._open = [_Place()]
        self._items = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._add("\n")
        elif tag in _CELLS:
            self._add(" ")
        elif tag not in _INLINE:
            self.end_line()
        if tag not in {"br", "hr"}:
            self._open.append(self._inside(tag, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag != self._open[-1].tag:
            return
        if tag not in _INLINE and tag not in _CELLS:
            self.end_line()
        self._open.pop()

    def handle_data(self, data: str) -> None:
        # A line break of the source is a blank; only <br> breaks a line.
        self._add(data.replace("\n", " "))

    def end_line(self) -> None:
        """What was read since the last line is a line of its own."""
        if self._text:
            place = self._open[-1]
            plain = place.lists or place.quoted
            kind = "p" if plain else place.kind
            item = place.item if place.lists else 0
            self.lines.append(_Line(kind, place.quoted, place.lists, item, self._text))
            self._text = []

    def _add(self, text: str) -> None:
        style = self._open[-1].style
        self._text.extend((character, style) for character in text)

    def _inside(self, tag: str, href: str) -> _Place:
        place = replace(self._open[-1], tag=tag)
        if mark := _MARKS.get(tag):
            marks = place.style.marks - ({"sub", "sup"} if mark in {"sub", "sup"} else set())
            return replace(place, style=replace(place.style, marks=marks | {mark}))
        if tag == "a":
            return replace(place, style=replace(place.style, href=_address(href)))
        if tag in _HEADINGS:
            return replace(place, kind=_HEADINGS[tag])
        if tag == "blockquote":
            return replace(place, quoted=True)
        if tag in _LISTS:
            return replace(place, lists=(*place.lists, tag)[:MAX_DEPTH])
        if tag == "li":
            self._items += 1
            return replace(place, item=self._items)
        return place


def _address(href: str) -> str:
    """Where a link leads to, or '' for what a reader should not be led to."""
    found = _ADDRESS.fullmatch(href.strip())
    return found.group() if found else ""


# --- Writing ------------------------------------------------------------------------------------------------------


def _write(lines: list[_Line]) -> str:
    """The HTML of lines: the only place where markup is made."""
    parts: list[str] = []
    for quoted, group in groupby(lines, key=lambda line: line.quoted):
        block = "".join(_write_blocks(list(group)))
        parts.append(f"<blockquote>{block}</blockquote>" if quoted else block)
    return "".join(parts)


def _write_blocks(lines: list[_Line]) -> Iterator[str]:
    open_lists: list[str] = []
    for line in lines:
        common = 0
        while common < min(len(open_lists), len(line.lists)) and open_lists[common] == line.lists[common]:
            common += 1
        # The lists that end here, and with each of them its last item.
        while len(open_lists) > common:
            yield f"</li></{open_lists.pop()}>"
        if line.lists:
            if len(line.lists) == common:
                yield "</li>"
            for name in line.lists[common:]:
                yield f"<{name}>"
                open_lists.append(name)
            yield f"<li>{_write_text(line.text)}"
        else:
            yield f"<{line.kind}>{_write_text(line.text)}</{line.kind}>"
    while open_lists:
        yield f"</li></{open_lists.pop()}>"


def _write_text(text: list[tuple[str, _Style]]) -> str:
    parts: list[str] = []
    open_elements: list[str] = []
    for style, run in groupby(text, key=lambda pair: pair[1]):
        wanted = style.elements()
        common = 0
        while common < min(len(open_elements), len(wanted)) and open_elements[common] == wanted[common]:
            common += 1
        while len(open_elements) > common:
            parts.append(f"</{open_elements.pop().partition(' ')[0]}>")
        for element in wanted[common:]:
            name, _blank, href = element.partition(" ")
            parts.append(f'<a href="{escape(href)}" rel="noopener noreferrer">' if href else f"<{name}>")
            open_elements.append(element)
        words = "".join(character for character, _style in run)
        parts.append(escape(words, quote=False).replace("\n", "<br>"))
    while open_elements:
        parts.append(f"</{open_elements.pop().partition(' ')[0]}>")
    return "".join(parts)
