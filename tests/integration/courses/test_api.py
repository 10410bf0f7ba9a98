"""The player's JSON addresses, as a stranger would use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course, Enrolment, LectureProgress, PlaySession, WatchBatch
from lms.common import clock
from lms.members.models import Member
from tests.conftest import People
from tests.factories import courses as make
from tests.factories.courses import BEGINNING

pytestmark = pytest.mark.django_db
LogIn = Callable[[Member], Client]


@pytest.fixture
def course(people: People) -> Course:
    return make.course(people.instructor, people.county)


class Clock:
    """The server's clock, moved by hand."""

    def __init__(self) -> None:
        self.instant = BEGINNING

    def __call__(self) -> datetime:
        return self.instant

    def go(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


@pytest.fixture
def server_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved)
    return moved


def start(client: Client, course: Course) -> str:
    lecture = make.lectures_of(course)[0]
    answer = client.post(reverse("courses:session-start", args=[lecture.pk]), "{}", content_type="application/json")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["session"])


def send(client: Client, session: str, body: Any) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(reverse("courses:watch-batches", args=[session]), text, content_type="application/json")


def batches(*segments: list[int], seq: int = 1) -> dict[str, Any]:
    return {"batches": [{"seq": seq, "segments": list(segments)}], "position_ms": 0}


def test_a_session_is_opened_and_its_reports_are_acknowledged(
    people: People, client_of: LogIn, course: Course, server_clock: Clock
) -> None:
    client = client_of(people.learner)
    session = start(client, course)
    server_clock.go(seconds=12)
    answer = send(client, session, batches([0, 10_000], [30_000, 50_000]))
    assert answer.status_code == 200
    assert answer.json() == {
        "last_seq": 1,
        "results": [
            {
                "seq": 1,
                "accepted_ms": 18_000,
                "rejected_ms": 12_000,
                "refused": [[38_000, 50_000, "too_fast"]],
            }
        ],
        "superseded": False,
        "coverage": [[0, 10_000], [30_000, 38_000]],
        "covered_ms": 18_000,
        "needed_ms": 54_000,
        "duration_ms": 60_000,
        "position_ms": 0,
        "lecture_completed": False,
        "course_completed": False,
    }
    assert send(client, session, batches([0, 10_000], [30_000, 50_000])).json() == answer.json()
    assert WatchBatch.objects.count() == 1


def test_a_report_without_batches_keeps_the_position_only(people: People, client_of: LogIn, course: Course) -> None:
    client = client_of(people.learner)
    session = start(client, course)
    assert send(client, session, {"batches": [], "position_ms": 31_000}).json()["position_ms"] == 31_000
    assert send(client, session, {"batches": [], "position_ms": 2**31 - 1}).json()["position_ms"] == 60_000


@pytest.mark.parametrize(
    "body",
    [
        " ",
        "{",
        b"\xff\xfe",
        "[]",
        "null",
        "[" * 100_000,
        "{}",
        '{"batches": {}}',
        '{"batches": [1]}',
        '{"batches": [{}]}',
        '{"batches": [{"seq": "1", "segments": [[0, 1]]}]}',
        '{"batches": [{"seq": true, "segments": [[0, 1]]}]}',
        '{"batches": [{"seq": 1.0, "segments": [[0, 1]]}]}',
        '{"batches": [{"seq": 1, "segments": [[0]]}]}',
        '{"batches": [{"seq": 1, "segments": [[0, 1, 2]]}]}',
        '{"batches": [{"seq": 1, "segments": [[0, 0.5]]}]}',
        '{"batches": [{"seq": 1, "segments": [["0", "1"]]}]}',
        '{"batches": [{"seq": 1, "segments": [[0, NaN]]}]}',
        '{"batches": [{"seq": 1, "segments": [[0, Infinity]]}]}',
        '{"batches": [{"seq": 1, "segments": []}]}',
        '{"batches": [{"seq": 0, "segments": [[0, 1]]}]}',
        '{"batches": [{"seq": -1, "segments": [[0, 1]]}]}',
        '{"batches": [{"seq": 1, "segments": [[-1, 1]]}]}',
        '{"batches": [{"seq": 1, "segments": [[2, 1]]}]}',
        '{"batches": [{"seq": 1, "segments": [[0, 400000000]]}]}',
        '{"batches": [{"seq": 99999999999999999999, "segments": [[0, 1]]}]}',
        '{"batches": [{"seq": 1, "segments": [[0, ' + "9" * 5_000 + "]]}]}",
        '{"batches": [], "position_ms": -1}',
        '{"batches": [], "position_ms": 9999999999999}',
        json.dumps(batches(*[[0, 1]] * 201)),
        json.dumps({"batches": [{"seq": seq, "segments": [[0, 1]]} for seq in range(1, 52)]}),
    ],
)
def test_nonsense_is_refused_with_a_reason_and_changes_nothing(
    people: People, client_of: LogIn, course: Course, body: str | bytes
) -> None:
    client = client_of(people.learner)
    session = start(client, course)
    answer = send(client, session, body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["message"]
    assert answer.json()["code"] in {
        "body_senseless",
        "report_senseless",
        "batches_unordered",
        "too_many_batches",
    }
    assert not WatchBatch.objects.exists()
    assert LectureProgress.objects.get().position_ms == 0


def test_a_request_that_is_too_large_is_refused(people: People, client_of: LogIn, course: Course) -> None:
    client = client_of(people.learner)
    session = start(client, course)
    answer = send(client, session, " " * (256 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_only_json_is_read(people: People, client_of: LogIn, course: Course) -> None:
    client = client_of(people.learner)
    session = start(client, course)
    address = reverse("courses:watch-batches", args=[session])
    assert client.post(address, {"batches": "[]"}, headers={"Accept": "application/json"}).status_code == 400
    assert client.get(address).status_code == 405


def test_a_number_used_twice_is_a_conflict(
    people: People, client_of: LogIn, course: Course, server_clock: Clock
) -> None:
    client = client_of(people.learner)
    session = start(client, course)
    server_clock.go(seconds=10)
    send(client, session, batches([0, 5_000]))
    answer = send(client, session, batches([0, 6_000]))
    assert (answer.status_code, answer.json()["code"]) == (409, "seq_reused")
    assert answer.json()["facts"] == {"seq": 1}


def test_somebody_elses_session_does_not_exist(people: People, client_of: LogIn, course: Course) -> None:
    session = start(client_of(people.learner), course)
    for member in (people.instructor, people.stranger, people.administrator):
        answer = send(client_of(member), session, batches([0, 1_000]))
        assert (answer.status_code, answer.json()["code"]) == (404, "play_session")
    assert send(client_of(people.learner), str(uuid4()), batches([0, 1_000])).status_code == 404
    assert not WatchBatch.objects.exists()


def test_a_stranger_opens_no_session(people: People, client_of: LogIn, course: Course) -> None:
    lecture = make.lectures_of(course)[0]
    address = reverse("courses:session-start", args=[lecture.pk])
    answer = client_of(people.stranger).post(address, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "lecture")
    assert not PlaySession.objects.exists()
    assert not Enrolment.objects.exists()


def test_an_instructor_who_only_previews_opens_no_session(people: People, client_of: LogIn) -> None:
    course = make.course(people.instructor, people.village, "village")
    address = reverse("courses:session-start", args=[make.lectures_of(course)[0].pk])
    answer = client_of(people.instructor).post(address, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "course_not_open")
    assert not PlaySession.objects.exists()


def test_a_report_needs_the_token_against_forged_requests(people: People, course: Course) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.learner, backend="django.contrib.auth.backends.ModelBackend")
    lecture = make.lectures_of(course)[0]
    address = reverse("courses:session-start", args=[lecture.pk])
    assert client.post(address, "{}", content_type="application/json").status_code == 403
    assert not PlaySession.objects.exists()
    client.get(reverse("courses:lecture", args=[lecture.pk]))
    token = client.cookies["csrftoken"].value
    opened = client.post(address, "{}", content_type="application/json", headers={"X-CSRFToken": token})
    assert opened.status_code == 201
    batches_address = reverse("courses:watch-batches", args=[opened.json()["session"]])
    body = json.dumps(batches([0, 100]))
    assert client.post(batches_address, body, content_type="application/json").status_code == 403
    assert not WatchBatch.objects.exists()
    kept = client.post(batches_address, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert kept.status_code == 200


def test_a_visitor_is_sent_to_the_log_in(client: Client, people: People, course: Course) -> None:
    answer = client.post(reverse("courses:watch-batches", args=[uuid4()]), "{}", content_type="application/json")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("members:login"))
