"""The instructor's side: the list of courses, what is said about one, showing it to members."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import access, queries, services
from courses.forms import CourseForm, LectureForm, ManagedFilter, TitleForm
from courses.models import Course
from courses.queries.authoring import EDITORS
from lms.common import clock
from lms.common.errors import DomainError
from lms.common.tables import Column, Table, moment, written
from lms.members import access as member_access
from lms.members.models import Member

FILMS_SHOWN = 300


COLUMNS = (
    Column("title", gettext_lazy("Course"), order=(written("title"),), heading=True, always=True),
    Column("category", gettext_lazy("Category"), value=lambda course: course.category.name, shown=False),
    Column("instructor", gettext_lazy("Instructor"), value=lambda course: course.instructor.full_name, shown=False),
    Column("state", gettext_lazy("State"), value=lambda course: course.get_state_display()),
    Column(
        "organization",
        gettext_lazy("Open to"),
        value=lambda course: course.organization.name,
        order=("organization__path",),
    ),
    Column("lecture_count", gettext_lazy("Number of lectures"), order=("lecture_count",), number=True),
    Column("enrolled_count", gettext_lazy("Enrolled"), order=("enrolled_count",), number=True),
    Column("completed_count", pgettext_lazy("course", "Completed"), order=("completed_count",), number=True),
    Column(
        "created",
        gettext_lazy("Created"),
        value=lambda course: moment(course.created_at),
        order=("created_at",),
        newest_first=True,
        shown=False,
    ),
)


@require_safe
def manage(request: HttpRequest) -> HttpResponseBase:
    """The courses in the instructor's scope; ?own=1 only those they teach."""
    member = member_access.require_role(request, *EDITORS)
    form = ManagedFilter(request.GET)
    found = queries.list_managed_with_counts(member, **form.chosen())
    table = Table(request, "courses", COLUMNS, found, form=form, sort="-created", ties=("-pk",))
    if table.wants_file:
        return table.file(_("Courses as of %(day)s") % {"day": clock.business_date(clock.now())})
    return render(request, "courses/manage.html", {"table": table})


@require_http_methods(["GET", "POST"])
def course_create(request: HttpRequest) -> HttpResponse:
    """A new course, a draft at first."""
    member = member_access.require_role(request, *EDITORS)
    form = CourseForm(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            course = services.create_course(actor=member, now=clock.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("slug" if refusal.code == "slug_taken" else None, str(refusal.message))
        else:
            messages.success(request, _("The course has been created. Now add its chapters and lectures."))
            return redirect("courses:course-edit", slug=course.slug)
    return render(request, "courses/course_form.html", {"form": form})


@require_http_methods(["GET", "POST"])
def course_details(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is said about a course."""
    member = member_access.member_of(request)
    course = access.course_for_edit(member, slug)
    form = CourseForm(member, request.POST or None, course=course)
    if request.method == "POST" and form.is_valid():
        services.update_course(actor=member, course=course, now=clock.now(), **form.cleaned_data)
        messages.success(request, _("Your changes have been saved."))
        return redirect("courses:course-edit", slug=course.slug)
    return render(request, "courses/course_form.html", {"form": form, "course": course})


@require_safe
def course_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Chapters and lectures of a course, and whether it can be published."""
    member = member_access.member_of(request)
    return edit_page(request, member, access.course_for_edit(member, slug))


def edit_page(request: HttpRequest, member: Member, course: Course, **forms: Any) -> HttpResponse:
    """The page with everything in a course; `forms` are those that were sent and found wanting.

    `chapter_form`; `lecture_form` with `lecture_chapter_id`; `title_form` with `title_of` ('lecture-5').
    """
    context: dict[str, Any] = {
        "course": course,
        "rename": request.GET.get("rename", ""),
        "add": request.GET.get("add", ""),
        "overview": queries.course_overview(member, course),
        "counts": queries.counts_of_courses([course])[course.pk],
        "readiness": queries.readiness(course),
        "chapter_form": TitleForm(),
        "empty_lecture_form": LectureForm(member),
        "films": film_choices(member),
    }
    return render(request, "courses/course_edit.html", context | forms)


def film_choices(member: Member) -> list[tuple[str, str]]:
    """The newest films for the select box, read once for all the forms of the page."""
    label = LectureForm(member).label_of_film
    return [(str(film.pk), label(film)) for film in queries.list_assets_in_scope(member)[:FILMS_SHOWN]]


@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the course to members."""
    member = member_access.member_of(request)
    course = access.course_for_edit(member, slug)
    try:
        services.publish_course(actor=member, course=course, now=clock.now())
    except DomainError as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The course is published: members see it in the catalog."))
    return redirect("courses:course-edit", slug=course.slug)


@require_POST
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the course out of the catalog."""
    member = member_access.member_of(request)
    course = access.course_for_edit(member, slug)
    try:
        services.archive_course(actor=member, course=course, now=clock.now())
    except DomainError as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The course is no longer in the catalog. Who is enrolled keeps it."))
    return redirect("courses:course-edit", slug=course.slug)
