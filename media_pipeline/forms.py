"""The shape of what instructors send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lms.common.errors import DomainError
from lms.members.models import Organization
from media_pipeline.incoming import ReceivedFile
from media_pipeline.models import MediaAsset
from media_pipeline.rules import FailureCode
from media_pipeline.services.uploads import require_acceptable

ACCEPTED = "video/*,audio/*,.mkv,.mov,.avi,.flv,.ts,.m4v,.wmv,.mp4,.webm,.ogg,.ogv,.mp3,.m4a,.wav,.aac,.flac"


class UploadForm(forms.Form):
    """A film or recording, for one organization. The file comes last, so that all else is known when it
    arrives.
    """

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("If you leave it empty, the name of the file is used."),
    )
    organization = forms.ModelChoiceField(
        label=_("Party organization"), queryset=Organization.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=_("Film or sound recording"),
        allow_empty_file=True,  # refused below, with better advice
        error_messages={"required": _("Please choose a file.")},
    )

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["organization"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = organizations
        self.fields["title"].widget.attrs["class"] = "form-control"
        choice.widget.attrs["class"] = "form-select"
        self.fields["file"].widget.attrs |= {"class": "form-control", "accept": ACCEPTED}

    def clean_file(self) -> ReceivedFile:
        received: ReceivedFile = self.cleaned_data["file"]
        try:
            require_acceptable(received.spool)
        except DomainError as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        return received

    def first_error(self) -> DomainError:
        """What is wrong, for a program: the first error, with its status and the field it belongs to."""
        field, problems = next(iter(self.errors.as_data().items()))
        code = problems[0].code or "invalid"
        error = DomainError(code, " ".join(problems[0].messages), field=field)
        error.status = 413 if code == FailureCode.TOO_LARGE else 400
        return error


class FilterForm(forms.Form):
    """Which assets a list shows. Nonsense counts as nothing chosen."""

    q = forms.CharField(label=_("Title or file name"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *MediaAsset.State.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget = forms.TextInput(attrs={"class": "form-control", "type": "search"})
        self.fields["state"].widget.attrs["class"] = "form-select"

    def chosen(self) -> tuple[str, str]:
        """Words to search for, and a state or ''."""
        self.is_valid()
        return self.cleaned_data.get("q", ""), self.cleaned_data.get("state", "")
