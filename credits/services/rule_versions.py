"""Publishing rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from credits import rules
from credits.models import RuleVersion
from credits.rules import Trigger, Unit
from lms.common.errors import DomainError
from lms.members import services as member_services
from lms.members.models import Member, Organization


@transaction.atomic
def publish_rule(
    *,
    actor: Member,
    code: str,
    trigger: Trigger,
    organization: Organization | None,
    valid_from: datetime,
    spec: dict[str, Any],
    now: datetime,
    valid_to: datetime | None = None,
    basis: str = "",
) -> RuleVersion:
    """A new version of the rule `code` for `organization` and all below it (None: everywhere), from
    `valid_from` on.

    `spec` as in credits.rules (read_earning, read_targets, read_ranking), `basis` the regulation it rests on.
    Raises DomainError for a specification that cannot be understood, for a beginning in the past (rules never
    work backwards), and for a code that means another kind of rule already.
    """
    if valid_from < now:
        raise DomainError("rule_backwards", _("A rule cannot begin in the past."))
    if valid_to is not None and valid_to <= valid_from:
        raise DomainError("rule_ends_early", _("A rule must end after it begins."))
    try:
        rules.check_spec(trigger, spec)
    except rules.SpecError as error:
        raise DomainError("rule_spec", _("The rule cannot be understood: %(why)s") % {"why": error}) from error
    earlier = RuleVersion.objects.filter(code=code)
    if earlier.exclude(trigger=trigger).exists():
        raise DomainError("rule_code_taken", _("This code belongs to a rule of another kind."))
    version = RuleVersion.objects.create(
        code=code,
        seq=(earlier.aggregate(newest=Max("seq"))["newest"] or 0) + 1,
        unit=Unit.HOURS.value,
        trigger=trigger.value,
        organization=organization,
        valid_from=valid_from,
        valid_to=valid_to,
        spec=spec,
        spec_sha256=rules.fingerprint(spec),
        basis=basis,
        published_by=actor,
        published_at=now,
    )
    member_services.record_audit(
        actor=actor,
        act="credits.publish_rule",
        object_type="rule_version",
        object_id=version.pk,
        now=now,
        code=code,
        seq=version.seq,
    )
    return version
