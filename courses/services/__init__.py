"""Writes about courses and watching: one public function per act, in one transaction."""

from courses.services.authoring import (
    add_chapter,
    add_lecture,
    archive_course,
    create_category,
    create_course,
    publish_course,
    update_course,
)
from courses.services.enrolment import enrol
from courses.services.structure import (
    delete_chapter,
    delete_lecture,
    move_chapter,
    move_lecture,
    rename_chapter,
    rename_lecture,
)
from courses.services.watching import (
    Acknowledgement,
    Batch,
    BatchResult,
    policy_in_force,
    record_batches,
    start_session,
)

__all__ = [
    "Acknowledgement",
    "Batch",
    "BatchResult",
    "add_chapter",
    "add_lecture",
    "archive_course",
    "create_category",
    "create_course",
    "delete_chapter",
    "delete_lecture",
    "enrol",
    "move_chapter",
    "move_lecture",
    "policy_in_force",
    "publish_course",
    "record_batches",
    "rename_chapter",
    "rename_lecture",
    "start_session",
    "update_course",
]
