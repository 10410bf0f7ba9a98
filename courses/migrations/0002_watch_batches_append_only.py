from django.db import migrations

from lms.common.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial")]

    operations = [AppendOnly("courses_watchbatch"), AppendOnly("courses_watchpolicy")]
