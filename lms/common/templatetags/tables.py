"""Tables in templates: the whole of one, its cells, its boxes to choose rows. What is in it: lms.common.tables.

{% datatable table label=label symbol="award" title=title text=text %}
  {% for row in table.rows %}
    <tr>{% cell "name" %}{{ row.name }}{% endcell %}{% cell "hours" %}{{ row.hours|hours }}{% endcell %}</tr>
  {% endfor %}
{% enddatatable %}
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lms.common.tables import Table

register = template.Library()


@register.simple_block_tag(takes_context=True)
def datatable(context: Context, content: str, table: Table, **words: Any) -> SafeString:
    """The whole table around its rows; the arguments are those of components/_table.html."""
    frame = get_template("components/_table.html").template  # type: ignore[attr-defined]  # django's own backend
    with context.push(table=table, body=content, **words):
        return SafeString(frame.render(context))


@register.simple_block_tag(takes_context=True)
def cell(context: Context, content: str, key: str, css: str = "") -> str:
    """One cell of the variable `table`: nothing while its column is put away.

    `css`: more classes. The row's name becomes a heading of its row.
    """
    table: Table = context["table"]
    column = next((column for column in table.shown if column.key == key), None)
    if column is None:
        return ""
    classes = " ".join(part for part in ("number" if column.number else "", css) if part)
    attributes = format_html(' class="{}"', classes) if classes else ""
    if column.heading:
        return format_html('<th scope="row"{}>{}</th>', attributes, SafeString(content.strip()))
    return format_html('<td data-label="{}"{}>{}</td>', column.label, attributes, SafeString(content.strip()))


@register.simple_tag(takes_context=True)
def choose_row(context: Context, value: Any, name: str) -> SafeString:
    """The first cell of a row that can be chosen: a box that sends `value`, called after the row's `name`."""
    table: Table = context["table"]
    return format_html(
        '<td class="choose"><label><input class="form-check-input" type="checkbox" name="chosen"'
        ' value="{}" form="{}-acts"><span class="visually-hidden">{}</span></label></td>',
        value,
        table.id,
        _("Choose %(name)s") % {"name": name},
    )


@register.simple_block_tag
def put(content: str) -> str:
    """Keeps a piece of markup for later: `{% put as acts %}<button>…{% endput %}`."""
    return content
