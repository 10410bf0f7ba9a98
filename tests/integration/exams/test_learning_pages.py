"""The learner's pages and the JSON behind them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from exams import queries, services
from exams.models import AnswerEvent, AnswerKey, Attempt
from exams.rules import AttemptState
from lms.common import clock
from tests.factories import exams as make
from tests.factories.exams import NOON, RIGHT


@pytest.fixture
def at(monkeypatch):
    """Sets the site's clock."""

    def set_to(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOON)
    return set_to


@pytest.fixture
def learner(client_of, people) -> Client:
    return client_of(people.learner)


@pytest.fixture
def sitting(hall, at):
    """An open attempt of the learner."""
    return hall.start()


def url(name: str, attempt: Attempt) -> str:
    return reverse(f"exams:{name}", args=[attempt.pk])


def post_answers(client: Client, attempt: Attempt, changes, **headers):
    body = json.dumps({"changes": changes})
    return client.post(url("answers", attempt), body, content_type="application/json", headers=headers)


def change(slot: int, chosen: list[str]) -> dict[str, object]:
    return {"message_id": str(uuid4()), "slot": slot, "chosen": chosen}


def form(attempt: Attempt, answers: dict[int, list[str]], **extra: str) -> dict[str, object]:
    fields: dict[str, object] = {"slot": ["1", "2", "3"], "seen_seq": "0", "carries": "answers"}
    return fields | {f"answer-{slot}": chosen for slot, chosen in answers.items()} | extra


# --- The exam's page ----------------------------------------------------------------------------------------


def test_the_exams_page_tells_the_rules_and_starts(learner, hall, at):
    page = learner.get(reverse("exams:exam-detail", args=[hall.exam.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "现在开始的话，作答到 13:00" in text
    assert "60 分合格" in text
    started = learner.post(reverse("exams:start", args=[hall.exam.pk]))
    attempt = Attempt.objects.get()
    assert (started.status_code, started.url) == (302, url("attempt", attempt))
    again = learner.get(reverse("exams:exam-detail", args=[hall.exam.pk])).content.decode()
    assert url("attempt", attempt) in again


def test_who_may_not_start_reads_why(learner, hall, at):
    type(hall.course.enrolments.get()).objects.all().delete()
    page = learner.get(reverse("exams:exam-detail", args=[hall.exam.pk]))
    text = page.content.decode()
    assert "您还没有报名这门课程" in text
    course_url = reverse("courses:course-detail", args=[hall.course.slug])
    assert re.findall(r'<a class="btn btn-primary[^"]*" href="([^"]*)"', text) == [course_url]
    refused = learner.post(reverse("exams:start", args=[hall.exam.pk]), headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["facts"]) == (409, {"reasons": ["not_enrolled"]})
    assert not Attempt.objects.exists()


def test_after_a_failed_attempt_another_is_the_main_act_and_after_a_passed_one_the_course_is(learner, hall, at):
    page_url = reverse("exams:exam-detail", args=[hall.exam.pk])
    course_url = reverse("courses:course-detail", args=[hall.course.slug])
    hall.submit(hall.start())
    text = learner.get(page_url).content.decode()
    assert re.search(r'id="start-title">([^<]+)<', text)[1] == "还可以再考"
    assert re.search(r'<button class="btn btn-primary[^"]*" type="submit">.*再考一次</button>', text)

    passing = hall.start()
    for slot, chosen in RIGHT.items():
        hall.save(passing, slot, chosen)
    hall.submit(passing)
    text = learner.get(page_url).content.decode()
    assert re.search(r'id="start-title">([^<]+)<', text)[1] == "您已合格"
    assert re.findall(r'<a class="btn btn-primary[^"]*" href="([^"]+)"', text) == [course_url]
    again = re.search(r'<button class="btn ([^"]+)" type="submit">.*?再考一次</button>', text)
    assert again[1] == "btn-outline-primary"
    assert again.start() > text.index('id="attempts-title"')
    assert "还可以再考 1 次" in text


def test_an_exam_of_a_course_that_one_may_not_see_does_not_exist(client_of, people, hall, at):
    client = client_of(people.stranger)
    assert client.get(reverse("exams:exam-detail", args=[hall.exam.pk])).status_code == 404
    assert client.post(reverse("exams:start", args=[hall.exam.pk])).status_code == 404
    assert not Attempt.objects.exists()


def test_a_draft_does_not_exist_for_learners(learner, draft, at):
    assert learner.get(reverse("exams:exam-detail", args=[draft.exam.pk])).status_code == 404
    assert learner.post(reverse("exams:start", args=[draft.exam.pk])).status_code == 404


def test_starting_needs_a_post(learner, hall, at):
    assert learner.get(reverse("exams:start", args=[hall.exam.pk])).status_code == 405
    assert not Attempt.objects.exists()


def test_an_attempt_whose_time_is_up_is_closed_when_its_member_looks(learner, hall, sitting, at):
    at(NOON + timedelta(hours=2))
    page = learner.get(reverse("exams:exam-detail", args=[hall.exam.pk]))
    sitting.refresh_from_db()
    assert (page.status_code, sitting.state) == (200, AttemptState.SCORED)


# --- The paper ----------------------------------------------------------------------------------------------


def test_the_paper_shows_this_attempts_order_and_answers(learner, hall, sitting):
    hall.save(sitting, 2, ["C"])
    text = learner.get(url("attempt", sitting)).content.decode()
    shown = [(int(slot), key) for slot, key in re.findall(r'name="answer-(\d)" value="(\w)"', text)]
    paper = queries.paper(sitting)
    assert shown == [(q.slot, option.key) for q in paper.questions for option in q.options]
    assert re.findall(r'name="answer-(\d)" value="(\w)" checked', text) == [("2", "C")]
    assert 'name="seen_seq" value="1"' in text
    times = json.loads(re.search(r'id="exam-times" type="application/json">(.*?)</script>', text)[1])
    assert times == {
        "state": "in_progress",
        "server_now_ms": int(NOON.timestamp() * 1000),
        "deadline_ms": int(NOON.timestamp() * 1000) + 3_600_000,
    }


def test_no_answer_key_reaches_the_learner_before_handing_in(learner, hall, sitting, django_assert_num_queries):
    """Neither the pages nor the JSON carry the key or the explanation; their queries do not read its table."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        answers = [
            learner.get(reverse("exams:exam-detail", args=[hall.exam.pk])),
            learner.get(url("attempt", sitting)),
            post_answers(learner, sitting, [change(1, ["A"])]),
            learner.get(url("confirm", sitting)),
            learner.post(url("submit", sitting), form(sitting, {1: ["B"]})),
            learner.get(url("result", sitting)),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 302, 302]
    assert not [query for query in seen.captured_queries if AnswerKey._meta.db_table in query["sql"]]
    text = "".join(answer.content.decode() for answer in answers)
    assert "的解析" not in text
    assert "correct" not in text
    assert "data-right" not in text


def test_nobody_opens_the_paper_of_somebody_else(client_of, people, hall, sitting):
    for person in (people.stranger, people.instructor, people.organizer, people.administrator):
        client = client_of(person)
        for name in ("attempt", "confirm", "result"):
            assert client.get(url(name, sitting)).status_code == 404
        assert client.post(url("submit", sitting), form(sitting, {1: ["A"]}, confirmed="1")).status_code == 404
        assert post_answers(client, sitting, [change(1, ["A"])]).status_code == 404
    sitting.refresh_from_db()
    assert (sitting.state, AnswerEvent.objects.count()) == (AttemptState.IN_PROGRESS, 0)


def test_a_visitor_is_sent_to_log_in(client, hall, sitting):
    for answer in (client.get(url("attempt", sitting)), post_answers(client, sitting, [change(1, ["A"])])):
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("members:login"))
    assert not AnswerEvent.objects.exists()


# --- Saving -------------------------------------------------------------------------------------------------


def test_answers_are_acknowledged_with_the_clock(learner, hall, sitting, at):
    at(NOON + timedelta(seconds=90))
    changes = [change(1, ["A"]), change(2, ["C", "A"])]
    answer = post_answers(learner, sitting, changes)
    start = int(NOON.timestamp() * 1000)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "saved": {changes[0]["message_id"]: 1, changes[1]["message_id"]: 2},
            "state": "in_progress",
            "server_now_ms": start + 90_000,
            "deadline_ms": start + 3_600_000,
        },
    )
    assert queries.current_answers(sitting.pk) == {1: ["A"], 2: ["A", "C"]}
    assert post_answers(learner, sitting, changes).json()["saved"] == answer.json()["saved"]


def test_an_empty_message_only_asks_for_the_clock(learner, sitting, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        answer = post_answers(learner, sitting, [])
    assert answer.json()["saved"] == {}


def test_saving_needs_the_csrf_token(people, hall, sitting):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.learner, backend="django.contrib.auth.backends.ModelBackend")
    assert post_answers(client, sitting, [change(1, ["A"])]).status_code == 403
    assert client.post(url("submit", sitting), form(sitting, {1: ["A"]}, confirmed="1")).status_code == 403
    assert not AnswerEvent.objects.exists()
    page = client.get(url("attempt", sitting)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    saved = post_answers(client, sitting, [change(1, ["A"])], **{"x-csrftoken": token})
    assert (saved.status_code, AnswerEvent.objects.count()) == (200, 1)


@pytest.mark.parametrize(
    "body",
    [
        " ",
        "[]",
        "{}",
        '{"changes": 3}',
        '{"changes": [3]}',
        '{"changes": [{"slot": 1, "chosen": ["A"]}]}',
        '{"changes": [{"message_id": "x", "slot": 1, "chosen": ["A"]}]}',
        '{"changes": [{"message_id": 7, "slot": 1, "chosen": ["A"]}]}',
        '{"changes": [{"message_id": "00000000-0000-4000-8000-000000000000", "slot": true, "chosen": ["A"]}]}',
        '{"changes": [{"message_id": "00000000-0000-4000-8000-000000000000", "slot": 99999999, "chosen": []}]}',
        '{"changes": [{"message_id": "00000000-0000-4000-8000-000000000000", "slot": 1, "chosen": "A"}]}',
        '{"changes": [{"message_id": "00000000-0000-4000-8000-000000000000", "slot": 1, "chosen": [1]}]}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_damaged_message_is_refused_in_json(learner, sitting, body):
    answer = learner.post(url("answers", sitting), body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")
    assert not AnswerEvent.objects.exists()


def test_a_message_carries_fifty_answers_at_most(learner, sitting):
    answer = post_answers(learner, sitting, [change(1, ["A"]) for _ in range(51)])
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")


def test_a_late_answer_is_refused_in_json(learner, sitting, at):
    at(sitting.hard_deadline_at + timedelta(microseconds=1))
    answer = post_answers(learner, sitting, [change(1, ["A"])])
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")
    assert not AnswerEvent.objects.exists()


# --- Handing in without a script ------------------------------------------------------------------------------


def test_the_plain_form_asks_for_a_confirmation_and_names_what_is_unanswered(learner, hall, sitting):
    first = learner.post(url("submit", sitting), form(sitting, {1: ["A"], 3: ["B"]}))
    assert (first.status_code, first.url) == (302, url("confirm", sitting))
    page = learner.get(first.url).content.decode()
    unanswered = next(question for question in queries.paper(sitting).questions if question.slot == 2)
    back = re.search(r'<a class="btn btn-primary[^"]*" href="([^"]+)">', page)[1]
    assert back == f"{url('attempt', sitting)}#question-{unanswered.position}"
    assert re.findall(r"<li( data-open)?>\s*<a", page).count(" data-open") == 1
    assert len(re.findall(r'<li(?: data-open)?>\s*<a href="[^"]+#question-\d', page)) == 3
    done = learner.post(url("submit", sitting), {"carries": "nothing", "confirmed": "1"})
    assert (done.status_code, done.url) == (302, url("result", sitting))
    sitting.refresh_from_db()
    assert (sitting.state, sitting.score) == (AttemptState.SCORED, 6000)


def test_handing_in_again_shows_the_result(learner, hall, sitting):
    hall.submit(sitting)
    again = learner.post(url("submit", sitting), form(sitting, {1: ["A"]}, confirmed="1"))
    assert again.url == url("result", sitting)
    assert learner.get(url("attempt", sitting)).url == url("result", sitting)
    assert learner.get(url("confirm", sitting)).url == url("result", sitting)
    assert not AnswerEvent.objects.exists()


@pytest.mark.parametrize("damage", [{"slot": ["x"]}, {"seen_seq": "x"}, {"slot": ["9"], "answer-9": ["A"]}])
def test_a_damaged_form_is_refused_and_changes_nothing(learner, hall, sitting, damage):
    answer = learner.post(url("submit", sitting), form(sitting, {1: ["A"]}, confirmed="1") | damage)
    assert answer.status_code == 400
    sitting.refresh_from_db()
    assert (sitting.state, AnswerEvent.objects.count()) == (AttemptState.IN_PROGRESS, 0)


def test_the_paper_after_its_time_leads_to_the_result(learner, hall, sitting, at):
    hall.save(sitting, 1, ["A"])
    at(sitting.hard_deadline_at + timedelta(microseconds=1))
    answer = learner.get(url("attempt", sitting))
    assert (answer.status_code, answer.url) == (302, url("result", sitting))
    text = learner.get(answer.url).content.decode()
    assert "考试时间已于 2026-03-02 13:00 截止" in text


# --- The result ---------------------------------------------------------------------------------------------


def test_a_failed_result_shows_right_and_wrong_but_not_the_key(learner, hall, sitting):
    hall.save(sitting, 1, ["B"])
    hall.save(sitting, 2, ["A"])
    hall.submit(sitting)
    text = learner.get(url("result", sitting)).content.decode()
    assert "本次未合格" in text
    assert "还可以再考 2 次" in text
    start = reverse("exams:start", args=[hall.exam.pk])
    asked = re.search(
        rf'action="{start}" data-confirm="([^"]+)" data-confirm-text="([^"]+)" data-confirm-action="([^"]+)"', text
    )
    assert asked[1] == "再考一次《结业考试》吗？"
    assert "还可以再考 2 次" in asked[2]
    assert asked[3] == "再考一次"
    assert re.findall(r'review-question" id="question-\d" data-state="(\w+)"', text).count("incomplete") == 1
    assert "data-right" not in text
    assert "的解析" not in text, "an explanation gives the answer away"
    assert "才会显示正确答案和解析" in text
    hidden = queries.review(sitting, shows_key=False).questions
    assert [(entry.right_letters, entry.explanation) for entry in hidden] == [((), "")] * 3


def test_a_passed_result_shows_the_key(learner, hall, sitting):
    for slot, chosen in RIGHT.items():
        hall.save(sitting, slot, chosen)
    hall.submit(sitting)
    text = learner.get(url("result", sitting)).content.decode()
    assert "合格" in text
    assert len(re.findall(r"<li data-right data-chosen>", text)) == 4
    assert "单选题的解析" in text
    assert f'href="{reverse("courses:course-detail", args=[hall.course.slug])}">去课程' in text


def test_the_key_is_shown_when_no_attempts_are_left(learner, people, at):
    hall = make.hall(people.county, people.instructor, people.learner, attempts_allowed=1)
    attempt = hall.submit(hall.start())
    text = learner.get(url("result", attempt)).content.decode()
    assert "data-right" in text
    assert "单选题的解析" in text


def test_the_key_is_not_shown_while_the_last_attempt_is_open(learner, people, at):
    hall = make.hall(people.county, people.instructor, people.learner, attempts_allowed=2)
    first = hall.submit(hall.start())
    last = hall.start()
    text = learner.get(url("result", first)).content.decode()
    assert "data-right" not in text
    assert "的解析" not in text
    hall.submit(last)
    assert "data-right" in learner.get(url("result", first)).content.decode()


# --- Queries ------------------------------------------------------------------------------------------------


def test_the_pages_take_the_same_number_of_queries_for_every_paper(learner, people, at, django_assert_num_queries):
    hall = make.hall(people.county, people.instructor, people.learner, published=False)
    make.many_items(hall, 40)
    services.publish_exam(actor=people.instructor, exam=hall.exam, now=NOON)
    attempt = hall.start()
    services.save_answers(
        member=people.learner,
        attempt_id=attempt.pk,
        changes=[services.AnswerChange(uuid4(), slot, ["A"]) for slot in range(1, 41)],
        now=NOON,
    )
    with django_assert_num_queries(6):
        learner.get(url("attempt", attempt))
    hall.submit(attempt)
    with django_assert_num_queries(10):
        learner.get(url("result", attempt))


def test_ids_of_attempts_cannot_be_guessed(sitting):
    assert isinstance(sitting.pk, UUID)
    assert sitting.pk.version == 4
