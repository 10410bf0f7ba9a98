"""The pages of the navigation, for whom they are: the page "More", tiles, and the search look here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.members.context import Navigation

LEARNING, TEACHING, ORGANIZING, ACCOUNT = "learning", "teaching", "organizing", "account"


@dataclass(frozen=True)
class Place:
    """One page: what it is called, what can be done there, its icon, its part of the site, and who has it."""

    view: str
    label: Promise
    text: Promise
    symbol: str
    part: str
    open_to: Callable[[Navigation], bool]

    @property
    def url(self) -> str:
        return reverse(self.view)


def _everybody(_person: Navigation) -> bool:
    return True


def _learners(person: Navigation) -> bool:
    return person.learns


def _instructors(person: Navigation) -> bool:
    return person.instructs


def _auditors(person: Navigation) -> bool:
    return person.audits and not person.instructs


def _readers(person: Navigation) -> bool:
    return person.organizes


def _operators(person: Navigation) -> bool:
    return person.operates


PLACES = (
    Place("portal:home", _("Home"), _("What comes next, and what is still to be done"), "house", LEARNING, _everybody),
    Place("courses:catalog", _("Courses"), _("All courses that are open to you"), "collection", LEARNING, _everybody),
    Place(
        "credits:statement",
        _("My hours"),
        _("Every learning hour, and what it was given for"),
        "clock-history",
        LEARNING,
        _learners,
    ),
    Place(
        "certificates:list",
        _("My certificates"),
        _("Look at your certificates and save them as a file"),
        "award",
        LEARNING,
        _learners,
    ),
    Place(
        "courses:manage",
        _("Manage courses"),
        _("Chapters, lectures, publishing"),
        "pencil-square",
        TEACHING,
        _instructors,
    ),
    Place(
        "media_pipeline:asset-list",
        _("Lecture videos"),
        _("Upload, follow the processing"),
        "film",
        TEACHING,
        _instructors,
    ),
    Place(
        "exams:manage",
        _("Manage exams"),
        _("Question banks, papers, results"),
        "list-check",
        TEACHING,
        _instructors,
    ),
    Place(
        "portal:organizer",
        _("Progress and score tables"),
        _("Follow your learners, export tables"),
        "table",
        ORGANIZING,
        _readers,
    ),
    Place(
        "certificates:manage",
        _("Issued certificates"),
        _("Look up and download issued certificates"),
        "patch-check",
        ORGANIZING,
        _readers,
    ),
    Place(
        "media_pipeline:asset-list",
        _("Lecture videos"),
        _("Look at the films of your scope"),
        "film",
        ORGANIZING,
        _auditors,
    ),
    Place(
        "admin:index",
        _("Operator's view"),
        _("All tables of the database, to look at"),
        "gear",
        ACCOUNT,
        _operators,
    ),
    Place(
        "portal:notifications",
        _("Messages"),
        _("Results, certificates and other news for you"),
        "bell",
        ACCOUNT,
        _everybody,
    ),
    Place(
        "members:change-password",
        _("Change password"),
        _("Choose a new password for your account"),
        "lock",
        ACCOUNT,
        _everybody,
    ),
    Place(
        "certificates:verify",
        _("Verify a certificate"),
        _("Check by its code whether a certificate is real"),
        "shield-check",
        ACCOUNT,
        _everybody,
    ),
)


def list_places(person: Navigation, part: str = "") -> list[Place]:
    """The pages `person` may open, in the order of the navigation; with `part` those of one part of the site."""
    return [place for place in PLACES if place.open_to(person) and part in ("", place.part)]


def find_places(person: Navigation, words: list[str]) -> list[Place]:
    """Those of list_places whose name or description, in the present language, holds each of `words`."""
    return [
        place
        for place in list_places(person)
        if all(word.casefold() in f"{place.label} {place.text}".casefold() for word in words)
    ]
