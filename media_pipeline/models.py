"""Rows about uploaded media and the work on it. Writes: media_pipeline.services."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.members.models import Member, Organization
from media_pipeline.rules import AssetState, MediaKind, UnitKind, UnitState


class MediaAsset(models.Model):
    """One row is one uploaded film or recording, with its source file and, once ready, its streaming files.

    The source never changes. `published_version` names the processing version whose files are played (0: none
    yet); a new version is processed beside it and takes over in one UPDATE, so a lecture that played
    yesterday plays today. `failure_code` speaks of the newest version, also while an older one is still being
    played.
    """

    class State(models.TextChoices):
        UPLOADED = AssetState.UPLOADED.value, _("Waiting")
        PROCESSING = AssetState.PROCESSING.value, _("Being processed")
        READY = AssetState.READY.value, _("Ready")
        FAILED = AssetState.FAILED.value, _("Failed")
        CANCELLED = AssetState.CANCELLED.value, _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    original_name = models.CharField(max_length=255)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="media_assets")
    uploaded_by = models.ForeignKey(Member, models.PROTECT, related_name="media_assets")
    state = models.CharField(max_length=16, choices=State.choices, default=AssetState.UPLOADED.value)
    kind = models.CharField(max_length=8, blank=True, choices=[(kind.value, kind.value) for kind in MediaKind])
    source_key = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    source_facts: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)  # rules.source.Source
    version = models.PositiveIntegerField(default=1)  # the newest processing version
    published_version = models.PositiveIntegerField(default=0)
    published_prefix = models.CharField(max_length=120, blank=True)  # where its files lie in the storage
    has_poster = models.BooleanField(default=False)
    failure_code = models.CharField(max_length=40, blank=True)
    failure_detail = models.TextField(blank=True)  # for operators: what ffmpeg said
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = [models.Index(fields=["organization", "-created_at"], name="media_of_organization")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_playable(self) -> bool:
        """Whether there is something to play, whatever becomes of a newer version."""
        return self.published_version > 0

    @property
    def chapters(self) -> list[dict[str, Any]]:
        """The chapters the source itself names: start_ms, end_ms, title."""
        return list(self.source_facts.get("chapters", []))


class WorkUnit(models.Model):
    """One row is one step of processing one version of one asset. The row, not the broker's message, is the
    truth.

    A worker that claims it holds a lease (`lease_token`, renewed while it works); a lease that runs out makes
    the unit pending again, whoever held it. `attempts` counts claims. `send_at`: when the sweeper sends the
    message (again) if nobody has claimed a pending unit by then.
    """

    class State(models.TextChoices):
        WAITING = UnitState.WAITING.value, "waiting"
        PENDING = UnitState.PENDING.value, "pending"
        RUNNING = UnitState.RUNNING.value, "running"
        DONE = UnitState.DONE.value, "done"
        FAILED = UnitState.FAILED.value, "failed"
        CANCELLED = UnitState.CANCELLED.value, "cancelled"

    class Kind(models.TextChoices):
        PROBE = UnitKind.PROBE.value, "probe"
        TRANSCODE = UnitKind.TRANSCODE.value, "transcode"
        PACKAGE = UnitKind.PACKAGE.value, "package"

    asset = models.ForeignKey(MediaAsset, models.CASCADE, related_name="work_units")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=State.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    progress_permille = models.PositiveSmallIntegerField(default=0)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)  # what this step found and the next ones need
    worker = models.CharField(max_length=80, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)  # after a failure of the machine: wait a little
    send_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asset", "version", "position")
        constraints = [models.UniqueConstraint(fields=["asset", "version", "kind"], name="unit_once_per_version")]
        indexes = [
            models.Index(fields=["state", "lease_expires_at"], name="unit_with_dead_lease"),
            models.Index(fields=["state", "send_at"], name="unit_to_be_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} v{self.version} {self.kind}"


class Rendition(models.Model):
    """One row is one stream of one processed version: a picture size, or the sound that all sizes share."""

    asset = models.ForeignKey(MediaAsset, models.CASCADE, related_name="renditions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=16)  # '720p', 'audio': also the folder of its files
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    peak_bandwidth = models.PositiveIntegerField()  # bits per second, measured over the segments
    average_bandwidth = models.PositiveIntegerField()
    codecs = models.CharField(max_length=40)
    duration_ms = models.BigIntegerField()

    class Meta:
        ordering = ("asset", "version", "-height")
        constraints = [models.UniqueConstraint(fields=["asset", "version", "name"], name="rendition_named_once")]

    def __str__(self) -> str:
        return f"{self.asset_id} v{self.version} {self.name}"
