"""Long forms in steps: one form, its fields in groups that components/_steps_form.html shows one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django import forms

from lms.common.form_fields import Words


@dataclass(frozen=True)
class Step:
    """What a step is to ask: `name` is its place in the address (#basics), `fields` the names of form fields."""

    name: str
    title: Words
    fields: Sequence[str]
    help: Words = ""


@dataclass(frozen=True)
class BoundStep:
    """A step of one form, for a template: iterating gives the bound fields."""

    name: str
    title: Words
    help: Words
    fields: Sequence[forms.BoundField]

    def __iter__(self) -> Iterator[forms.BoundField]:
        return iter(self.fields)

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


def in_steps(form: forms.BaseForm, steps: Sequence[Step]) -> list[BoundStep]:
    """The form's visible fields in steps.

    Raises ValueError when a visible field is in no step or in two: nobody could fill it in, or it would be asked twice.
    """
    named = [name for step in steps for name in step.fields]
    visible = {field.name for field in form.visible_fields()}
    if sorted(named) != sorted(visible):
        wrong = sorted((visible ^ set(named)) | {name for name in named if named.count(name) > 1})
        raise ValueError(f"fields that are not in exactly one step: {', '.join(wrong)}")
    return [BoundStep(step.name, step.title, step.help, [form[name] for name in step.fields]) for step in steps]
