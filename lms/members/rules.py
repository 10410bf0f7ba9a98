"""Who counts as what, and what a role allows. Identifiers: the glossary of docs/glossary.md."""

from __future__ import annotations

from enum import StrEnum


class OrganizationKind(StrEnum):
    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    GROUP = "group"
    WORK_COMMITTEE = "work_committee"
    LEADING_GROUP = "leading_group"
    TEMPORARY = "temporary"
    NETWORK_BRANCH = "network_branch"


class MemberKind(StrEnum):
    FULL_MEMBER = "full_member"
    PROBATIONARY_MEMBER = "probationary_member"
    DEVELOPMENT_TARGET = "development_target"
    ACTIVIST = "activist"
    APPLICANT = "applicant"
    NON_MEMBER = "non_member"


class Role(StrEnum):
    """What somebody may do on a node of the tree and on all below it."""

    ORGANIZER = "organizer"  # follows learners, exports score tables, issues certificates
    INSTRUCTOR = "instructor"  # uploads lectures, makes courses and exams
    AUDITOR = "auditor"  # reads everything, changes nothing
    ADMINISTRATOR = "administrator"  # looks after organizations, members and roles; includes organizer


# Roles that may read what learners did.
READERS = (Role.ORGANIZER, Role.ADMINISTRATOR, Role.AUDITOR)
# Roles that may decide about learners.
ORGANIZERS = (Role.ORGANIZER, Role.ADMINISTRATOR)
