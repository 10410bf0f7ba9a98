from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from lms.members import access
from lms.members.fields import (
    OrganizationField,
    OrganizationsField,
    PeopleField,
    PersonField,
    Selection,
    give_scope,
)
from lms.members.models import Member
from lms.members.rules import READERS, Role


class ChoiceForm(forms.Form):
    """Samples of every picker; what can be chosen depends on who looks."""

    one = OrganizationField(label="组织", roles=Role)
    several = OrganizationsField(
        label="参加的组织", roles=Role, below=True, help_text="可以选多个，也可以连同全部下级。"
    )
    person = PersonField(label="负责人", required=False)
    people = PeopleField(label="调入人员", help_text="按姓名或学号查找，也可以粘贴一列学号。")


class WrongForm(forms.Form):
    """Samples of refusals."""

    organization = OrganizationField(label="组织", roles=Role)
    people = PeopleField(label="人员")


def context(request: HttpRequest) -> dict[str, object]:
    """Pickers with some of the reader's own scope chosen, and pickers with errors."""
    actor = request.user if isinstance(request.user, Member) else None
    organizations = list(access.organizations_in_scope(actor, *Role).select_related("parent")[:3]) if actor else []
    people = _people(actor) if actor else []
    initial: dict[str, Any] = {
        "one": organizations[-1:],
        "several": Selection(tuple(organizations), True),
        "people": people,
    }
    form = ChoiceForm(initial=initial, prefix="pick")
    wrong = WrongForm({"wrong-organization": "没有这个支部", "wrong-people": "000000 999999"}, prefix="wrong")
    if actor is not None:
        give_scope(form, actor)
        give_scope(wrong, actor)
    return {"picker_form": form, "picker_wrong": wrong}


def _people(actor: Member) -> list[Member]:
    readable = Member.objects.filter(access.in_scope(actor, "organization__path", *READERS), is_active=True)
    return list(readable.select_related("organization").order_by("learner_no")[:2])
