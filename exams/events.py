"""Signals of this room, sent inside the transaction that makes them true; keyword ids only."""

from django.dispatch import Signal

exam_passed = Signal()  # attempt_id: UUID; sent for every passed attempt, the listener pays once per exam
