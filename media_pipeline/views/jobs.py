"""The processing of an asset as a job that components/_progress.html shows."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from lms.common.progress import Job, JobState
from media_pipeline import queries, wording
from media_pipeline.models import MediaAsset
from media_pipeline.queries import Progress
from media_pipeline.rules import AssetState, FailureCode, UnitState

STATES = {
    AssetState.READY: JobState.DONE,
    AssetState.FAILED: JobState.FAILED,
    AssetState.CANCELLED: JobState.CANCELLED,
}


def job_of(asset: MediaAsset, progress: Progress, *, may_edit: bool, now: datetime) -> Job:
    """How far the newest version is. `may_edit`: whether stopping and trying again are offered."""
    unit = queries.current_unit(asset)
    running = unit is not None and unit.state == UnitState.RUNNING
    state = STATES.get(AssetState(asset.state), JobState.RUNNING if running else JobState.WAITING)
    failure = wording.failure(asset.failure_code) if state is JobState.FAILED else None
    another_file_helps = failure is not None and asset.failure_code != FailureCode.MACHINE_BUSY
    return Job(
        key=str(asset.pk),
        state=state,
        permille=progress.permille,
        doing=progress.message,
        seconds_left=queries.seconds_left(asset, now=now),
        # Who started a later version stands in the audit trail alone.
        started_by=asset.uploaded_by.full_name if asset.version == 1 else "",
        started_at=queries.version_began(asset),
        reason=str(failure.title) if failure else _("Your file has been kept."),
        advice=str(failure.advice) if failure else "",
        poll_url=reverse("media_pipeline:asset-progress", args=[asset.pk]) + "?whole",
        cancel_url=reverse("media_pipeline:asset-cancel", args=[asset.pk]) if may_edit else "",
        cancel_question=_("Stop processing?"),
        cancel_words=_("The file is kept, and you can start again at any time."),
        retry_url=reverse("media_pipeline:asset-retry", args=[asset.pk]) if may_edit else "",
        instead_url=reverse("media_pipeline:upload") if may_edit and another_file_helps else "",
        instead_words=_("Upload another file"),
    )
