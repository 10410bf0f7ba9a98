"""Decisions about courses and watching that one could argue about. Pure: no Django, no clock."""

from __future__ import annotations

from enum import StrEnum


class CourseState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class EnrolmentState(StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    DROPPED = "dropped"
