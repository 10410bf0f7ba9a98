"""The shape of what people type about certificates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates import rules
from certificates.models import Certificate
from lms.common.form_fields import ListFilter, SearchField, StateField


class RevokeForm(forms.Form):
    """Why a certificate is revoked; the holder and everybody who verifies it can read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=rules.REASON_LENGTH,
        help_text=_("Shown to the member and kept on record."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )


class SearchForm(ListFilter):
    """Which certificates to list."""

    q = SearchField(label=_("Search"), placeholder=_("Name, learner number, course or certificate number"))
    state = StateField([*Certificate.State.choices, ("failed", _("File cannot be made"))])
