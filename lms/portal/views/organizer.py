"""The organizers' pages: every organization in scope with what its members have done, and who of them is behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from credits import access as credit_access
from lms.common import clock
from lms.common.charts.files import asked_file
from lms.common.tables import Column, Table, by_pinyin, moment
from lms.common.templatetags.school import hours
from lms.common.text_search import words_of
from lms.members import access
from lms.members import services as member_services
from lms.members.models import Organization
from lms.portal import queries
from lms.portal.queries import MemberLine, OrganizationLine
from lms.portal.views import charts

LINES_PER_PAGE = 50


def _search(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "search", "class": "form-control"})
    return forms.CharField(label=label, required=False, max_length=80, widget=widget)


def _says(text: str, *said: str) -> bool:
    """Whether every word of `text` occurs in one of the others."""
    where = " ".join(said).casefold()
    return all(word.casefold() in where for word in words_of(text))


class OrganizationFilter(forms.Form):
    """Which of the organizations a list shows."""

    q = _search(gettext_lazy("Organization"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *Organization.Kind.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def wants(self, line: OrganizationLine) -> bool:
        self.is_valid()
        kind = self.cleaned_data.get("kind")
        one = line.organization
        return (not kind or one.kind == kind) and _says(self.cleaned_data.get("q", ""), one.name, one.short_name)


class MemberFilter(forms.Form):
    """Which of the members a list shows."""

    q = _search(gettext_lazy("Name, learner number or organization"))
    behind = forms.BooleanField(
        label=gettext_lazy("Only who is behind"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input", "value": "1"}),
    )

    def wants(self, line: MemberLine) -> bool:
        self.is_valid()
        row = line.score
        may_stay = line.is_behind or not self.cleaned_data.get("behind")
        return may_stay and _says(self.cleaned_data.get("q", ""), row.full_name, row.learner_no, row.organization)


def _of(name: str) -> Callable[[Any], Any]:
    return lambda line: getattr(line, name)


def _score(name: str) -> Callable[[MemberLine], Any]:
    return lambda line: getattr(line.score, name)


ORGANIZATION_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Organization"),
        value=lambda line: line.organization.name,
        by=lambda line: by_pinyin(line.organization.name),
        heading=True,
        always=True,
    ),
    Column("kind", gettext_lazy("Kind"), value=lambda line: line.organization.get_kind_display(), shown=False),
    Column("members", gettext_lazy("Members"), by=_of("members"), number=True),
    Column("studying", gettext_lazy("Courses in progress"), by=_of("studying"), number=True),
    Column("completed", gettext_lazy("Courses completed"), by=_of("completed"), number=True),
    Column("hours", gettext_lazy("Hours in all"), value=lambda line: hours(line.hours), by=_of("hours"), number=True),
    Column(
        "average",
        gettext_lazy("Hours per member"),
        value=lambda line: hours(line.average_hours),
        by=_of("average_hours"),
        number=True,
    ),
)

MEMBER_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Name"),
        value=_score("full_name"),
        by=lambda line: by_pinyin(line.score.full_name),
        heading=True,
        always=True,
    ),
    Column("learner_no", gettext_lazy("Learner number"), value=_score("learner_no"), by=_score("learner_no")),
    Column("organization", gettext_lazy("Organization"), value=_score("organization")),
    Column("kind", gettext_lazy("Identity"), value=_score("kind_label"), shown=False),
    Column("studying", gettext_lazy("Courses in progress"), by=_of("studying"), number=True),
    Column("completed", gettext_lazy("Courses completed"), by=_of("completed"), number=True),
    Column(
        "hours",
        gettext_lazy("Hours this year"),
        value=lambda line: hours(line.score.total),
        by=_score("total"),
        number=True,
    ),
    Column(
        "missing",
        gettext_lazy("Missing to the target"),
        value=lambda line: "" if line.score.missing is None else hours(line.score.missing),
        by=_score("missing"),
        number=True,
    ),
    Column(
        "last",
        gettext_lazy("Last activity"),
        value=lambda line: moment(line.last_at),
        by=_of("last_at"),
        newest_first=True,
    ),
)


@require_safe
def organizer(request: HttpRequest) -> HttpResponseBase:
    """Every organization in scope, one line each."""
    member = access.require_reader(request)
    now = clock.now()
    form = OrganizationFilter(request.GET)
    everything = queries.overview(member, now)
    figure = charts.hours_chart(everything, now)
    if (file := asked_file(request, figure)) is not None:
        return file
    lines = [line for line in everything if form.wants(line)]
    table = Table(request, "organizations", ORGANIZATION_COLUMNS, lines, form=form, size=LINES_PER_PAGE)
    if table.wants_file:
        return table.file(_("Progress as of %(day)s") % {"day": clock.business_date(now)})
    context = {
        "table": table,
        "hours_chart": figure,
        "is_tree": table.sort is None,  # moved in by their place, as long as they stand in the order of the tree
        "scope": everything[0].organization if everything else "",
        "year": clock.business_date(now).year,
        "now": now,
    }
    return render(request, "portal/organizer.html", context)


@require_safe
def organization_members(request: HttpRequest, organization_id: int) -> HttpResponseBase:
    """The members of one organization and of those below: who is behind. That it was read is put on record."""
    organization = access.organization_for_view(request, organization_id)
    now = clock.now()
    everybody = queries.members_of(organization, now)
    form = MemberFilter(request.GET)
    lines = [line for line in everybody if form.wants(line)]
    table = Table(request, "members", MEMBER_COLUMNS, lines, form=form, size=LINES_PER_PAGE)
    member_services.record_audit(
        actor=access.member_of(request),
        act="portal.export_members" if table.wants_file else "portal.read_members",
        object_type="organization",
        object_id=organization.pk,
        now=now,
        rows=table.count if table.wants_file else len(table.rows),
    )
    if table.wants_file:
        words = {"organization": organization.name, "day": clock.business_date(now)}
        return table.file(_("%(organization)s, members as of %(day)s") % words)
    context = {
        "table": table,
        "organization": organization,
        "trail": [(_("Progress and score tables"), reverse("portal:organizer")), *_above(request, organization)],
        "people": len(everybody),
        "owing": sum(line.score.target is not None for line in everybody),
        "behind": sum(line.is_behind for line in everybody),
        "year": clock.business_date(now).year,
        "now": now,
    }
    return render(request, "portal/organization_members.html", context)


def _above(request: HttpRequest, organization: Organization) -> list[tuple[str, str]]:
    return [
        (one.name, reverse("portal:organization-members", args=[one.pk]))
        for one in credit_access.ancestors_in_scope(request, organization)
    ]
