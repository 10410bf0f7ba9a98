"""Examples of the style guide: each is a small template of its own, shown rendered and as the text to copy."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext
from django.template.loader import get_template
from django.utils.safestring import SafeString

register = template.Library()
FOLDER = "styleguide/examples/"


@register.inclusion_tag("styleguide/_example.html", takes_context=True)
def example(context: RequestContext, name: str, title: str, says: str = "", note: str = "") -> dict[str, object]:
    """Show `styleguide/examples/<name>.html` under `title`.

    `says` is what a screen reader announces; `note` is one sentence on when to use it.
    """
    found = get_template(f"{FOLDER}{name}.html").template  # type: ignore[attr-defined]  # django's own backend
    with context.push():
        rendered = found.render(context)
    return {
        "anchor": name.replace("/", "-"),
        "title": title,
        "says": says,
        "note": note,
        "rendered": SafeString(rendered),
        "source": found.source.strip(),
    }
