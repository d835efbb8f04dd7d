import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0014_more_kinds_of_messages")]
    operations = [
        migrations.CreateModel(
            name="SettingChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "setting",
                    models.CharField(
                        choices=[
                            ("calendars", "Business calendars"),
                            ("standards", "Recovery standards"),
                            ("services", "Service standards"),
                            ("ladders", "Ladders"),
                            ("urgent", "Urgent rules"),
                            ("units", "Units"),
                            ("employees", "Employees"),
                            ("absences", "Absences"),
                        ],
                        max_length=12,
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=120)),
                ("is_new", models.BooleanField()),
                ("facts", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["setting", "key", "-id"], name="changes_of_setting")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="settingchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f881700fff29b87420551c06a3c5aa126fb1c74e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_21042",
                    table="complaints_settingchange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
