from django.db import migrations


class Migration(migrations.Migration):
    """Have every complaint looked at again: answered in time, given money, and by which kind of complainer."""

    dependencies = [("complaints", "0057_worth_as_authorised")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO complaints_changedcase (case_id) SELECT id FROM complaints_case ORDER BY id",
            migrations.RunSQL.noop,
        ),
    ]
