from django.db import migrations

OLD = """
UPDATE complaints_casetext SET is_old = TRUE
WHERE case_id IN (SELECT case_id FROM complaints_attachment WHERE media_type = 'text/plain')
"""


class Migration(migrations.Migration):
    """What stands in the text files that are here already gets into the documents by the job that renews them."""

    dependencies = [("complaints", "0056_a_number_that_answered_stop")]
    operations = [migrations.RunSQL(OLD, migrations.RunSQL.noop)]
