"""Writes about exams: one function per act, in one transaction."""

from exams.services.attempts import (
    AnswerChange,
    close_expired_attempt,
    close_expired_attempts,
    hand_in,
    save_answers,
    start_attempt,
    submit_attempt,
)
from exams.services.papers import (
    add_item,
    add_items,
    add_question_to_paper,
    create_exam,
    move_item,
    publish_exam,
    record_reading,
    remove_item,
    replace_item,
    revise_item,
    update_exam,
    withdraw_exam,
)
from exams.services.questions import add_question, bank_of_course, create_bank, revise_question

__all__ = [
    "AnswerChange",
    "add_item",
    "add_items",
    "add_question",
    "add_question_to_paper",
    "bank_of_course",
    "close_expired_attempt",
    "close_expired_attempts",
    "create_bank",
    "create_exam",
    "hand_in",
    "move_item",
    "publish_exam",
    "record_reading",
    "remove_item",
    "replace_item",
    "revise_item",
    "revise_question",
    "save_answers",
    "start_attempt",
    "submit_attempt",
    "update_exam",
    "withdraw_exam",
]
