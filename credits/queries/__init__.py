"""Reads of the ledger. What a person may see: lms.members.access."""

from credits.queries.balances import balance, course_hours, hours_by_organization, list_years
from credits.queries.facts import (
    Fact,
    exam_fact,
    graded_at,
    lecture_fact,
    list_unposted_attempts,
    list_unposted_progress,
)
from credits.queries.policies import individuals_ranked, rules_for, year_target
from credits.queries.score_tables import ScoreRow, ScoreTable, score_table, with_rows
from credits.queries.statements import SourceSum, Statement, StatementLine, statement

__all__ = [
    "Fact",
    "ScoreRow",
    "ScoreTable",
    "SourceSum",
    "Statement",
    "StatementLine",
    "balance",
    "course_hours",
    "exam_fact",
    "graded_at",
    "hours_by_organization",
    "individuals_ranked",
    "lecture_fact",
    "list_unposted_attempts",
    "list_unposted_progress",
    "list_years",
    "rules_for",
    "score_table",
    "statement",
    "with_rows",
    "year_target",
]
