from django.db import migrations


class Migration(migrations.Migration):
    """Have every complaint that was not imported looked at again: whether it was answered in time, and given money."""

    dependencies = [("complaints", "0056_a_number_that_answered_stop")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO complaints_changedcase (case_id)"
            " SELECT c.id FROM complaints_case c"
            " WHERE NOT EXISTS (SELECT FROM complaints_sourcerecord s WHERE s.case_id = c.id) ORDER BY c.id",
            migrations.RunSQL.noop,
        ),
    ]
