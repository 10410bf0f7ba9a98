from __future__ import annotations

import pytest

from exams import events
from tests.conftest import People
from tests.factories import exams as make


@pytest.fixture(autouse=True)
def nobody_above_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """What credits and certificates make of a passed exam is tested there."""
    monkeypatch.setattr(events.exam_passed, "receivers", [])


@pytest.fixture
def hall(people: People) -> make.Hall:
    """A published exam of the county's course; the village's learner is enrolled."""
    return make.hall(people.county, people.instructor, people.learner)


@pytest.fixture
def draft(people: People) -> make.Hall:
    """The same exam, not yet published."""
    return make.hall(people.county, people.instructor, people.learner, published=False)
