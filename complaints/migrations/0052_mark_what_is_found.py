from django.db import migrations

MARKS = """
UPDATE complaints_casetext AS told SET is_old = TRUE, marks = array_remove(ARRAY[
    'unit ' || found.unit_id, 'channel ' || found.channel, 'severity ' || found.severity,
    'failure ' || found.failure_type_id, CASE WHEN found.status = 'closed' THEN 'closed' ELSE 'open' END
], NULL)
FROM complaints_case AS found WHERE found.id = told.case_id
"""


class Migration(migrations.Migration):
    """Words of documents that are here already get their places from a job, some hundreds at a time."""

    dependencies = [("complaints", "0051_found_by_all_that_was_written")]
    operations = [migrations.RunSQL(MARKS, migrations.RunSQL.noop)]
