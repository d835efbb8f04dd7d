import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0049_causes")]

    operations = [
        migrations.CreateModel(
            name="Hearing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for their side"),
                            ("heard", "Heard"),
                            ("found", "Finding made"),
                            ("appealed", "Appealed"),
                            ("final", "Decided on appeal"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "The allegation is upheld"),
                            ("not_upheld", "The allegation is not upheld"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("found_at", models.DateTimeField(blank=True, null=True)),
                ("appeal_by", models.DateTimeField(blank=True, null=True)),
                ("appealed_at", models.DateTimeField(blank=True, null=True)),
                ("look_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accused",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "appeal_decider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "found_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "investigator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HearingEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("alleged", "Alleged"),
                            ("stated", "Statement of the employee"),
                            ("found", "Finding"),
                            ("appealed", "Appeal"),
                            ("decided", "Decision on the appeal"),
                            ("passed_on", "Passed on, to be decided by"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(blank=True, default="", max_length=120)),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "The allegation is upheld"),
                            ("not_upheld", "The allegation is not upheld"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("text", models.TextField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hearing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="complaints.hearing"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="hearing",
            name="investigation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.investigation"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="hearingentry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="af1f0cc1cf2ce4b93e0b4bd004133474ce9aadb7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_95eb8",
                    table="complaints_hearingentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="hearing",
            index=models.Index(
                condition=models.Q(("look_at__isnull", False)), fields=["look_at"], name="hearing_to_look_at"
            ),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.UniqueConstraint(fields=("investigation", "accused"), name="one_hearing_for_one_matter"),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "heard", "found", "appealed", "final"])),
                name="hearing_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("found_at__isnull", True),
                    ("heard_at__isnull", False),
                    ("found_at__gte", models.F("answer_by")),
                    _connector="OR",
                ),
                name="heard_before_found",
            ),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finding", ""), ("found_at__isnull", True), ("state__in", ["asked", "heard"])),
                    models.Q(
                        ("appeal_by__isnull", False),
                        ("found_at__isnull", False),
                        ("found_by__isnull", False),
                        ("state__in", ["found", "appealed", "final"]),
                        models.Q(("finding", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="finding_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("appealed_at__isnull", True), ("appealed_at__lte", models.F("appeal_by")), _connector="OR"
                ),
                name="appealed_in_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("appealed_at__isnull", True), ("state__in", ["asked", "heard", "found"])),
                    models.Q(
                        ("appeal_decider__isnull", False),
                        ("appealed_at__isnull", False),
                        ("state__in", ["appealed", "final"]),
                    ),
                    _connector="OR",
                ),
                name="appeal_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accused", models.F("decider")), _negated=True),
                    models.Q(("accused", models.F("investigator")), _negated=True),
                    models.Q(
                        ("found_by__isnull", True),
                        models.Q(("accused", models.F("found_by")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="nobody_judges_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("appeal_decider__isnull", True),
                    models.Q(
                        models.Q(("appeal_decider", models.F("accused")), _negated=True),
                        models.Q(("appeal_decider", models.F("found_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appeal_goes_to_another",
            ),
        ),
    ]
