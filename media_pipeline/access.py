"""Who may see or change which media; every view's first line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lms.common.errors import NotFound, NotPermitted
from lms.members import access as member_access
from lms.members.models import Member, Organization
from lms.members.rules import Role
from media_pipeline import queries
from media_pipeline.models import MediaAsset
from media_pipeline.tokens import Token

# What a version's folder holds: files, and files one folder down. No dot can begin a name, so there is no way
# up.
PLAYED_FILE = re.compile(r"([A-Za-z0-9_-]+/)?[A-Za-z0-9_-]+\.(m3u8|m4s|mp4|jpg)")


def member_who_uploads(request: HttpRequest) -> Member:
    """The member who asks, if they make courses somewhere. Raises NotPermitted otherwise."""
    return member_access.require_role(request, *queries.EDITORS)


def member_who_looks(request: HttpRequest) -> Member:
    """The member who asks, if they may see media somewhere. Raises NotPermitted otherwise."""
    return member_access.require_role(request, *queries.VIEWERS)


def organizations_to_upload_for(member: Member) -> QuerySet[Organization]:
    """The organizations to which the member may add media."""
    return member_access.organizations_in_scope(member, *queries.EDITORS)


def asset_for_view(who: HttpRequest | Member, asset_id: UUID | str) -> MediaAsset:
    """The asset, for somebody who may look at it. Raises NotFound otherwise."""
    return _asset(who, asset_id, queries.VIEWERS)


def asset_for_edit(who: HttpRequest | Member, asset_id: UUID | str) -> MediaAsset:
    """The asset, for somebody who may change it. Raises NotFound otherwise."""
    return _asset(who, asset_id, queries.EDITORS)


def _asset(who: HttpRequest | Member, asset_id: UUID | str, roles: tuple[Role, ...]) -> MediaAsset:
    member = who if isinstance(who, Member) else member_access.member_of(who)
    found = queries.find_asset(member, asset_id, roles=roles)
    if found is None:
        raise NotFound("media_asset", _("There is no such film or recording in your scope."))
    return found


@dataclass(frozen=True)
class PlayedFile:
    """A file of the storage that may be sent. Its content never changes; `expires_at` ends the permission."""

    key: str
    expires_at: datetime


def file_for_viewer(request: HttpRequest, token: str, path: str, now: datetime) -> PlayedFile:
    """The file that a playback address names, for the viewer it was made for.

    Raises NotPermitted: login_required, token_invalid, token_expired, wrong_viewer, path_invalid.
    """
    member = member_access.member_of(request)
    permission = Token.read(token)
    if permission is None:
        raise NotPermitted("token_invalid", _("This playback address is not valid."))
    if permission.viewer_id != member.pk:
        raise NotPermitted("wrong_viewer", _("This playback address was made for somebody else."))
    if permission.expires_at <= now:
        raise NotPermitted("token_expired", _("This playback address has expired. Please open the lecture again."))
    if not PLAYED_FILE.fullmatch(path):
        raise NotPermitted("path_invalid", _("This playback address is not valid."))
    return PlayedFile(f"{permission.prefix}/{path}", permission.expires_at)
