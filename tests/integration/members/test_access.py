"""Rights follow the tree: one's own node and below, nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from lms.common.errors import NotFound, NotPermitted
from lms.members import access
from lms.members.models import Member
from lms.members.rules import ORGANIZERS, Role
from tests.conftest import People
from tests.factories import members as make


def asked_by(member: Member) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = member
    return request


def test_an_organizer_reads_below_and_not_beside_or_above(people: People) -> None:
    request = asked_by(people.organizer)

    assert access.organization_for_view(request, people.village.pk) == people.village
    for outside in (people.elsewhere, people.province):
        with pytest.raises(NotFound):
            access.organization_for_view(request, outside.pk)


def test_an_instructor_s_role_does_not_open_what_learners_did(people: People) -> None:
    with pytest.raises(NotFound):
        access.organization_for_view(asked_by(people.instructor), people.county.pk)
    with pytest.raises(NotPermitted):
        access.require_reader(asked_by(people.instructor))


def test_learners_see_themselves_and_organizers_those_below(people: People) -> None:
    assert access.learner_for_view(asked_by(people.learner), "learner") == people.learner
    assert access.learner_for_view(asked_by(people.organizer), "learner") == people.learner
    for outsider in (people.stranger, people.rival):
        with pytest.raises(NotFound):
            access.learner_for_view(asked_by(outsider), "learner")


def test_a_revoked_role_opens_nothing(people: People) -> None:
    people.organizer.role_assignments.update(revoked_at=people.organizer.joined_at)

    assert access.scope_paths(people.organizer, *ORGANIZERS) == []
    with pytest.raises(NotFound):
        access.learner_for_view(asked_by(people.organizer), "learner")


def test_roles_on_two_branches_of_the_tree_add_up(people: People) -> None:
    make.grant(people.organizer, people.elsewhere, Role.AUDITOR)

    readable = set(access.organizations_readable(people.organizer))

    assert readable == {people.county, people.village, people.elsewhere}


def test_an_account_without_an_organization_cannot_learn(db: None) -> None:
    operator = Member.objects.create_superuser("operator", "操作员", "a-long-test-password")

    with pytest.raises(NotPermitted, match="no_organization"):
        access.learner_of(asked_by(operator))


def test_the_scope_costs_one_query(
    people: People, django_assert_num_queries: Callable[[int], object], client_of: Callable[[Member], Client]
) -> None:
    for number in range(5):
        make.grant(people.organizer, make.organization(f"o{number}", parent=people.province), Role.ORGANIZER)

    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # pytest-django's fixture is a context manager
        assert len(access.scope_paths(people.organizer, *ORGANIZERS)) == 6
