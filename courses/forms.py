"""What people type into the pages of this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.models import Category, Course
from courses.queries.authoring import EDITORS
from lms.common.form_fields import ListFilter, SearchField, StateField
from lms.common.rich_text_field import RichTextField
from lms.members.fields import OrganizationField, give_scope
from lms.members.models import Member
from media_pipeline.models import MediaAsset

TITLE_LENGTH = 120


class CatalogFilter(forms.Form):
    """What is looked for in the catalog. Nonsense counts as nothing chosen."""

    q = SearchField(label=_("Title, content or lecturer"))
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("All categories"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    required = forms.BooleanField(
        label=_("Required courses only"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input", "value": "1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = queries.list_categories()  # type: ignore[attr-defined]  # a ModelChoiceField

    def chosen(self) -> dict[str, Any]:
        """Arguments of queries.catalog."""
        self.is_valid()
        wanted = self.cleaned_data
        return {
            "text": wanted.get("q", ""),
            "category": wanted.get("category"),
            "required_only": bool(wanted.get("required")),
        }


class CoverSelect(forms.RadioSelect):
    option_template_name = "courses/_cover_option.html"


class ManagedFilter(ListFilter):
    """Which of the courses one looks after a list shows. Nonsense counts as nothing chosen."""

    q = SearchField(label=_("Title or teacher"))
    state = StateField(Course.State.choices)
    own = forms.BooleanField(
        label=_("Only those I teach"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input", "value": "1"}),
    )

    def chosen(self) -> dict[str, Any]:
        """Arguments of queries.list_managed_with_counts."""
        return super().chosen() | {"own_only": bool(self.cleaned_data.get("own"))}


class CourseForm(forms.Form):
    """What is said about a course."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH)
    slug = forms.SlugField(
        label=_("Address"),
        required=False,
        max_length=60,
        help_text=_(
            "The last part of the course's address: Latin letters, digits and hyphens. "
            "Leave it empty to have one made. It cannot be changed later."
        ),
    )
    summary = RichTextField(
        label=_("Summary"),
        required=False,
        max_length=4000,
        help_text=_("What is taught, for whom, and why. Shown on the course's page."),
    )
    lecturer_name = forms.CharField(
        label=_("Lecturer"),
        required=False,
        max_length=80,
        help_text=_("As it is to be printed. The lecturer need not have an account."),
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), empty_label=_("Please choose")
    )
    organization = OrganizationField(
        label=_("Open to"),
        roles=EDITORS,
        help_text=_("The members of this organization and of all below it can take the course."),
    )
    is_required = forms.BooleanField(
        label=_("A required course"),
        required=False,
        help_text=_("Everybody it is open to is expected to complete it. Otherwise it is elective."),
    )
    cover = forms.ChoiceField(label=_("Cover"), choices=[], widget=CoverSelect)

    def __init__(self, actor: Member, *args: Any, course: Course | None = None, **kwargs: Any) -> None:
        if course is not None:
            kwargs["initial"] = {
                "title": course.title,
                "summary": course.summary,
                "lecturer_name": course.lecturer_name,
                "category": course.category_id,
                "organization": course.organization,
                "is_required": course.is_required,
                "cover": course.cover_file,
            }
        super().__init__(*args, **kwargs)
        if course is not None:
            del self.fields["slug"]
        covers = queries.list_covers()
        self.fields["cover"].choices = [  # type: ignore[attr-defined]  # a ChoiceField, declared above
            (cover, _("Cover %(number)d") % {"number": number}) for number, cover in enumerate(covers, start=1)
        ]
        self.fields["cover"].initial = covers[0]
        self.fields["category"].queryset = queries.list_categories()  # type: ignore[attr-defined]  # a ModelChoiceField
        give_scope(self, actor)
        for name in ("title", "slug", "summary", "lecturer_name"):
            if name in self.fields:
                self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["category"].widget.attrs["class"] = "form-select"


class TitleForm(forms.Form):
    """The title of a chapter or lecture."""

    title = forms.CharField(
        label=_("Title"),
        max_length=TITLE_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class FilmChoice(forms.ModelChoiceField):
    """Films by title, with their state where they cannot be played yet."""

    def label_from_instance(self, asset: Any) -> str:
        if asset.published_version:
            return str(asset.title)
        return f"{asset.title} ({asset.get_state_display()})"


class LectureForm(forms.Form):
    """A new lecture: a film, and a title where the film's own does not do."""

    asset = FilmChoice(
        label=_("Film"),
        queryset=MediaAsset.objects.none(),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=TITLE_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("Left empty, the film's title is taken."),
    )

    def __init__(self, actor: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asset"].queryset = queries.list_assets_in_scope(actor)  # type: ignore[attr-defined]  # a FilmChoice

    def label_of_film(self, asset: MediaAsset) -> str:
        """How a film is called in the select box."""
        return str(self.fields["asset"].label_from_instance(asset))  # type: ignore[attr-defined]  # a FilmChoice

    def chosen_title(self) -> str:
        """The title given, else the film's."""
        return self.cleaned_data["title"] or self.cleaned_data["asset"].title[:TITLE_LENGTH]
