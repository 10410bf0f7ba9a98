"""Taking in a new film or recording."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lms.common.errors import DomainError, TooLarge, Unavailable
from lms.members import services as member_services
from lms.members.models import Member, Organization
from media_pipeline import wording
from media_pipeline.incoming import Spool
from media_pipeline.models import MediaAsset
from media_pipeline.rules import FailureCode, MachineBusy
from media_pipeline.rules.names import clean_file_name, title_of
from media_pipeline.services.units import create_units
from media_pipeline.storage import store


def receive_upload(
    *,
    actor: Member,
    organization: Organization,
    title: str,
    filename: str,
    chunks: Iterable[bytes],
    now: datetime,
) -> MediaAsset:
    """Stream `chunks` to the storage and register them as a new asset; never more than one chunk in memory.

    Without a title the file's name serves. Raises TooLarge past settings.MAX_UPLOAD_BYTES, DomainError
    (empty) for no bytes, Unavailable when the storage does not take the file now. Nothing is kept then.
    """
    try:
        spool = Spool(settings.MAX_UPLOAD_BYTES)
    except MachineBusy as error:
        raise storage_unavailable(error) from error
    try:
        for chunk in chunks:
            spool.write(chunk)
            if spool.too_large:
                break
        spool.finish()
        return register_upload(
            actor=actor, organization=organization, title=title, filename=filename, spool=spool, now=now
        )
    except MachineBusy as error:
        raise storage_unavailable(error) from error
    finally:
        spool.discard()


def register_upload(
    *,
    actor: Member,
    organization: Organization,
    title: str,
    filename: str,
    spool: Spool,
    now: datetime,
) -> MediaAsset:
    """Keep a file that has been received whole, and start its processing. The spool is left empty.

    Raises as receive_upload does; what was received is then still in the spool.
    """
    require_acceptable(spool)
    asset_id = uuid.uuid4()
    key = f"sources/{asset_id}"
    try:
        store().keep(spool.path, key)
    except MachineBusy as error:
        raise storage_unavailable(error) from error
    name = clean_file_name(filename)
    try:
        with transaction.atomic():
            asset = MediaAsset.objects.create(
                id=asset_id,
                title=(title.strip() or title_of(name) or _("Untitled"))[:200],
                original_name=name,
                organization=organization,
                uploaded_by=actor,
                source_key=key,
                size_bytes=spool.size,
                sha256=spool.sha256,
                created_at=now,
            )
            create_units(asset, now=now)
            member_services.record_audit(
                actor=actor,
                act="media_pipeline.upload",
                object_type="media_asset",
                object_id=asset.pk,
                now=now,
                sha256=asset.sha256,
                size_bytes=asset.size_bytes,
                organization=organization.pk,
            )
    except BaseException:
        store().discard(key)  # a file without a row would never be found again
        raise
    return asset


def require_acceptable(spool: Spool) -> None:
    """Raises TooLarge, or DomainError (empty)."""
    if spool.too_large:
        limit = settings.MAX_UPLOAD_BYTES
        raise TooLarge(FailureCode.TOO_LARGE.value, wording.too_large(limit), limit_bytes=limit)
    if not spool.size:
        raise DomainError(FailureCode.EMPTY.value, wording.failure(FailureCode.EMPTY).sentence)


def storage_unavailable(error: MachineBusy) -> Unavailable:
    """What a person reads when the storage does not take the file."""
    if error.reason == "disk_full":
        message = _("The server's disk is full, so the file was not saved. Please tell the administrator.")
    else:
        message = _("The file could not be saved just now. Please try again in a few minutes.")
    return Unavailable(error.reason, message)
