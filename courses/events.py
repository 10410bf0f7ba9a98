"""Signals of this room, sent inside the transaction that makes them true; keyword ids only."""

from django.dispatch import Signal

lecture_completed = Signal()  # progress_id: int (LectureProgress), once per member and lecture
course_completed = Signal()  # enrolment_id: int (Enrolment), once per member and course
