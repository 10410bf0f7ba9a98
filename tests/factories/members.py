"""Organizations and members for tests: valid, minimal, nothing random in what is asserted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lms.members import services
from lms.members.models import Member, Organization
from lms.members.rules import MemberKind, OrganizationKind, Role

BEGINNING = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
PASSWORD = "a-long-test-password"


def organization(code: str = "root", *, parent: Organization | None = None, **fields: Any) -> Organization:
    """An organization; without a parent it is the root of the tree."""
    defaults = {"name": f"组织 {code}", "kind": OrganizationKind.BRANCH if parent else OrganizationKind.COMMITTEE}
    return services.create_organization(actor=None, code=code, parent=parent, now=BEGINNING, **(defaults | fields))


def member(learner_no: str, organization: Organization, **fields: Any) -> Member:
    """A full member whose password is PASSWORD."""
    defaults = {"full_name": f"学员 {learner_no}", "kind": MemberKind.FULL_MEMBER, "password": PASSWORD}
    return services.register_member(
        actor=None, learner_no=learner_no, organization=organization, now=BEGINNING, **(defaults | fields)
    )


def grant(person: Member, organization: Organization, role: Role) -> Member:
    """Give a role and return the person."""
    services.grant_role(actor=None, member=person, organization=organization, role=role, now=BEGINNING)
    return person
