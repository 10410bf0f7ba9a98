"""Reads about courses and progress. What a person may see: access.py."""

from courses.queries.authoring import (
    CourseCounts,
    Readiness,
    counts_of_courses,
    list_assets_in_scope,
    list_managed,
    list_managed_with_counts,
    readiness,
)
from courses.queries.catalog import (
    catalog,
    find_lectures,
    is_open_to,
    list_categories,
    list_covers,
    open_to,
    states_of_enrolments,
)
from courses.queries.diagnosis import Diagnosis, LectureDiagnosis, diagnosis, reasons_in_words
from courses.queries.organizations import MemberStudies, enrolments_by_organization, studies_by_member
from courses.queries.progress import (
    ChapterOverview,
    CourseOverview,
    EnrolmentProgress,
    LectureOverview,
    course_overview,
    list_enrolments,
    list_owed,
    permilles,
)
from courses.queries.watching import needed_ms, policy_in_force, progress_of

__all__ = [
    "ChapterOverview",
    "CourseCounts",
    "CourseOverview",
    "Diagnosis",
    "EnrolmentProgress",
    "LectureDiagnosis",
    "LectureOverview",
    "MemberStudies",
    "Readiness",
    "catalog",
    "counts_of_courses",
    "course_overview",
    "diagnosis",
    "enrolments_by_organization",
    "find_lectures",
    "is_open_to",
    "list_assets_in_scope",
    "list_categories",
    "list_covers",
    "list_enrolments",
    "list_managed",
    "list_managed_with_counts",
    "list_owed",
    "needed_ms",
    "open_to",
    "permilles",
    "policy_in_force",
    "progress_of",
    "readiness",
    "reasons_in_words",
    "states_of_enrolments",
    "studies_by_member",
]
