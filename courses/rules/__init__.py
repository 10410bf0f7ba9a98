"""Decisions about courses and watching that one could argue about. Pure: no Django, no clock."""

from courses.rules.states import CourseState, EnrolmentState, LectureState

__all__ = ["CourseState", "EnrolmentState", "LectureState"]
