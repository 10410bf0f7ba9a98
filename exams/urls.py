"""Addresses of this room, below /exams/."""

from django.urls import path

from exams import api
from exams.views import learning, making, results

app_name = "exams"
urlpatterns = [
    path("<int:exam_id>/", learning.exam_detail, name="exam-detail"),
    path("<int:exam_id>/start/", learning.start, name="start"),
    path("<int:exam_id>/results/", results.exam_results, name="exam-results"),
    path("attempts/<uuid:attempt_id>/", learning.attempt, name="attempt"),
    path("attempts/<uuid:attempt_id>/answers/", api.answers, name="answers"),
    path("attempts/<uuid:attempt_id>/submit/", learning.submit, name="submit"),
    path("attempts/<uuid:attempt_id>/confirm/", learning.confirm, name="confirm"),
    path("attempts/<uuid:attempt_id>/result/", learning.result, name="result"),
    path("manage/", making.manage, name="manage"),
    path("manage/<slug:slug>/", making.exam_edit, name="exam-edit"),
    path("manage/<slug:slug>/publish/", making.publish, name="publish"),
    path("manage/<slug:slug>/withdraw/", making.withdraw, name="withdraw"),
    path("manage/<slug:slug>/bank/", making.bank, name="bank"),
    path(
        "manage/<slug:slug>/questions/new/<str:question_type>/",
        making.question_create,
        name="question-create",
    ),
    path("manage/<slug:slug>/questions/<int:item_id>/", making.question_edit, name="question-edit"),
    path("manage/<slug:slug>/questions/<int:item_id>/move/", making.question_move, name="question-move"),
    path("manage/<slug:slug>/questions/<int:item_id>/remove/", making.question_remove, name="question-remove"),
]
