"""The people of the demo school who look at the pages, by the part they play."""

from __future__ import annotations

VISITOR = "visitor"

PEOPLE = {
    VISITOR: "",  # nobody is logged in
    "learner": "demo-001",  # has finished two courses, passed the exam, holds certificates
    "underway": "demo-008",  # has watched a part of a course
    "candidate": "demo-002",  # has failed the exam once and sits it again
    "newcomer": "demo-006",  # has done nothing yet
    "instructor": "demo-teacher",
    "organizer": "demo-organizer",
    "auditor": "demo-auditor",
    "administrator": "demo-admin",
}
