from django.db import migrations

from lms.common.append_only import AppendOnly


class Migration(migrations.Migration):
    """What was asked, what was right, what was answered and what it earned is never changed afterwards."""

    dependencies = [("exams", "0001_initial")]

    operations = [
        AppendOnly("exams_questionversion"),
        AppendOnly("exams_answerkey"),
        AppendOnly("exams_answerevent"),
        AppendOnly("exams_scorerun"),
    ]
