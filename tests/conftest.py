"""What every test may ask for: a small tree, people with known relations, logged-in clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from lms.common import append_only
from lms.members.models import Member, Organization
from lms.members.rules import Role
from tests.factories import members as make

pytest_plugins = ["tests.browser", "tests.live_site"]


@dataclass(frozen=True)
class People:
    """province > county > village, and beside the county another one.

    learner belongs to the village; instructor and organizer hold their roles on the county; administrator on the
    province; stranger is a learner of the other county, rival its organizer.
    """

    province: Organization
    county: Organization
    village: Organization
    elsewhere: Organization
    learner: Member
    instructor: Member
    organizer: Member
    administrator: Member
    stranger: Member
    rival: Member


def make_people() -> People:
    province = make.organization("province", name="云岭省委党校", short_name="云岭")
    county = make.organization("county", parent=province, name="青川县委")
    village = make.organization("village", parent=county, name="石桥村党支部")
    elsewhere = make.organization("elsewhere", parent=province, name="临江县委")
    return People(
        province=province,
        county=county,
        village=village,
        elsewhere=elsewhere,
        learner=make.member("learner", village, full_name="李𬱖"),
        instructor=make.grant(make.member("instructor", county, full_name="王老师"), county, Role.INSTRUCTOR),
        organizer=make.grant(make.member("organizer", county, full_name="张组织"), county, Role.ORGANIZER),
        administrator=make.grant(make.member("administrator", province), province, Role.ADMINISTRATOR),
        stranger=make.member("stranger", elsewhere, full_name="陈陌"),
        rival=make.grant(make.member("rival", elsewhere), elsewhere, Role.ORGANIZER),
    )


@pytest.fixture
def people(db: None) -> People:
    return make_people()


@pytest.fixture
def client_of(db: None) -> Callable[[Member], Client]:
    """A test client logged in as the given member."""

    def log_in(member: Member) -> Client:
        client = Client()
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


def append_only_tables() -> list[str]:
    """Tables that carry the refusing triggers now, asked from the database itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type='trigger' AND name LIKE '%_no_update'"
            )
        else:
            cursor.execute(
                "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname LIKE '%_no_truncate'"
            )
        return sorted(row[0] for row in cursor.fetchall())


@pytest.fixture(autouse=True, scope="session")
def emptying_may_pass_append_only() -> Iterator[None]:
    """Tests with real transactions empty all tables afterwards; only there the refusal is lifted for a moment."""
    original = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        tables = append_only_tables()
        for table in tables:
            append_only.disarm(connection, table)
        try:
            original(case)
        finally:
            for table in tables:
                append_only.arm(connection, table)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original
