from django.db import migrations

from lms.common.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [AppendOnly("members_auditentry")]
