"""The rules that hold everywhere until an organization publishes its own; `basis` says where each comes from."""

import hashlib
import json
from datetime import datetime, timezone

from django.db import migrations

# 2000-01-01 00:00 in Shanghai: before any fact.
SINCE = datetime(1999, 12, 31, 16, 0, tzinfo=timezone.utc)
DAILY = [{"group": "online", "window": "day", "limit": 1000}]
YUNNAN = "云南省干部网络培训学时标准（ynsgbzx.cn/page.aspx?id=1410）"
RULES = [
    # Film of 15 minutes or less 0.25, less than 30 minutes 0.5, from 30 minutes 1; at most 10 hours a day.
    (
        "lecture-hours",
        "lecture_completed",
        {
            "kind": "by_length",
            "tiers": [
                {"below_ms": 900_001, "amount": 25},
                {"below_ms": 1_800_000, "amount": 50},
                {"below_ms": None, "amount": 100},
            ],
            "caps": DAILY,
        },
        YUNNAN,
    ),
    ("exam-hours", "exam_passed", {"kind": "fixed", "amount": 50, "caps": DAILY}, YUNNAN),
    # 32 hours a year for Party members.
    (
        "year-target",
        "year_target",
        {"kind": "targets", "targets": {"full_member": 3200, "probationary_member": 3200}},
        "2019—2023年全国党员教育培训工作规划（党员每年一般不少于32学时）",
    ),
    # Ranking persons by hours is off unless an organization decides otherwise.
    (
        "ranking",
        "ranking",
        {"kind": "ranking", "individual": False},
        "政务移动互联网应用程序规范化管理办法",
    ),
]


def spec_sha256(spec):
    """As credits.rules.fingerprint spelled it when this migration was written."""
    spelled = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelled.encode("utf-8")).hexdigest()


def lay_rules(apps, schema_editor):
    version = apps.get_model("credits", "RuleVersion")
    version.objects.bulk_create(
        [version(
            code=code,
            seq=1,
            unit="hours",
            trigger=trigger,
            valid_from=SINCE,
            spec=spec,
            spec_sha256=spec_sha256(spec),
            basis=basis,
            published_at=SINCE,
        )
        for code, trigger, spec, basis in RULES],
        ignore_conflicts=True,  # backwards the rows stay, so forwards again they are there
    )


class Migration(migrations.Migration):
    dependencies = [("credits", "0002_ledger_append_only")]

    # Backwards the rows stay: they cannot be deleted, and disappear with their table.
    operations = [migrations.RunPython(lay_rules, migrations.RunPython.noop)]
