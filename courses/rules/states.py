"""The states a course, an enrolment and a lecture can be in."""

from __future__ import annotations

from enum import StrEnum


class CourseState(StrEnum):
    """draft -> published -> archived -> published; there is no way back to draft: members have seen it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class EnrolmentState(StrEnum):
    """active -> completed, once; active <-> dropped."""

    ACTIVE = "active"
    COMPLETED = "completed"
    DROPPED = "dropped"


class LectureState(StrEnum):
    """What one lecture is to one member; derived, never stored."""

    NOT_READY = "not_ready"  # its film cannot be played yet
    UNSEEN = "unseen"
    STARTED = "started"
    COMPLETED = "completed"


def lecture_state(*, playable: bool, covered_ms: int, completed: bool) -> LectureState:
    """What a lecture is to a member who has watched `covered_ms` of it. Completed stays completed."""
    if completed:
        return LectureState.COMPLETED
    if not playable:
        return LectureState.NOT_READY
    return LectureState.STARTED if covered_ms else LectureState.UNSEEN
