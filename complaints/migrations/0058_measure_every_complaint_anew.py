from django.db import migrations


class Migration(migrations.Migration):
    """Have every complaint looked at again: answered in time, given money, and by which kind of complainer."""

    dependencies = [("complaints", "0056_a_number_that_answered_stop")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO complaints_changedcase (case_id) SELECT id FROM complaints_case ORDER BY id",
            migrations.RunSQL.noop,
        ),
    ]
