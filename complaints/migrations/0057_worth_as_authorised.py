import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0056_a_number_that_answered_stop"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="remedy",
            trigger=pgtrigger.compiler.Trigger(
                name="worth_as_authorised",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT (OLD."status" IN (\'awaiting\', \'proposed\')) AND (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."amount_currency" IS DISTINCT FROM (NEW."amount_currency") OR OLD."kind" IS DISTINCT FROM (NEW."kind")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="04c34e542d9457ef7e5ed5688e2850b087ce9de4",
                    operation="UPDATE",
                    pgid="pgtrigger_worth_as_authorised_b243f",
                    table="complaints_remedy",
                    when="BEFORE",
                ),
            ),
        ),
    ]
