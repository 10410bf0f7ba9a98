from django.urls import path

from courses import api
from courses.views import catalog, diagnosis, manage, player, structure

app_name = "courses"
urlpatterns = [
    path("", catalog.catalog, name="catalog"),
    path("lectures/<int:lecture_id>/", player.lecture, name="lecture"),
    path("lectures/<int:lecture_id>/playback/", api.playback, name="playback"),
    path("lectures/<int:lecture_id>/sessions/", api.session_start, name="session-start"),
    path("sessions/<uuid:session_id>/batches/", api.watch_batches, name="watch-batches"),
    path("manage/", manage.manage, name="manage"),
    path("manage/new/", manage.course_create, name="course-create"),
    path("manage/<slug:slug>/", manage.course_edit, name="course-edit"),
    path("manage/<slug:slug>/details/", manage.course_details, name="course-details"),
    path("manage/<slug:slug>/publish/", manage.publish, name="publish"),
    path("manage/<slug:slug>/archive/", manage.archive, name="archive"),
    path("manage/<slug:slug>/chapters/", structure.chapter_add, name="chapter-add"),
    path("manage/<slug:slug>/chapters/<int:chapter_id>/", structure.chapter_change, name="chapter-change"),
    path("manage/<slug:slug>/chapters/<int:chapter_id>/lectures/", structure.lecture_add, name="lecture-add"),
    path("manage/<slug:slug>/lectures/<int:lecture_id>/", structure.lecture_change, name="lecture-change"),
    # Last: a course may be called anything but the words above (rules.publishing.RESERVED_SLUGS).
    path("<slug:slug>/", catalog.course_detail, name="course-detail"),
    path("<slug:slug>/enrol/", catalog.enrol, name="enrol"),
    path("<slug:slug>/diagnosis/", diagnosis.diagnosis, name="diagnosis"),
    path("<slug:slug>/diagnosis/<slug:learner_no>/", diagnosis.diagnosis, name="diagnosis-of"),
]
