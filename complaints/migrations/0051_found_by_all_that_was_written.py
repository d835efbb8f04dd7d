import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0050_causes_and_hearings"),
    ]

    operations = [
        # Walks read thousands of documents one by one: as they are, and in their rows, up to the size of a page.
        migrations.RunSQL(
            "ALTER TABLE complaints_casetext SET (toast_tuple_target = 8160)",
            "ALTER TABLE complaints_casetext RESET (toast_tuple_target)",
        ),
        migrations.RemoveIndex(
            model_name="casetext",
            name="case_text_words",
        ),
        migrations.AddField(
            model_name="casetext",
            name="is_old",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Written before words had places; to be written anew."
            ),
        ),
        migrations.AddField(
            model_name="casetext",
            name="marks",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddIndex(
            model_name="casetext",
            index=django.contrib.postgres.indexes.GinIndex(fields=["document", "marks"], name="case_text_words"),
        ),
        migrations.AddIndex(
            model_name="casetext",
            index=models.Index(condition=models.Q(("is_old", True)), fields=["case"], name="case_text_old"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="case",
            trigger=pgtrigger.compiler.Trigger(
                name="marks_its_text",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.unit_id <> NEW.unit_id OR OLD.channel <> NEW.channel OR OLD.severity <> NEW.severity\nOR OLD.failure_type_id IS DISTINCT FROM NEW.failure_type_id OR (OLD.status = 'closed') <> (NEW.status = 'closed'))",
                    func="\nUPDATE complaints_casetext SET unit_id = NEW.unit_id, marks = array_remove(ARRAY[\n    'unit ' || NEW.unit_id, 'channel ' || NEW.channel, 'severity ' || NEW.severity, 'failure ' || NEW.failure_type_id,\n    CASE WHEN NEW.status = 'closed' THEN 'closed' ELSE 'open' END\n], NULL) WHERE case_id = NEW.id;\nRETURN NULL;\n",
                    hash="ef2860e0f2f8df16d5806ef08ac60d23c136a085",
                    operation='UPDATE OF "unit_id", "channel", "severity", "failure_type_id", "status"',
                    pgid="pgtrigger_marks_its_text_6b1a8",
                    table="complaints_case",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("asked", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                (
                    "employee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved search",
                "verbose_name_plural": "saved searches",
                "constraints": [models.UniqueConstraint(fields=("employee", "name"), name="search_saved_once")],
            },
        ),
        migrations.AddField(
            model_name="investigation",
            name="document",
            field=django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="investigation",
            index=django.contrib.postgres.indexes.GinIndex(fields=["document"], name="investigation_words"),
        ),
        migrations.AddIndex(
            model_name="investigation",
            index=models.Index(
                condition=models.Q(("document__isnull", True)), fields=["id"], name="investigation_unfound"
            ),
        ),
    ]
