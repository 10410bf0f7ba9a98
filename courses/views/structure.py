"""Chapters and lectures: adding, renaming, moving, deleting. All come back to where they were done on the edit page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, services
from courses.forms import LectureForm, TitleForm
from courses.models import Chapter, Course, Lecture
from courses.views.manage import edit_page
from lms.common import clock
from lms.common.errors import DomainError, NotFound
from lms.common.toasts import toast
from lms.members import access as member_access
from lms.members.models import Member


@require_POST
def chapter_add(request: HttpRequest, slug: str) -> HttpResponse:
    member = member_access.member_of(request)
    course = access.course_for_edit(member, slug)
    form = TitleForm(request.POST)
    if not form.is_valid():
        return edit_page(request, member, course, chapter_form=form)
    chapter = services.add_chapter(actor=member, course=course, title=form.cleaned_data["title"], now=clock.now())
    messages.success(request, _("The chapter has been added."))
    return _back_to(chapter)


@require_POST
def lecture_add(request: HttpRequest, slug: str, chapter_id: int) -> HttpResponse:
    member = member_access.member_of(request)
    course = access.course_for_edit(member, slug)
    chapter = _chapter(course, chapter_id)
    form = LectureForm(member, request.POST)
    if form.is_valid():
        try:
            services.add_lecture(
                actor=member,
                chapter=chapter,
                title=form.chosen_title(),
                asset=form.cleaned_data["asset"],
                now=clock.now(),
            )
        except DomainError as refusal:
            form.add_error("asset", str(refusal.message))
        else:
            messages.success(request, _("The lecture has been added."))
            return _back_to(chapter)
    return edit_page(request, member, course, lecture_form=form, lecture_chapter_id=chapter.pk)


@require_POST
def chapter_change(request: HttpRequest, slug: str, chapter_id: int) -> HttpResponse:
    """`act`: rename (with `title`), up, down or delete."""
    member = member_access.member_of(request)
    course = access.course_for_edit(member, slug)
    chapter = _chapter(course, chapter_id)
    act = request.POST.get("act")
    if act == "rename":
        form = TitleForm(request.POST)
        if not form.is_valid():
            return edit_page(request, member, course, title_form=form, title_of=f"chapter-{chapter.pk}")
        services.rename_chapter(actor=member, chapter=chapter, title=form.cleaned_data["title"], now=clock.now())
    elif act in ("up", "down"):
        services.move_chapter(actor=member, chapter=chapter, up=act == "up", now=clock.now())
        return _moved(request, member, chapter, _("“%(title)s” has been moved.") % {"title": chapter.title})
    elif act == "delete":
        try:
            services.delete_chapter(actor=member, chapter=chapter, now=clock.now())
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
    else:
        raise DomainError("act_unknown", _("The request is not what this address expects."))
    return redirect("courses:course-edit", slug=course.slug) if act == "delete" else _back_to(chapter)


@require_POST
def lecture_change(request: HttpRequest, slug: str, lecture_id: int) -> HttpResponse:
    """`act`: rename (with `title`), up, down or delete."""
    member = member_access.member_of(request)
    course = access.course_for_edit(member, slug)
    lecture = _lecture(course, lecture_id)
    act = request.POST.get("act")
    if act == "rename":
        form = TitleForm(request.POST)
        if not form.is_valid():
            return edit_page(request, member, course, title_form=form, title_of=f"lecture-{lecture.pk}")
        services.rename_lecture(actor=member, lecture=lecture, title=form.cleaned_data["title"], now=clock.now())
    elif act in ("up", "down"):
        services.move_lecture(actor=member, lecture=lecture, up=act == "up", now=clock.now())
        said = _("“%(title)s” has been moved.") % {"title": lecture.title}
        return _moved(request, member, lecture.chapter, said)
    elif act == "delete":
        try:
            services.delete_lecture(actor=member, lecture=lecture, now=clock.now())
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
    else:
        raise DomainError("act_unknown", _("The request is not what this address expects."))
    return _back_to(lecture.chapter)


def _back_to(chapter: Chapter) -> HttpResponse:
    """The edit page at this chapter. The dialogs' forms are sent to an address that names the dialog after the #; a
    redirect without a place of its own would keep that name, and open the dialog again."""
    address = reverse("courses:course-edit", args=[chapter.course.slug])
    return redirect(f"{address}#chapter-{chapter.pk}")


def _moved(request: HttpRequest, member: Member, chapter: Chapter, said: str) -> HttpResponse:
    """With htmx the page as it is now, so that button and focus stay; otherwise as after the other acts."""
    if request.headers.get("HX-Request"):
        return toast(edit_page(request, member, chapter.course), said)
    return _back_to(chapter)


def _chapter(course: Course, chapter_id: int) -> Chapter:
    chapter = Chapter.objects.filter(course=course, pk=chapter_id).first()
    if chapter is None:
        raise NotFound("chapter", _("There is no such chapter in this course."))
    return chapter


def _lecture(course: Course, lecture_id: int) -> Lecture:
    lecture = Lecture.objects.filter(chapter__course=course, pk=lecture_id).select_related("chapter__course").first()
    if lecture is None:
        raise NotFound("lecture", _("There is no such lecture in this course."))
    return lecture
