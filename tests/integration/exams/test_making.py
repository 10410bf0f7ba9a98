"""Questions, papers, publishing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from exams import access, queries, services
from exams.models import AnswerKey, Exam, ExamItem, QuestionVersion
from exams.rules import ExamState, QuestionType, ScoringPolicy
from lms.common.errors import Conflict, DomainError
from lms.members import queries as member_queries
from tests.factories import exams as make
from tests.factories.exams import NOON


def test_a_question_is_kept_in_its_first_version_with_its_key_apart(people):
    bank = make.bank(people.county, people.instructor)
    version = make.multiple(bank, people.instructor, stem=" 方位 ", correct=[2, 0])
    assert (version.number, version.stem, version.question.type) == (1, "方位", "multiple")
    assert version.options == [
        {"key": "A", "text": "东"},
        {"key": "B", "text": "西"},
        {"key": "C", "text": "南"},
        {"key": "D", "text": "北"},
    ]
    assert version.answer_key.correct == ["A", "C"]
    assert "correct" not in {field.name for field in QuestionVersion._meta.get_fields() if field.concrete}


def test_a_true_or_false_question_has_fixed_options(people):
    bank = make.bank(people.county, people.instructor)
    version = make.judge(bank, people.instructor, options=["对", "错", "不知道"], correct=[0])
    assert [option["text"] for option in version.options] == ["正确", "错误"]
    assert version.answer_key.correct == ["A"]


def test_a_bad_question_is_refused_with_every_problem_and_nothing_is_kept(people):
    bank = make.bank(people.county, people.instructor)
    with pytest.raises(DomainError) as refused:
        make.single(bank, people.instructor, options=["甲", "甲"], correct=[])
    assert refused.value.facts == {"problems": ["same_option_twice", "no_right_option"]}
    assert QuestionVersion.objects.count() == 0


def test_a_revised_question_is_another_version_and_the_old_one_stays(people):
    bank = make.bank(people.county, people.instructor)
    first = make.single(bank, people.instructor)
    said = {"stem": "单选题", "options": ["甲", "乙", "丙", "丁"], "explanation": "单选题的解析"}
    arguments = {"actor": people.instructor, "question": first.question, "now": NOON}
    assert services.revise_question(**arguments, **said, correct=[0]) == first
    second = services.revise_question(**arguments, **said, correct=[1])
    assert (second.number, second.answer_key.correct) == (2, ["B"])
    assert AnswerKey.objects.get(pk=first.pk).correct == ["A"]


@pytest.mark.parametrize("table", ["questionversion", "answerkey", "answerevent", "scorerun"])
def test_the_database_refuses_to_change_what_was_asked_answered_and_scored(hall, table):
    hall.save(attempt := hall.start(), 1, ["A"])
    hall.submit(attempt)
    model = {
        "questionversion": QuestionVersion,
        "answerkey": AnswerKey,
        "answerevent": type(attempt.answer_events.get()),
        "scorerun": type(attempt.score_runs.get()),
    }[table]
    before = list(model.objects.order_by("pk").values())
    field = {"questionversion": "stem", "answerkey": "correct", "answerevent": "chosen", "scorerun": "score"}[table]
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**{field: 1})
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)
    assert list(model.objects.order_by("pk").values()) == before


def test_an_exam_is_made_with_its_paper_and_put_on_record(draft, people):
    exam = draft.exam
    assert (exam.state, exam.duration_seconds, exam.grace_seconds) == (ExamState.DRAFT, 3600, 60)
    assert list(exam.items.values_list("slot", "points")) == [(1, 4000), (2, 4000), (3, 2000)]
    assert queries.exam_of_course(draft.course) is None
    record = member_queries.list_audit_entries("exam", str(exam.pk)).get()
    assert (record.act, record.actor, record.facts) == (
        "exams.create_exam",
        people.instructor,
        {"course": draft.course.pk},
    )


def test_a_course_has_one_exam_only(draft, people):
    with pytest.raises(Conflict, match="exam_exists"):
        services.create_exam(actor=people.instructor, course=draft.course, title="又一场", items=[], now=NOON)
    assert Exam.objects.count() == 1


def test_impossible_settings_are_refused(draft, people):
    with pytest.raises(DomainError) as refused:
        services.update_exam(
            actor=people.instructor,
            exam=draft.exam,
            title="",
            duration_seconds=0,
            attempts_allowed=3,
            pass_permille=600,
            scoring_policy=ScoringPolicy.ALL_OR_NOTHING,
            requires_completed_lectures=False,
            now=NOON,
        )
    assert refused.value.facts == {"problems": ["no_title", "duration_out_of_range"]}
    draft.exam.refresh_from_db()
    assert draft.exam.title == "结业考试"


def stems(exam: Exam) -> list[tuple[int, str]]:
    return list(ExamItem.objects.filter(exam=exam).values_list("slot", "version__stem"))


def test_questions_move_and_leave_without_gaps(draft, people):
    first, _second, third = draft.exam.items.all()
    act = {"actor": people.instructor, "now": NOON}
    services.move_item(item=third, up=True, **act)
    assert stems(draft.exam) == [(1, "单选题"), (2, "判断题"), (3, "多选题")]
    services.move_item(item=first, up=True, **act)
    services.move_item(item=first, up=False, **act)
    assert stems(draft.exam) == [(1, "判断题"), (2, "单选题"), (3, "多选题")]
    first.refresh_from_db()
    services.remove_item(item=first, **act)
    assert stems(draft.exam) == [(1, "判断题"), (2, "多选题")]
    assert QuestionVersion.objects.count() == 3


def test_a_question_stands_on_a_paper_once(draft, people):
    item = draft.exam.items.first()
    with pytest.raises(Conflict, match="question_on_paper"):
        services.add_item(actor=people.instructor, exam=draft.exam, version=item.version, points=100, now=NOON)
    assert draft.exam.items.count() == 3


@pytest.mark.parametrize("points", [0, -100, 100_001])
def test_points_have_limits(draft, people, points):
    version = make.single(draft.bank, people.instructor)
    with pytest.raises(DomainError, match="bad_points"):
        services.add_item(actor=people.instructor, exam=draft.exam, version=version, points=points, now=NOON)
    assert draft.exam.items.count() == 3


def test_a_new_question_goes_into_the_courses_bank_and_onto_the_paper(draft, people):
    item = services.add_question_to_paper(
        actor=people.instructor,
        exam=draft.exam,
        type=QuestionType.JUDGE,
        points=150,
        now=NOON,
        stem="党支部委员会每届任期三年至五年。",
        options=[],
        correct=[0],
        explanation="",
        options_fixed=False,
    )
    bank = item.version.question.bank
    assert (bank.course, bank.organization, bank.name) == (draft.course, people.county, "党章学习十讲")
    assert (item.slot, item.points) == (4, 150)


def test_revising_a_question_on_a_paper_puts_the_new_version_there(draft, people):
    item = draft.exam.items.first()
    old = item.version
    revised = services.revise_item(
        actor=people.instructor,
        item=item,
        points=3000,
        now=NOON,
        stem="单选题（改）",
        options=["甲", "乙"],
        correct=[1],
        explanation="",
    )
    assert (revised.points, revised.version.number, revised.version.question) == (3000, 2, old.question)


def test_publishing_needs_questions_and_is_put_on_record(people):
    hall = make.hall(people.county, people.instructor, people.learner, published=False)
    hall.exam.items.all().delete()
    with pytest.raises(Conflict) as refused:
        services.publish_exam(actor=people.instructor, exam=hall.exam, now=NOON)
    assert refused.value.facts == {"problems": ["no_questions"]}
    make.many_items(hall, 2)
    published = services.publish_exam(actor=people.instructor, exam=hall.exam, now=NOON)
    assert (published.state, published.published_at) == (ExamState.PUBLISHED, NOON)
    assert queries.exam_of_course(hall.course) == published
    latest = member_queries.list_audit_entries("exam", str(published.pk)).first()
    assert (latest.act, latest.facts) == ("exams.publish_exam", {"questions": 2})


def test_an_exam_after_lectures_is_not_published_for_a_course_without_lectures(people):
    hall = make.hall(
        people.county, people.instructor, people.learner, published=False, requires_completed_lectures=True
    )
    with pytest.raises(Conflict) as refused:
        services.publish_exam(actor=people.instructor, exam=hall.exam, now=NOON)
    assert refused.value.facts == {"problems": ["no_lectures_to_complete"]}


def frozen_acts(hall: make.Hall):
    act = {"actor": hall.instructor, "now": NOON}
    item = hall.exam.items.first()
    version = make.single(hall.bank, hall.instructor, stem="新题")
    settings = {
        "title": "改",
        "duration_seconds": 60,
        "attempts_allowed": 1,
        "pass_permille": 1,
        "scoring_policy": ScoringPolicy.ALL_OR_NOTHING,
        "requires_completed_lectures": False,
    }
    return {
        "update": lambda: services.update_exam(exam=hall.exam, **settings, **act),
        "add": lambda: services.add_item(exam=hall.exam, version=version, points=100, **act),
        "replace": lambda: services.replace_item(item=item, version=version, points=1, **act),
        "move": lambda: services.move_item(item=item, up=False, **act),
        "remove": lambda: services.remove_item(item=item, **act),
    }


@pytest.mark.parametrize("name", ["update", "add", "replace", "move", "remove"])
def test_a_published_exam_is_frozen(hall, name):
    before = (Exam.objects.values().get(), list(ExamItem.objects.order_by("pk").values()))
    with pytest.raises(Conflict, match="exam_frozen"):
        frozen_acts(hall)[name]()
    assert (Exam.objects.values().get(), list(ExamItem.objects.order_by("pk").values())) == before


def test_a_published_exam_can_be_withdrawn_until_somebody_starts(hall, people):
    withdrawn = services.withdraw_exam(actor=people.instructor, exam=hall.exam, now=NOON)
    assert (withdrawn.state, withdrawn.published_at) == (ExamState.DRAFT, None)
    services.publish_exam(actor=people.instructor, exam=withdrawn, now=NOON + timedelta(minutes=1))
    hall.start()
    with pytest.raises(Conflict, match="exam_started"):
        services.withdraw_exam(actor=people.instructor, exam=withdrawn, now=NOON)
    hall.exam.refresh_from_db()
    assert hall.exam.state == ExamState.PUBLISHED


def test_the_bank_offers_the_newest_versions_that_are_not_on_the_paper(draft, people):
    spare = make.single(draft.bank, people.instructor, stem="备用题")
    newest = services.revise_question(
        actor=people.instructor,
        question=spare.question,
        stem="备用题（改）",
        options=["甲", "乙"],
        correct=[0],
        explanation="",
        now=NOON,
    )
    foreign = make.single(make.bank(people.elsewhere, people.rival), people.rival, stem="外单位的题")

    scope = access.banks_in_scope(people.instructor)
    everything = queries.BankFilter()
    assert list(queries.list_bank(scope, draft.exam, everything)) == [newest]
    assert list(queries.list_bank(scope, draft.exam, queries.BankFilter("没有"))) == []
    assert list(queries.list_bank(scope, draft.exam, queries.BankFilter("", QuestionType.JUDGE))) == []
    whole_province = access.banks_in_scope(people.administrator)
    assert set(queries.list_bank(whole_province, draft.exam, everything)) == {newest, foreign}
