"""Form fields for organizations and people, limited to what the person who fills in the form may see.

    class MoveForm(forms.Form):
        target = OrganizationField(label=_("New organization"))
        people = PeopleField(label=_("Who moves"))

        def __init__(self, actor, *args, **kwargs):
            super().__init__(*args, **kwargs)
            give_scope(self, actor)

Without `give_scope` nothing is in scope, so everything is refused. What lies outside the scope is refused in the words
used for what does not exist. With script the fields are pickers (components/_tree_picker.html, _person_picker.html);
without, they take codes or names, and learner numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.common.paths import under_any
from lms.members import access, queries
from lms.members.models import Member, Organization
from lms.members.rules import READERS, Role

MOST = 500  # choices in one field; more is a job for an import
MOST_NAMED = 10  # codes or numbers named in one error


@dataclass(frozen=True)
class Asked:
    """What a form sent: lines of text, and whether everything below is meant too."""

    text: str = ""
    below: bool = False


@dataclass(frozen=True)
class Selection:
    """Organizations, `with_below` together with all that lies below them."""

    organizations: tuple[Organization, ...] = ()
    with_below: bool = False

    def condition(self, field: str) -> Q:
        """Condition on rows whose organization path (`field`, 'organization__path') is selected."""
        paths = [organization.path for organization in self.organizations]
        return under_any(field, paths) if self.with_below else Q(**{f"{field}__in": paths})


@dataclass(frozen=True)
class Chip:
    """One choice as it is shown: `key` is what is sent, `note` tells apart what has the same name."""

    key: str
    name: str
    note: str = ""


class PickerWidget(forms.Widget):
    """What both pickers share: the field's own input takes text, everything else is added by script."""

    addresses: dict[str, str] = {}

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "form-control", "autocomplete": "off", **(attrs or {})})
        self.field: _ScopedField | None = None

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: the field is hidden where there is script, and a browser would refuse the form without a word."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        field = self.field
        asked = value if isinstance(value, Asked) else Asked()
        if field is not None:
            roles = ",".join(sorted(role.value for role in field.roles))
            context["widget"] |= {
                "value": asked.text,
                "multiple": field.multiple,
                "below": field.below,
                "with_below": asked.below,
                "chips": field.chips(asked),
                "roles": roles,
                "addresses": {key: reverse(address) for key, address in self.addresses.items()},
            }
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Asked:
        text = str(data.get(name) or "").replace("\x00", "")  # which PostgreSQL cannot even be asked about
        return Asked(text.strip(), bool(data.get(f"{name}-below")))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data


class OrganizationWidget(PickerWidget):
    template_name = "components/_tree_picker.html"
    addresses = {"branch": "members:picker-branch", "search": "members:picker-search"}


class PersonWidget(PickerWidget):
    template_name = "components/_person_picker.html"
    addresses = {"search": "members:picker-people", "numbers": "members:picker-numbers"}


class _ScopedField(forms.Field):
    """A field whose choices lie where `actor` holds one of `roles`."""

    multiple = False
    below = False

    def __init__(self, *, roles: Iterable[Role] = READERS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.roles = tuple(roles)
        self.actor: Member | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copied = super().__deepcopy__(memo)
        copied.widget.field = copied
        return copied

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)

    def chips(self, asked: Asked) -> list[Chip]:
        """What is chosen, to be shown; text that means nothing is shown as it was typed."""
        raise NotImplementedError  # each kind of picker has its own

    def _check_number(self, texts: list[str]) -> None:
        if self.required and not texts:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(texts) > (MOST if self.multiple else 1):
            message = _("Please choose no more than %(most)d.") if self.multiple else _("Please choose only one.")
            raise ValidationError(message, code="too_many", params={"most": MOST})


class OrganizationField(_ScopedField):
    """One organization in scope. Cleans to it (None for none), with `below=True` to a Selection."""

    widget = OrganizationWidget

    def __init__(self, *, below: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.below = below

    def prepare_value(self, value: Any) -> Asked:
        if isinstance(value, Asked):
            return value
        if isinstance(value, Selection):
            return Asked("\n".join(each.code for each in value.organizations), value.with_below)
        chosen = [value] if isinstance(value, Organization) else (value or [])
        return Asked("\n".join(each.code for each in chosen))

    def clean(self, value: Asked | None) -> Any:
        """What was chosen. Raises ValidationError for what is not in scope, and for names that several have."""
        asked = value or Asked()
        texts = self._texts(asked)
        self._check_number(texts)
        found = self._resolve(texts) if texts else {}
        errors = [error for text in texts if (error := _wrong_organization(text, found[text]))]
        if errors:
            raise ValidationError(errors)
        chosen = tuple(dict.fromkeys(found[text][0] for text in texts))
        self.run_validators(chosen)
        if self.below:
            return Selection(chosen, asked.below)
        if self.multiple:
            return list(chosen)
        return chosen[0] if chosen else None

    def chips(self, asked: Asked) -> list[Chip]:
        texts = self._texts(asked)[:MOST]
        found = self._resolve(texts) if texts else {}
        chips = []
        for text in texts:
            match found[text]:
                case [organization]:
                    note = organization.parent.short_name if organization.parent else ""
                    chips.append(Chip(organization.code, organization.name, note))
                case _:
                    chips.append(Chip(text, text))
        return chips

    def _texts(self, asked: Asked) -> list[str]:
        return list(dict.fromkeys(line.strip() for line in asked.text.splitlines() if line.strip()))

    def _resolve(self, texts: list[str]) -> dict[str, list[Organization]]:
        if self.actor is None:
            return {text: [] for text in texts}
        return queries.match_organizations(access.organizations_in_scope(self.actor, *self.roles), texts)


class OrganizationsField(OrganizationField):
    """Several organizations in scope. Cleans to a list, with `below=True` to a Selection."""

    multiple = True


class PersonField(_ScopedField):
    """One active member in scope, by learner number. Cleans to the Member, None for none."""

    widget = PersonWidget

    def prepare_value(self, value: Any) -> Asked:
        if isinstance(value, Asked):
            return value
        chosen = [value] if isinstance(value, Member) else (value or [])
        return Asked("\n".join(each.learner_no for each in chosen))

    def clean(self, value: Asked | None) -> Any:
        """Who was chosen. Raises ValidationError that names the numbers nobody in scope has."""
        numbers = split_numbers((value or Asked()).text)
        self._check_number(numbers)
        found = self._resolve(numbers)
        unknown = [number for number in numbers if number not in found]
        if unknown:
            raise ValidationError(wrong_numbers(unknown), code="not_found")
        chosen = [found[number] for number in numbers]
        self.run_validators(chosen)
        if self.multiple:
            return chosen
        return chosen[0] if chosen else None

    def chips(self, asked: Asked) -> list[Chip]:
        numbers = split_numbers(asked.text)[:MOST]
        found = self._resolve(numbers)
        return [person_chip(found[number]) if number in found else Chip(number, number) for number in numbers]

    def _resolve(self, numbers: list[str]) -> dict[str, Member]:
        if self.actor is None or not numbers:
            return {}
        return queries.members_by_number(access.in_scope(self.actor, "organization__path", *self.roles), numbers)


class PeopleField(PersonField):
    """Several active members in scope, by learner numbers. Cleans to a list in the order given."""

    multiple = True


def give_scope(form: forms.BaseForm, actor: Member) -> None:
    """Limit every picker of `form` to where `actor` holds the field's roles."""
    for field in form.fields.values():
        if isinstance(field, _ScopedField):
            field.actor = actor


def split_numbers(text: str) -> list[str]:
    """Learner numbers out of a pasted list: apart by line breaks, blanks, commas of any kind; each once, in order."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,;，、；]+", text) if part))


def wrong_numbers(unknown: list[str]) -> str:
    """The sentence about learner numbers that belong to nobody in scope."""
    numbers = "、".join(unknown[:MOST_NAMED]) + ("…" if len(unknown) > MOST_NAMED else "")
    return _("Nobody in your scope has these learner numbers: %(numbers)s. Please check them.") % {"numbers": numbers}


def person_chip(member: Member) -> Chip:
    """Name, and what tells apart people of the same name: organization and learner number."""
    place = member.organization.short_name if member.organization else ""
    return Chip(member.learner_no, member.full_name, f"{place} · {member.learner_no}" if place else member.learner_no)


def _wrong_organization(text: str, found: list[Organization]) -> ValidationError | None:
    if not found:
        message = gettext_lazy(
            "There is no organization “%(text)s” in your scope. Please enter its code or its exact name."
        )
        return ValidationError(message, code="not_found", params={"text": text})
    if len(found) > 1:
        message = gettext_lazy(
            "Several organizations are called “%(text)s”. Please enter one of these codes: %(codes)s"
        )
        codes = "、".join(each.code for each in found[:MOST_NAMED]) + ("…" if len(found) > MOST_NAMED else "")
        return ValidationError(message, code="ambiguous", params={"text": text, "codes": codes})
    return None
