"""The instructor's and organizer's pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from exams import services
from exams.models import Exam, ExamItem, QuestionVersion
from exams.rules import ExamState
from lms.members.models import AuditEntry
from lms.members.rules import Role
from tests.factories import exams as make
from tests.factories import members as make_members
from tests.factories.exams import NOON

SETTINGS = {
    "title": "结业考试",
    "duration_minutes": "90",
    "attempts_allowed": "2",
    "pass_percent": "60.5",
    "scoring_policy": "all_or_nothing",
    "requires_completed_lectures": "on",
}
QUESTION = {
    "stem": "党的最高理想和最终目标是什么？",
    "option_A": "实现共产主义",
    "option_B": "",
    "option_C": "全面小康",
    "correct": "0",
    "points": "2.5",
    "explanation": "见党章总纲。",
}


@pytest.fixture
def instructor(client_of, people):
    return client_of(people.instructor)


def edit_url(hall_or_course) -> str:
    return reverse("exams:exam-edit", args=[getattr(hall_or_course, "course", hall_or_course).slug])


def test_an_instructor_makes_an_exam_with_questions_and_publishes_it(instructor, people):
    course = make.course(people.county, people.instructor)
    assert instructor.get(edit_url(course)).status_code == 200
    made = instructor.post(edit_url(course), SETTINGS)
    exam = Exam.objects.get()
    assert (made.status_code, made.url) == (302, edit_url(course))
    assert (exam.duration_seconds, exam.attempts_allowed, exam.pass_permille) == (5400, 2, 605)
    assert (exam.scoring_policy, exam.requires_completed_lectures) == ("all_or_nothing", True)
    instructor.post(edit_url(course), SETTINGS | {"title": "改名"})
    exam.refresh_from_db()
    assert exam.title == "改名"

    create = reverse("exams:question-create", args=[course.slug, "single"])
    instructor.post(create, QUESTION)
    version = QuestionVersion.objects.get()
    assert [option["text"] for option in version.options] == ["实现共产主义", "全面小康"]
    assert (version.answer_key.correct, ExamItem.objects.get().points) == (["A"], 250)
    judge = reverse("exams:question-create", args=[course.slug, "judge"])
    again = instructor.post(judge, {"stem": "题", "correct": "1", "points": "1", "another": "1"})
    assert again.url == judge

    page = instructor.get(edit_url(course)).content.decode()
    assert "党的最高理想和最终目标是什么？" in page
    Exam.objects.update(requires_completed_lectures=False)
    published = instructor.post(reverse("exams:publish", args=[course.slug]))
    exam.refresh_from_db()
    assert (published.status_code, exam.state) == (302, ExamState.PUBLISHED)


def test_an_unticked_box_is_off(instructor, draft):
    settings = {name: value for name, value in SETTINGS.items() if name != "requires_completed_lectures"}
    instructor.post(edit_url(draft), settings)
    draft.exam.refresh_from_db()
    assert (draft.exam.requires_completed_lectures, draft.exam.title) == (False, "结业考试")


def test_bad_settings_lose_nothing_that_was_typed(instructor, draft):
    page = instructor.post(edit_url(draft), SETTINGS | {"duration_minutes": "0", "title": "新的标题"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "新的标题" in text
    assert "field-error" in text
    draft.exam.refresh_from_db()
    assert draft.exam.title == "结业考试"


def test_a_bad_question_loses_nothing_that_was_typed(instructor, draft):
    create = reverse("exams:question-create", args=[draft.course.slug, "multiple"])
    typed = QUESTION | {"correct": ["1", "2"], "option_C": "第三项"}
    page = instructor.post(create, typed)
    text = page.content.decode()
    assert page.status_code == 200
    assert "有选项没有填写内容" in text
    assert 'value="第三项"' in text
    assert text.count(" checked>") == 2
    assert "见党章总纲。" in text
    assert ExamItem.objects.count() == 3


@pytest.mark.parametrize("field", ["stem", "points"])
def test_what_is_missing_is_named(instructor, draft, field):
    page = instructor.post(reverse("exams:question-create", args=[draft.course.slug, "single"]), QUESTION | {field: ""})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]


def test_a_question_is_edited_moved_and_taken_off(instructor, draft):
    slug, item = draft.course.slug, draft.exam.items.get(slot=2)
    edit = reverse("exams:question-edit", args=[slug, item.pk])
    shown = instructor.get(edit).content.decode()
    assert shown.count(" checked>") == 2
    instructor.post(edit, {"stem": "改", "option_A": "一", "option_B": "二", "correct": ["0", "1"], "points": "40"})
    item.refresh_from_db()
    assert (item.version.number, item.version.stem, item.points) == (2, "改", 4000)
    instructor.post(reverse("exams:question-move", args=[slug, item.pk]), {"direction": "up"})
    item.refresh_from_db()
    assert item.slot == 1
    instructor.post(reverse("exams:question-remove", args=[slug, item.pk]))
    assert list(draft.exam.items.values_list("slot", flat=True)) == [1, 2]


def test_questions_are_taken_from_the_bank(instructor, people, draft):
    spare = make.single(draft.bank, people.instructor, stem="备用题")
    url = reverse("exams:bank", args=[draft.course.slug])
    assert "备用题" in instructor.get(url, {"q": "备用"}).content.decode()
    assert "备用题" not in instructor.get(url, {"type": "judge"}).content.decode()
    nothing = instructor.post(url, {"points": "2"})
    assert (nothing.status_code, draft.exam.items.count()) == (200, 3)
    instructor.post(url, {"points": "2", "version": [spare.pk]})
    assert draft.exam.items.get(slot=4).version == spare


def test_a_question_of_a_foreign_bank_cannot_be_taken(instructor, people, draft):
    foreign = make.single(make.bank(people.elsewhere, people.rival), people.rival, stem="外单位的题")
    make.single(draft.bank, people.instructor, stem="备用题")
    page = instructor.post(reverse("exams:bank", args=[draft.course.slug]), {"points": "2", "version": [foreign.pk]})
    assert (page.status_code, draft.exam.items.count()) == (200, 3)


def test_publishing_says_what_is_missing(instructor, draft):
    draft.exam.items.all().delete()
    assert "试卷还没有题目" in instructor.get(edit_url(draft)).content.decode()
    refused = instructor.post(
        reverse("exams:publish", args=[draft.course.slug]), headers={"accept": "application/json"}
    )
    assert (refused.status_code, refused.json()["facts"]) == (409, {"problems": ["no_questions"]})


def test_a_published_exam_is_shown_frozen_and_can_be_withdrawn(instructor, hall):
    page = instructor.get(edit_url(hall)).content.decode()
    assert "question-create" not in page
    assert reverse("exams:withdraw", args=[hall.course.slug]) in page
    refused = instructor.post(edit_url(hall), SETTINGS)
    hall.exam.refresh_from_db()
    assert (refused.status_code, hall.exam.attempts_allowed) == (409, 3)
    instructor.post(reverse("exams:withdraw", args=[hall.course.slug]))
    hall.exam.refresh_from_db()
    assert hall.exam.state == ExamState.DRAFT


def making_requests(hall):
    slug, item = hall.course.slug, hall.exam.items.first().pk
    return [
        ("get", reverse("exams:exam-edit", args=[slug]), {}),
        ("post", reverse("exams:exam-edit", args=[slug]), SETTINGS),
        ("post", reverse("exams:publish", args=[slug]), {}),
        ("post", reverse("exams:withdraw", args=[slug]), {}),
        ("get", reverse("exams:bank", args=[slug]), {}),
        ("post", reverse("exams:question-create", args=[slug, "single"]), QUESTION),
        ("get", reverse("exams:question-edit", args=[slug, item]), {}),
        ("post", reverse("exams:question-edit", args=[slug, item]), QUESTION),
        ("post", reverse("exams:question-move", args=[slug, item]), {"direction": "down"}),
        ("post", reverse("exams:question-remove", args=[slug, item]), {}),
    ]


@pytest.mark.parametrize("who", ["learner", "organizer", "rival", "stranger"])
def test_only_makers_of_the_course_make_its_exam(client_of, people, draft, who):
    client = client_of(getattr(people, who))
    before = (Exam.objects.values().get(), list(ExamItem.objects.order_by("pk").values()))
    for method, url, data in making_requests(draft):
        assert getattr(client, method)(url, data).status_code == 404, url
    assert (Exam.objects.values().get(), list(ExamItem.objects.order_by("pk").values())) == before


def test_an_instructor_of_another_county_does_not_make_this_exam(client_of, people, draft):
    colleague = make_members.grant(
        make_members.member("colleague", people.elsewhere), people.elsewhere, Role.INSTRUCTOR
    )
    client = client_of(colleague)
    assert client.get(edit_url(draft)).status_code == 404
    assert client.get(reverse("exams:manage")).context["table"].count == 0


def test_an_administrator_above_makes_exams_too(client_of, people, draft):
    client = client_of(people.administrator)
    assert client.get(edit_url(draft)).status_code == 200
    assert draft.exam.title in client.get(reverse("exams:manage")).content.decode()


def test_the_list_of_exams_is_for_makers(client_of, people, hall):
    assert client_of(people.learner).get(reverse("exams:manage")).status_code == 403


def test_the_list_takes_the_same_number_of_queries_for_every_length(
    instructor, people, hall, django_assert_num_queries
):
    make.course(people.county, people.instructor, slug="without-exam", title="没有考试的课")
    with django_assert_num_queries(8):
        instructor.get(reverse("exams:manage"))
    for number in range(5):
        course = make.course(people.county, people.instructor, slug=f"course-{number}")
        services.create_exam(actor=people.instructor, course=course, title="卷", items=[], now=NOON)
    with django_assert_num_queries(8):
        instructor.get(reverse("exams:manage"))


def test_the_editor_takes_the_same_number_of_queries_for_every_paper(
    instructor, people, draft, django_assert_num_queries
):
    with django_assert_num_queries(10):
        instructor.get(edit_url(draft))
    make.many_items(draft, 20)
    with django_assert_num_queries(10):
        instructor.get(edit_url(draft))


def test_a_multiple_choice_question_with_one_right_option_is_refused_and_can_become_single_choice(instructor, draft):
    create = reverse("exams:question-create", args=[draft.course.slug, "multiple"])
    page = instructor.post(create, QUESTION)
    assert "多选题至少有两个正确选项" in page.content.decode()
    assert 'name="as_single"' in page.content.decode()
    assert draft.exam.items.count() == 3
    instructor.post(create, QUESTION | {"as_single": "1"})
    assert draft.exam.items.get(slot=4).version.question.type == "single"


def test_an_old_multiple_choice_question_with_one_right_option_wants_another_one(instructor, draft):
    item = draft.exam.items.get(slot=2)
    typed = {"stem": "改", "option_A": "一", "option_B": "二", "correct": "0", "points": "4"}
    page = instructor.post(reverse("exams:question-edit", args=[draft.course.slug, item.pk]), typed)
    assert page.context["form"].looks_single
    assert "as_single" not in page.content.decode()


def test_taking_a_question_off_asks_and_names_it(instructor, draft):
    page = instructor.get(edit_url(draft)).content.decode()
    assert page.count('data-confirm="把第 2 题移出试卷吗？" data-confirm-text="“多选题”') == 1
    assert page.count("/remove/") == 3


def test_a_moved_question_is_where_one_comes_back_to(instructor, draft):
    item = draft.exam.items.get(slot=2)
    moved = instructor.post(reverse("exams:question-move", args=[draft.course.slug, item.pk]), {"direction": "up"})
    assert moved.url == f"{edit_url(draft)}#item-{item.pk}"


@pytest.mark.parametrize(
    ("asked", "found"),
    [("?state=draft", ["branch"]), ("?state=none", ["bare"]), ("?q=没有", ["bare"]), ("?q=无此课", [])],
)
def test_the_list_of_exams_is_narrowed(instructor, people, draft, asked, found):
    make.course(people.county, people.instructor, slug="bare", title="没有考试的课")
    rows = instructor.get(reverse("exams:manage") + asked).context["table"].rows
    assert [{draft.course.slug: "branch"}.get(course.slug, course.slug) for course in rows] == found


def test_the_list_of_exams_is_a_file_too(instructor, people, draft):
    make.course(people.county, people.instructor, slug="bare", title="没有考试的课")
    sheet = b"".join(instructor.get(reverse("exams:manage") + "?export=csv")).decode("utf-8-sig")
    assert "没有考试的课,暂无,暂无,0,0" in sheet
    assert f"{draft.exam.title},草稿,3,0" in sheet


# --- Results ------------------------------------------------------------------------------------------------


def results_url(hall) -> str:
    return reverse("exams:exam-results", args=[hall.exam.pk])


def sit(hall, member, chosen):
    attempt = services.start_attempt(member=member, exam=hall.exam, now=NOON)
    hall = make.Hall(hall.exam, hall.course, hall.bank, member, hall.instructor)
    for slot in (1, 2):
        hall.save(attempt, slot, chosen[slot])
    return hall.submit(attempt)


@pytest.mark.parametrize("who", ["instructor", "organizer", "administrator"])
def test_results_show_the_best_of_each_learner(client_of, people, hall, who):
    sit(hall, people.learner, {1: ["B"], 2: ["A"]})
    sit(hall, people.learner, {1: ["A"], 2: ["A"]})
    page = client_of(getattr(people, who)).get(results_url(hall))
    row = page.context["table"].rows[0]
    assert (row["member__full_name"], row["attempts"], row["best"], row["passes"]) == ("李𬱖", 2, 6000, 1)
    assert page.context["summary"] == {"takers": 1, "passed": 1}
    record = AuditEntry.objects.get(act="exams.read_results")
    assert (record.actor, record.object_id) == (getattr(people, who), str(hall.exam.pk))


@pytest.mark.parametrize("who", ["learner", "stranger"])
def test_learners_do_not_read_results(client_of, people, hall, who):
    assert client_of(getattr(people, who)).get(results_url(hall)).status_code == 403
    assert not AuditEntry.objects.filter(act="exams.read_results").exists()


def test_an_organizer_elsewhere_does_not_know_of_the_exam(client_of, people, hall):
    assert client_of(people.rival).get(results_url(hall)).status_code == 404
    assert not AuditEntry.objects.filter(act="exams.read_results").exists()


def test_everybody_reads_the_results_of_their_own_scope_only(client_of, people):
    hall = make.hall(people.province, people.administrator, people.learner)
    make.enrol(people.stranger, hall.course)
    sit(hall, people.learner, {1: ["A"], 2: ["A"]})
    sit(hall, people.stranger, {1: ["A"], 2: ["B"]})

    def names(person):
        return [row["member__learner_no"] for row in client_of(person).get(results_url(hall)).context["table"].rows]

    assert names(people.organizer) == ["learner"]
    assert names(people.rival) == ["stranger"]
    assert names(people.administrator) == ["learner", "stranger"]


def test_results_take_the_same_number_of_queries_for_every_length(client_of, people, hall, django_assert_num_queries):
    client = client_of(people.organizer)
    sit(hall, people.learner, {1: ["A"], 2: ["A"]})
    with django_assert_num_queries(14):
        client.get(results_url(hall))
    for number in range(8):
        member = make_members.member(f"extra-{number}", people.village)
        make.enrol(member, hall.course)
        sit(hall, member, {1: ["A"], 2: ["A"]})
    with django_assert_num_queries(14):
        client.get(results_url(hall))


def test_the_distribution_stands_above_the_results_and_is_a_file(client_of, people, hall):
    client = client_of(people.organizer)
    assert 'id="chart-distribution"' not in client.get(results_url(hall)).content.decode()
    sit(hall, people.learner, {1: ["A"], 2: ["A"]})
    assert 'id="chart-distribution"' in client.get(results_url(hall)).content.decode()
    sheet = b"".join(client.get(results_url(hall) + "?chart=distribution")).decode("utf-8-sig")
    assert "得分（百分制）" in sheet
    assert AuditEntry.objects.filter(act="exams.read_results").count() == 3


def test_only_makers_are_led_back_to_the_editor(client_of, people, hall):
    assert edit_url(hall) in client_of(people.instructor).get(results_url(hall)).content.decode()
    assert edit_url(hall) not in client_of(people.organizer).get(results_url(hall)).content.decode()
