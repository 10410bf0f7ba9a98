"""The form field for rich text: an editor where there is script, a plain textarea where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from lms.common import rich_text

# Markup a text may bring along before it is read at all: reading deeply nested HTML costs time that grows with its
# square (measured with nh3 0.3.8: 5 s for 160 KB of lists in lists).
_SMALLEST_LIMIT = 20_000
_MARKUP_PER_CHARACTER = 12


class RichTextWidget(forms.Textarea):
    """`<rich-text>` around the textarea that stays the form's field (components/_rich_text.html).

    The textarea holds plain text. A hidden field beside it holds the HTML, so that somebody without script who does
    not touch the text does not lose its headings either. With script the editor puts its HTML into the textarea and
    the hidden field is not sent.
    """

    template_name = "components/_rich_text.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, max_length: int | None = None) -> None:
        super().__init__({"class": "form-control", "rows": 8, **(attrs or {})})
        self.max_length = max_length

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: browsers refuse to send a form whose required field is hidden, and do not say why."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        html = rich_text.to_html(value or "")
        context["widget"] |= {
            "value": rich_text.to_text(html),
            "html": html,
            "html_name": f"{name}-html",
            "max_length": self.max_length,
        }
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        value = data.get(name)
        before = data.get(f"{name}-html")
        if value is None or before is None or rich_text.is_html(value) or len(before) > _SMALLEST_LIMIT * 10:
            return value
        html = rich_text.clean(before)
        unchanged = "\n".join(value.split()) == "\n".join(rich_text.to_text(html).split())
        return html if unchanged else value


class RichTextField(forms.Field):
    """Rich text of at most `max_length` visible characters. Cleans to HTML fit to be stored, '' for no text."""

    widget = RichTextWidget
    default_error_messages = {
        "too_long": ngettext_lazy(
            "Please shorten this text to %(limit)d character (it has %(length)d now).",
            "Please shorten this text to %(limit)d characters (it has %(length)d now).",
            "limit",
        ),
        "too_much": _("This text is too long. Please shorten it, or paste it without its formatting."),
    }

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", RichTextWidget(max_length=max_length))
        super().__init__(**kwargs)
        self.max_length = max_length

    def to_python(self, value: Any) -> str:
        """The HTML of what was sent. Raises ValidationError for more than may be read."""
        text = str(value or "")
        limit = max(_SMALLEST_LIMIT, (self.max_length or 20_000) * _MARKUP_PER_CHARACTER)
        if len(text) > limit:
            raise ValidationError(self.error_messages["too_much"], code="too_much")
        return rich_text.to_html(text)

    def validate(self, value: str) -> None:
        super().validate(value)
        length = len(rich_text.to_text(value))
        if self.max_length is not None and length > self.max_length:
            facts = {"limit": self.max_length, "length": length}
            raise ValidationError(self.error_messages["too_long"], code="too_long", params=facts)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return rich_text.to_html(str(initial or "")) != rich_text.to_html(str(data or ""))
