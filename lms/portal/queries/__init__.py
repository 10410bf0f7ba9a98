"""What the composed pages show: other rooms' queries, put together."""

from lms.portal.queries.learning import CourseSteps, Learning, NextStep, course_steps, learning
from lms.portal.queries.organizing import MemberLine, OrganizationLine, members_of, overview
from lms.portal.queries.places import Place, list_places
from lms.portal.queries.searching import PEOPLE, Group, Hit, Source, search, sources_of

__all__ = [
    "PEOPLE",
    "CourseSteps",
    "Group",
    "Hit",
    "Learning",
    "MemberLine",
    "NextStep",
    "OrganizationLine",
    "Place",
    "Source",
    "course_steps",
    "learning",
    "list_places",
    "members_of",
    "overview",
    "search",
    "sources_of",
]
