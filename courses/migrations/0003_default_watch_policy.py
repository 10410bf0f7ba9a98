from datetime import UTC, datetime

from django.db import migrations


def insert_default_policy(apps, schema_editor):
    """The rules of watching that hold everywhere until an organization makes its own.

    Written out, and not left to the model's defaults: what a migrated site starts with must not change with them.
    """
    policy = apps.get_model("courses", "WatchPolicy")
    if policy.objects.filter(organization__isnull=True).exists():
        return
    policy.objects.create(
        organization=None,
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        completion_permille=950,
        tail_ms=10_000,
        max_rate_permille=1500,
        silence_ms=45_000,
        outage_session_ms=600_000,
        outage_day_ms=1_800_000,
    )


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_watch_batches_append_only")]

    operations = [migrations.RunPython(insert_default_policy, migrations.RunPython.noop)]
