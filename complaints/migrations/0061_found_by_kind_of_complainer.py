import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

MARK = """
UPDATE complaints_casetext AS text SET marks = marks || ARRAY['complainer ' || told.complainer]
FROM complaints_case AS told WHERE told.id = text.case_id AND told.complainer <> ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0060_counted_by_month"),
    ]

    operations = [
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
        pgtrigger.migrations.RemoveTrigger(
            model_name="case",
            name="marks_its_text",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="case",
            trigger=pgtrigger.compiler.Trigger(
                name="marks_its_text",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.unit_id <> NEW.unit_id OR OLD.channel <> NEW.channel OR OLD.severity <> NEW.severity\nOR OLD.failure_type_id IS DISTINCT FROM NEW.failure_type_id OR (OLD.status = 'closed') <> (NEW.status = 'closed')\nOR OLD.complainer <> NEW.complainer)",
                    func="\nUPDATE complaints_casetext SET unit_id = NEW.unit_id, marks = array_remove(ARRAY[\n    'unit ' || NEW.unit_id, 'channel ' || NEW.channel, 'severity ' || NEW.severity, 'failure ' || NEW.failure_type_id,\n    'complainer ' || NULLIF(NEW.complainer, ''), CASE WHEN NEW.status = 'closed' THEN 'closed' ELSE 'open' END\n], NULL) WHERE case_id = NEW.id;\nRETURN NULL;\n",
                    hash="c3d63d6430053ce70d6f56daa5e6d8bd41531db9",
                    operation='UPDATE OF "unit_id", "channel", "severity", "failure_type_id", "status", "complainer"',
                    pgid="pgtrigger_marks_its_text_6b1a8",
                    table="complaints_case",
                    when="AFTER",
                ),
            ),
        ),
    ]
