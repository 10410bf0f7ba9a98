"""Organizations, members, roles and the audit trail."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from lms.common.errors import Conflict, DomainError
from lms.common.ids import luhn_digit
from lms.members import queries, services
from lms.members.models import AuditEntry, Member, Organization, RoleAssignment
from lms.members.rules import MemberKind, OrganizationKind, Role
from tests.conftest import People
from tests.factories import members as make
from tests.factories.members import BEGINNING


def test_the_path_of_an_organization_lists_its_ancestors(people: People) -> None:
    assert people.province.path == f"{people.province.pk}/"
    assert people.village.path == f"{people.province.pk}/{people.county.pk}/{people.village.pk}/"
    assert people.village.depth == 3
    assert queries.list_ancestors(people.village) == [people.province, people.county, people.village]


def test_what_lies_below_is_found_and_nothing_else(people: People) -> None:
    # An id that begins with the same digits must not be taken for a descendant.
    many = [make.organization(f"o{number}", parent=people.province) for number in range(20)]

    below = set(queries.list_organizations_below([people.county.path]))

    assert below == {people.county, people.village}
    assert set(queries.list_organizations_below([people.province.path])) >= {people.elsewhere, *many}


def test_a_second_root_and_a_taken_code_are_refused(people: People) -> None:
    with pytest.raises(Conflict, match="second_root"):
        make.organization("another-root")
    with pytest.raises(Conflict, match="organization_code_taken"):
        make.organization("village", parent=people.elsewhere)
    assert Organization.objects.count() == 4


def test_a_name_is_kept_character_by_character(people: People) -> None:
    # U+FA0E is a compatibility character: normalising would turn it into another one.
    member = make.member("rare", people.village, full_name=" 䶮\ufa0e𬱖 ")

    assert Member.objects.get(pk=member.pk).full_name == "䶮\ufa0e𬱖"


def test_a_member_without_a_name_is_refused(people: People) -> None:
    before = Member.objects.count()

    with pytest.raises(DomainError, match="name_missing"):
        make.member("nameless", people.village, full_name="  ")

    assert Member.objects.count() == before


def test_a_learner_number_is_drawn_with_a_check_digit_and_never_given_twice(people: People) -> None:
    member = services.register_member(
        actor=None, full_name="新学员", organization=people.village, kind=MemberKind.ACTIVIST, now=BEGINNING
    )

    assert len(member.learner_no) == 9
    assert luhn_digit(member.learner_no[:-1]) == member.learner_no[-1]
    assert not member.has_usable_password()
    with pytest.raises(Conflict, match="learner_no_taken"):
        make.member(member.learner_no, people.village)


def test_a_role_is_held_once_and_ends_once(people: People) -> None:
    make.grant(people.organizer, people.county, Role.ORGANIZER)
    assignment = RoleAssignment.objects.get(member=people.organizer)

    services.revoke_role(actor=people.administrator, assignment=assignment, now=BEGINNING)

    assert list(queries.list_roles(people.organizer)) == []
    with pytest.raises(Conflict, match="role_ended"):
        services.revoke_role(actor=people.administrator, assignment=assignment, now=BEGINNING)
    make.grant(people.organizer, people.county, Role.ORGANIZER)  # may be given again
    assert RoleAssignment.objects.filter(member=people.organizer).count() == 2


def test_every_act_is_on_record(people: People) -> None:
    acts = list(
        AuditEntry.objects.filter(object_type="member", object_id=str(people.organizer.pk)).values_list(
            "act", flat=True
        )
    )

    assert acts == ["members.grant_role", "members.register"]


FORGERIES = {
    "sqlite": ["INSERT OR REPLACE INTO members_auditentry SELECT * FROM members_auditentry"],
    "postgresql": ["SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE members_auditentry CASCADE"],
}


def test_the_database_refuses_to_change_the_audit_trail(people: People) -> None:
    before = list(AuditEntry.objects.values_list("pk", "act"))
    both = ["UPDATE members_auditentry SET act = 'forged'", "DELETE FROM members_auditentry"]

    for statement in both + FORGERIES[connection.vendor]:
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert list(AuditEntry.objects.values_list("pk", "act")) == before


def test_organization_kinds_are_those_of_the_glossary() -> None:
    assert [kind.value for kind in OrganizationKind] == Organization.Kind.values
