"""Tables: what the address asks of one (filters, order, columns, page), and what page and file then show of it.

A view says which columns there are and hands over its rows; `{% datatable table %}` of templatetags/tables.py shows
them:

    table = Table(request, "certificates", COLUMNS, found, form=form, sort="-issued")
    if table.wants_file:
        return table.file(_("certificates"))
    return render(request, "certificates/manage.html", {"table": table})

The address holds what is asked: `sort=-issued`, `page=2`, the form's own fields. Columns and rows per page are a taste:
`columns=` (repeated) and `size=` are kept in the session, by the table's name. Who only knows the address gets the same
file: a file takes its columns from the address and never from the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, Func, OrderBy, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lms.common.exports import Cell, csv_response
from lms.common.pagination import PAGE_SIZE

SIZES = (20, 50, 100)
NO_COLUMN = "-"  # sent along with the checked columns, so that "none of them" can be told from "not asked"
SESSION_KEY = "tables"
# Names in the address that belong to the table itself; a form of filters has other ones.
SORT, PAGE, COLUMNS, SIZE, EXPORT = "sort", "page", "columns", "size", "export"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `value` says what stands in a file's cell; without it, the row's attribute named `key` does. It can be sorted by the
    fields (or expressions) in `order` where rows are a queryset, by the key function `by` where they are a list; a
    None comes last in either direction. `number`: to the right, and the first press sorts the most to the top.
    `heading`: the row's name. `always`: cannot be put away. `shown`: from the beginning.
    """

    key: str
    label: str | Promise
    value: Callable[[Any], Cell] | None = None
    order: tuple[str | Func, ...] = ()
    by: Callable[[Any], Any] | None = None
    number: bool = False
    newest_first: bool = False
    heading: bool = False
    always: bool = False
    shown: bool = True

    @property
    def is_sortable(self) -> bool:
        return bool(self.order or self.by)

    @property
    def most_first(self) -> bool:
        """Whether the first press on its heading sorts downwards."""
        return self.number or self.newest_first

    def cell(self, row: Any) -> Cell:
        """What a file says of `row` in this column."""
        found: Cell = self.value(row) if self.value else getattr(row, self.key)
        return found


@dataclass(frozen=True)
class Heading:
    """The head of a shown column: where a press on it leads ('' nowhere), and how the table is sorted by it now."""

    column: Column
    address: str
    aria_sort: str  # 'ascending', 'descending' or '' for not by this one


@dataclass(frozen=True)
class Chip:
    """Something that narrows or sorts the table now, and the address of the table without it."""

    label: str
    words: str
    address: str


@dataclass(frozen=True)
class Choice:
    """An option of a select box or a row of a menu."""

    value: str
    label: str
    chosen: bool


class Written(Func):
    """A text in the order of its characters' code points, alike on both databases."""

    template = "%(expressions)s COLLATE BINARY"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return super().as_sql(compiler, connection, template='%(expressions)s COLLATE "C"', **extra)


def written(field: str) -> Written:
    """For Column.order: the text in `field`, sorted alike on SQLite and PostgreSQL."""
    return Written(F(field))


def by_pinyin(text: str) -> bytes:
    """For Column.by: common characters in the order of their pinyin, as the first level of GB 2312 has them."""
    return text.encode("gb18030", "replace")


def moment(instant: datetime | None) -> str:
    """An instant in a file's cell, as the page shows it: '2026-03-01 18:05'."""
    return f"{timezone.localtime(instant):%Y-%m-%d %H:%M}" if instant else ""


class Table:
    """One table as the request asks for it.

    `rows` is a queryset or a list; `dress` turns the rows of one page (or of the whole file) into what template and
    columns work with, in one go. `sort` is the order nobody has to ask for ('hours', '-hours', '' as the rows come);
    rows that are alike in the sorted column follow `ties` (order_by names; a list keeps its own order). `form` holds
    the filters, bound to request.GET; its fields in `subject` say which table this is and are no filters of it.
    `choose`: rows carry a checkbox (name "chosen") that the buttons of the bar act on. `for_file`: the answer will be a
    file, whatever the address says; otherwise `wants_file` tells whether one is asked for.
    """

    def __init__(
        self,
        request: HttpRequest,
        name: str,
        columns: Sequence[Column],
        rows: QuerySet[Any] | Sequence[Any],
        *,
        form: forms.Form | None = None,
        subject: tuple[str, ...] = (),
        sort: str = "",
        ties: tuple[str, ...] = ("pk",),
        size: int = PAGE_SIZE,
        dress: Callable[[list[Any]], list[Any]] | None = None,
        choose: bool = False,
        for_file: bool = False,
    ) -> None:
        self.request, self.name, self.columns, self.form = request, name, tuple(columns), form
        self.choose, self.path = choose, request.path
        self._all, self._ties, self._dress, self._usual_size = rows, ties, dress, size
        self.subject, self._usual_sort = subject, sort
        self.wants_file = for_file or request.GET.get(EXPORT) == "csv"
        self.sort, self.descending = self._read_sort()

    # --- What is asked -----------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return f"table-{self.name}"

    def _read_sort(self) -> tuple[Column | None, bool]:
        known = {column.key: column for column in self.columns if column.is_sortable}
        for asked in (self.request.GET.get(SORT, ""), self._usual_sort):
            if column := known.get(asked.removeprefix("-")):
                return column, asked.startswith("-")
        return None, False

    @property
    def _sort_word(self) -> str:
        return "" if self.sort is None else ("-" if self.descending else "") + self.sort.key

    @property
    def is_sorted(self) -> bool:
        """Whether the rows stand in another order than the usual one."""
        return self._sort_word != self._usual_sort

    @cached_property
    def shown(self) -> tuple[Column, ...]:
        """The chosen columns, in their own order."""
        usual = [column.key for column in self.columns if column.shown or column.always]
        asked = self.request.GET.getlist(COLUMNS)
        if not self.wants_file:
            asked = self._remembered(COLUMNS, asked, usual)
        wanted = set(asked or usual)
        return tuple(column for column in self.columns if column.always or column.key in wanted)

    @cached_property
    def size(self) -> int:
        """Rows per page."""
        given = self.request.GET.get(SIZE, "")
        asked = int(given) if given in {str(size) for size in self._sizes} else None
        kept: int = self._remembered(SIZE, asked, self._usual_size) or self._usual_size
        return kept

    @property
    def _sizes(self) -> list[int]:
        return sorted({*SIZES, self._usual_size})

    def _remembered(self, what: str, asked: Any, usual: Any) -> Any:
        """What was asked now or kept earlier; asking for the usual forgets. The session is written on a change only."""
        tastes: dict[str, Any] = self.request.session.get(SESSION_KEY, {})
        kept = tastes.get(self.name, {})
        if not asked:
            return kept.get(what)
        is_usual = set(asked) - {NO_COLUMN} == set(usual) if what == COLUMNS else asked == usual
        mine = {key: value for key, value in kept.items() if key != what} | ({} if is_usual else {what: asked})
        if mine != kept:
            self.request.session[SESSION_KEY] = tastes | {self.name: mine}
        return asked

    # --- The rows ----------------------------------------------------------------------------------------------

    @cached_property
    def _arranged(self) -> QuerySet[Any] | Sequence[Any]:
        rows, column = self._all, self.sort
        if column is None:
            return rows
        if isinstance(rows, QuerySet):
            fields = [F(field) if isinstance(field, str) else field for field in column.order]
            return rows.order_by(
                *(OrderBy(field, descending=self.descending, nulls_last=True) for field in fields), *self._ties
            )
        key = column.by
        assert key is not None, f"the column {column.key} of a list is sorted by a function"
        present = sorted((row for row in rows if key(row) is not None), key=key, reverse=self.descending)
        return [*present, *(row for row in rows if key(row) is None)]

    @property
    def all_rows(self) -> QuerySet[Any] | Sequence[Any]:
        """All that is filtered, in the order asked for, before it is dressed."""
        return self._arranged

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for: the first for nonsense, the last for too much."""
        return Paginator(self._arranged, self.size).get_page(self.request.GET.get(PAGE))

    @cached_property
    def rows(self) -> list[Any]:
        """The rows of the page."""
        return self._dressed(list(self.page))

    def _dressed(self, rows: list[Any]) -> list[Any]:
        return self._dress(rows) if self._dress else rows

    @property
    def count(self) -> int:
        """How many rows there are on all pages."""
        return self.page.paginator.count

    @cached_property
    def lines(self) -> list[list[Cell]]:
        """The cells of a file: all that is filtered, as it is sorted, in the chosen columns."""
        rows = self._dressed(list(self._arranged))
        return [[column.cell(row) for column in self.shown] for row in rows]

    def file(self, title: str) -> StreamingHttpResponse:
        """A download of what the page shows, on all its pages. (Another kind of file is another value of `export`.)"""
        name = "".join("-" if character in '/\\:*?"<>|' else character for character in title)
        # The lines are made now, in the asker's language: a response that streams is sent outside of it.
        return csv_response(f"{name}.csv", [str(column.label) for column in self.shown], self.lines)

    # --- What the page offers ----------------------------------------------------------------------------------

    def _address(self, *without: str, **given: str | list[str]) -> str:
        """This page's address with some parts taken out or changed; back on its first page."""
        query = self.request.GET.copy()
        for name in (PAGE, EXPORT, COLUMNS, SIZE, *without):
            query.pop(name, None)
        for name, value in given.items():
            query.setlist(name, value if isinstance(value, list) else [value])
        return f"{self.path}?{query.urlencode()}" if query else self.path

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.shown]

    def _heading(self, column: Column) -> Heading:
        if not column.is_sortable:
            return Heading(column, "", "")
        is_now = column == self.sort
        down = not self.descending if is_now else column.most_first
        word = f"-{column.key}" if down else column.key
        address = self._address(SORT) if word == self._usual_sort else self._address(sort=word)
        return Heading(column, address, "" if not is_now else "descending" if self.descending else "ascending")

    @property
    def sorts(self) -> list[Choice]:
        """The orders to choose from where no headings can be pressed."""
        choices = [] if self._usual_sort else [Choice("", _("Usual order"), not self.is_sorted)]
        for column in self.columns:
            if not column.is_sortable:
                continue
            for down in (column.most_first, not column.most_first):
                word = f"-{column.key}" if down else column.key
                label = _in_words(column, down) % {"column": column.label}
                choices.append(Choice(word, label, word == self._sort_word))
        return choices if len(choices) > 1 else []

    @property
    def column_choices(self) -> list[Choice]:
        """The columns that may be put away."""
        return [
            Choice(column.key, str(column.label), column in self.shown) for column in self.columns if not column.always
        ]

    @property
    def size_choices(self) -> list[Choice]:
        return [Choice(str(size), str(size), size == self.size) for size in self._sizes]

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters in force, each with the way to take it off."""
        if self.form is None:
            return []
        self.form.is_valid()
        return [
            Chip(str(field.label or name), _chip_words(field, self.form.cleaned_data[name]), self._address(name))
            for name, field in self.form.fields.items()
            if name not in self.subject and self.form.cleaned_data.get(name)
        ]

    @property
    def filtered(self) -> bool:
        return bool(self.chips)

    @property
    def all_address(self) -> str:
        """The table without any filter."""
        names = [] if self.form is None else [name for name in self.form.fields if name not in self.subject]
        return self._address(*names)

    @property
    def unsorted_address(self) -> str:
        return self._address(SORT)

    @property
    def file_address(self) -> str:
        """The file of exactly this table: columns that are not the usual ones are named."""
        usual = tuple(column for column in self.columns if column.shown or column.always)
        chosen = {} if self.shown == usual else {COLUMNS: [column.key for column in self.shown]}
        return self._address(export="csv", **chosen)

    @property
    def kept_by_form(self) -> list[tuple[str, str]]:
        """What stays as it is when the filters are sent."""
        return self._kept(*(self.form.fields if self.form else ()))

    @property
    def kept_by_sort(self) -> list[tuple[str, str]]:
        return self._kept(SORT)

    @property
    def kept_by_menu(self) -> list[tuple[str, str]]:
        return self._kept()

    def _kept(self, *without: str) -> list[tuple[str, str]]:
        left_out = {PAGE, EXPORT, COLUMNS, SIZE, *without}
        query = self.request.GET
        return [(name, value) for name in query if name not in left_out for value in query.getlist(name) if value]


def _in_words(column: Column, down: bool) -> str:
    if column.number:
        return _("%(column)s, most first") if down else _("%(column)s, least first")
    if column.newest_first:
        return _("%(column)s, newest first") if down else _("%(column)s, oldest first")
    return _("%(column)s, backwards") if down else _("%(column)s, forwards")


def _chip_words(field: forms.Field, value: Any) -> str:
    """What was chosen, as the form itself calls it; '' for a box that is simply checked."""
    if isinstance(field, forms.ModelChoiceField):
        return str(field.label_from_instance(value))
    if isinstance(field, forms.ChoiceField):
        return str(dict(_flat(field.choices)).get(value, value))
    return "" if value is True else str(value)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Options without their groups."""
    return [pair for key, label in choices for pair in (label if isinstance(label, list | tuple) else [(key, label)])]
