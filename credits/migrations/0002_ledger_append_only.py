from django.db import migrations

from lms.common.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("credits", "0001_initial")]

    operations = [
        AppendOnly("credits_learningevent"),
        AppendOnly("credits_ruleversion"),
        AppendOnly("credits_decision"),
        AppendOnly("credits_ledgerentry"),
    ]
