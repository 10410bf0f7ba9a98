"""Decisions about exams that one could argue about. Pure: no Django, no clock."""

from __future__ import annotations

from enum import StrEnum


class QuestionType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"  # true or false


class ExamState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class AttemptState(StrEnum):
    """in_progress -> submitted -> scored; a submitted attempt never opens again."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SCORED = "scored"


class SubmitKind(StrEnum):
    BY_MEMBER = "by_member"
    BY_DEADLINE = "by_deadline"


class ScoringPolicy(StrEnum):
    """What a multiple-choice answer earns that misses right options and has no wrong one. A wrong option earns 0."""

    ALL_OR_NOTHING = "all_or_nothing"
    HALF_FOR_MISSING = "half_for_missing"
