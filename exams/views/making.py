"""The instructor's way: settings, questions one by one, publishing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.models import Course
from exams import access, forms, queries, services, wording
from exams.models import Exam, Question
from exams.queries import BankFilter
from exams.rules import ExamState, QuestionType
from lms.common import clock
from lms.common.errors import DomainError, NotFound
from lms.common.pagination import page_of
from lms.common.tables import Column, Table, written
from lms.members.models import Member

COLUMNS = (
    Column(
        "course",
        gettext_lazy("Course"),
        value=lambda course: course.title,
        order=(written("title"),),
        heading=True,
        always=True,
    ),
    Column("exam", gettext_lazy("Exam"), value=lambda course: _exam_of(course, "title")),
    Column("state", gettext_lazy("State"), value=lambda course: _exam_of(course, "get_state_display")),
    Column(
        "questions",
        gettext_lazy("Questions"),
        value=lambda course: course.question_count,
        order=("question_count",),
        number=True,
    ),
    Column(
        "learners",
        gettext_lazy("Learners"),
        value=lambda course: course.taker_count,
        order=("taker_count",),
        number=True,
    ),
)


def _exam_of(course: Course, name: str) -> str:
    if not hasattr(course, "exam"):
        return _("None yet")
    said = getattr(course.exam, name)
    return str(said() if callable(said) else said)


@require_GET
def manage(request: HttpRequest) -> HttpResponseBase:
    """The courses whose exams the one who asks may make, with or without one."""
    member = access.maker_of(request)
    form = forms.ExamsFilter(request.GET)
    found = queries.list_managed_courses(member, **form.chosen())
    table = Table(request, "exams", COLUMNS, found, form=form, ties=("-created_at", "-pk"))
    if table.wants_file:
        return table.file(_("Exams as of %(day)s") % {"day": clock.business_date(clock.now())})
    return render(request, "exams/manage.html", {"table": table})


@require_http_methods(["GET", "POST"])
def exam_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Settings, and below them the paper; for a course without an exam, the form that makes one."""
    member, course = access.course_for_exam(request, slug)
    exam = Exam.objects.filter(course=course).first()
    initial = forms.exam_values(exam) if exam else {"title": _("Exam: %(course)s") % {"course": course.title}}
    form = forms.ExamForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        _keep_settings(member, course, exam, form)
        messages.success(request, _("The settings are saved."))
        return redirect("exams:exam-edit", slug)
    if exam is None:
        return render(request, "exams/create.html", {"course": course, "form": form})
    return render(request, "exams/edit.html", _editing(course, exam, form))


def _keep_settings(member: Member, course: Course, exam: Exam | None, form: forms.ExamForm) -> None:
    now = clock.now()
    if exam is None:
        services.create_exam(actor=member, course=course, items=[], now=now, **form.settings())
    else:
        services.update_exam(actor=member, exam=exam, now=now, **form.settings())


def _editing(course: Course, exam: Exam, form: forms.ExamForm) -> dict[str, object]:
    places = list(queries.paper_with_keys(exam))
    published = exam.state == ExamState.PUBLISHED
    return {
        "course": course,
        "exam": exam,
        "form": form,
        "places": places,
        "total_points": sum(place.points for place in places),
        "published": published,
        "started": published and exam.attempts.exists(),
        "obstacles": [] if published else wording.sentences(queries.publish_obstacles(exam)),
        "policy": wording.POLICY_SENTENCES[exam.scoring_policy],
        "types": Question.Type.choices,
        "steps": _steps(bool(places)),
    }


def _steps(has_questions: bool) -> list[dict[str, str]]:
    """How far the making of a draft is, for components/_steps.html."""
    return [
        {"label": _("Settings"), "state": "done", "url": "#settings-title"},
        {"label": _("Questions"), "state": "done" if has_questions else "current", "url": "#paper-title"},
        {"label": _("Publish"), "state": "current" if has_questions else "waiting"},
    ]


@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    member, exam = access.exam_for_edit(request, slug)
    services.publish_exam(actor=member, exam=exam, now=clock.now())
    messages.success(request, _("The exam is published: learners of the course can start it."))
    return redirect("exams:exam-edit", slug)


@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    member, exam = access.exam_for_edit(request, slug)
    services.withdraw_exam(actor=member, exam=exam, now=clock.now())
    messages.success(request, _("The exam is a draft again and can be changed."))
    return redirect("exams:exam-edit", slug)


@require_http_methods(["GET", "POST"])
def question_create(request: HttpRequest, slug: str, question_type: str) -> HttpResponse:
    """A new question: into the course's bank, and to the end of the paper."""
    member, exam = access.exam_for_edit(request, slug)
    if question_type not in Question.Type.values:
        raise NotFound("question_type", _("There is no such type of question."))
    if "as_single" in request.POST:  # a multiple-choice question turned out to have one right option
        question_type = QuestionType.SINGLE.value
    form = forms.QuestionForm(QuestionType(question_type), request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.add_question_to_paper(
            actor=member,
            exam=exam,
            type=question_type,
            points=form.cleaned_data["points"],
            now=clock.now(),
            **form.question(),
        )
        messages.success(request, _("The question is on the paper."))
        if "another" in request.POST:
            return redirect("exams:question-create", slug, question_type)
        return redirect("exams:exam-edit", slug)
    return render(request, "exams/question.html", _question_page(exam, form))


@require_http_methods(["GET", "POST"])
def question_edit(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    member, item = access.item_for_edit(request, slug, item_id)
    question = item.version.question
    form = forms.QuestionForm(QuestionType(question.type), request.POST or None, initial=forms.question_values(item))
    if request.method == "POST" and form.is_valid():
        services.revise_item(
            actor=member, item=item, points=form.cleaned_data["points"], now=clock.now(), **form.question()
        )
        messages.success(request, _("The question is saved."))
        return redirect("exams:exam-edit", slug)
    return render(request, "exams/question.html", _question_page(item.exam, form) | {"item": item})


def _question_page(exam: Exam, form: forms.QuestionForm) -> dict[str, object]:
    return {
        "exam": exam,
        "course": exam.course,
        "form": form,
        "type_label": Question.Type(form.question_type.value).label,
        "published": exam.state == ExamState.PUBLISHED,
    }


@require_POST
def question_move(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    member, item = access.item_for_edit(request, slug, item_id)
    services.move_item(actor=member, item=item, up=request.POST.get("direction") == "up", now=clock.now())
    return redirect(reverse("exams:exam-edit", args=[slug]) + f"#item-{item.pk}")


@require_POST
def question_remove(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    member, item = access.item_for_edit(request, slug, item_id)
    services.remove_item(actor=member, item=item, now=clock.now())
    messages.success(request, _("The question is off the paper; it stays in the question bank."))
    return redirect("exams:exam-edit", slug)


@require_http_methods(["GET", "POST"])
def bank(request: HttpRequest, slug: str) -> HttpResponse:
    """Questions of the banks in scope that are not on the paper, to be put there."""
    member, exam = access.exam_for_edit(request, slug)
    search = forms.BankForm(request.GET)
    found = queries.list_bank(access.banks_in_scope(member), exam, _wanted(search))
    page = page_of(request, found)
    versions = list(page)
    form = forms.PickForm([version.pk for version in versions], request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = [version for version in versions if version.pk in form.cleaned_data["version"]]
        services.add_items(
            actor=member, exam=exam, versions=chosen, points=form.cleaned_data["points"], now=clock.now()
        )
        messages.success(request, _("The chosen questions are on the paper."))
        return redirect("exams:exam-edit", slug)
    context = {
        "exam": exam,
        "course": exam.course,
        "page": page,
        "search": search,
        "form": form,
        "filtered": any(search.cleaned_data.values()),
    }
    return render(request, "exams/bank.html", context)


def _wanted(search: forms.BankForm) -> BankFilter:
    if not search.is_valid():
        raise DomainError("bad_search", _("This search could not be read."))
    chosen = search.cleaned_data["type"]
    return BankFilter(search.cleaned_data["q"].strip(), QuestionType(chosen) if chosen else None)
