"""The shape of what people type about certificates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates import rules
from certificates.models import Certificate


class RevokeForm(forms.Form):
    """Why a certificate is revoked; the holder and everybody who verifies it can read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=rules.REASON_LENGTH,
        help_text=_("Shown to the member and kept on record."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )


class SearchForm(forms.Form):
    """Which certificates to list."""

    STATES = [
        ("", _("All states")),
        *Certificate.State.choices,
        ("failed", _("File cannot be made")),
    ]

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "placeholder": _("Name, learner number, course or certificate number"),
            }
        ),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=STATES,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
