import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0006_business_calendar"),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(verbose_name="from")),
                ("until", models.DateTimeField(verbose_name="until")),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ("-since",),
            },
        ),
        migrations.CreateModel(
            name="LadderStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[("front_line", "Front line"), ("manager", "Manager"), ("vp", "VP")],
                        default="",
                        max_length=10,
                        verbose_name="tier",
                    ),
                ),
                (
                    "contact",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Only for a step outside.",
                        verbose_name="how customers reach it",
                    ),
                ),
                (
                    "minutes",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="decides within (minutes)"),
                ),
            ],
            options={
                "verbose_name": "step of the ladder",
                "verbose_name_plural": "steps of the ladder",
                "ordering": ("unit__path", "position"),
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceStandard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160, unique=True, verbose_name="name")),
                ("promise", models.CharField(max_length=400, verbose_name="what is promised")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered when filing")),
            ],
            options={
                "verbose_name": "service standard",
                "verbose_name_plural": "service standards",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="StandardVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(blank=True, default="", max_length=160)),
                ("is_current", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("acknowledge", "Acknowledge"),
                            ("answer", "First answer"),
                            ("update", "Keep the customer informed"),
                            ("resolve", "Put right"),
                        ],
                        max_length=12,
                    ),
                ),
                ("label", models.CharField(blank=True, default="", max_length=80)),
                ("minutes", models.PositiveIntegerField(verbose_name="minutes")),
                ("reminders", models.JSONField(blank=True, default=list, verbose_name="reminders")),
            ],
        ),
        migrations.CreateModel(
            name="UrgentRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="One word or phrase a line, in any language.",
                        verbose_name="words",
                    ),
                ),
                (
                    "customer_group",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="customer group"),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[("front_line", "Front line"), ("manager", "Manager"), ("vp", "VP")],
                        default="manager",
                        max_length=10,
                        verbose_name="goes at once to",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
            ],
            options={
                "verbose_name": "urgent rule",
                "verbose_name_plural": "urgent rules",
                "ordering": ("name",),
            },
        ),
        migrations.AlterModelOptions(
            name="recoverystandard",
            options={
                "ordering": ("name",),
                "verbose_name": "recovery standard",
                "verbose_name_plural": "recovery standards",
            },
        ),
        migrations.RemoveConstraint(
            model_name="clock",
            name="one_live_clock_per_kind",
        ),
        migrations.RemoveConstraint(
            model_name="recoverystandard",
            name="acknowledged_before_resolved",
        ),
        migrations.AddField(
            model_name="businesscalendar",
            name="revision",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="case",
            name="reached_tier_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="on this tier since"),
        ),
        migrations.AddField(
            model_name="case",
            name="step",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="step of the ladder"),
        ),
        migrations.AddField(
            model_name="clock",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.businesscalendar",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="dropped",
            field=models.BooleanField(default=False, help_text="Ended without anybody having to meet it."),
        ),
        migrations.AddField(
            model_name="clock",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often the sweep failed on it."),
        ),
        migrations.AddField(
            model_name="clock",
            name="retry_at",
            field=models.DateTimeField(blank=True, help_text="Put off until then, after a failure.", null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="label",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="clock",
            name="missed_at",
            field=models.DateTimeField(blank=True, help_text="When its running out was acted on.", null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="pauses",
            field=models.JSONField(default=list, help_text="Pauses that have ended: pairs of moments in UTC."),
        ),
        migrations.AddField(
            model_name="clock",
            name="remind_at",
            field=models.DateTimeField(blank=True, help_text="When somebody is reminded next.", null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="reminders",
            field=models.JSONField(default=list, help_text="The plan of reminders; those that were given are marked."),
        ),
        migrations.AddField(
            model_name="customer",
            name="group",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="customer group"),
        ),
        migrations.AddField(
            model_name="recoverystandard",
            name="channel",
            field=models.CharField(blank=True, default="", max_length=12, verbose_name="channel"),
        ),
        migrations.AddField(
            model_name="recoverystandard",
            name="customer_group",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="customer group"),
        ),
        migrations.AddField(
            model_name="recoverystandard",
            name="failure_type",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.failuretype",
                verbose_name="failure type or area",
            ),
        ),
        migrations.AddField(
            model_name="recoverystandard",
            name="is_active",
            field=models.BooleanField(default=True, verbose_name="in force"),
        ),
        migrations.AddField(
            model_name="recoverystandard",
            name="name",
            field=models.CharField(default="", max_length=160, verbose_name="name"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="recoverystandard",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.unit",
                verbose_name="unit and what is below",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="due_at",
            field=models.DateTimeField(help_text="While it rests: as it would be without any further pause."),
        ),
        migrations.AlterField(
            model_name="clock",
            name="kind",
            field=models.CharField(
                choices=[
                    ("acknowledge", "Acknowledge"),
                    ("answer", "First answer"),
                    ("update", "Keep the customer informed"),
                    ("resolve", "Put right"),
                    ("tier", "Decide on this tier"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Complaint received"),
                    ("acknowledged", "Acknowledged by a person"),
                    ("written", "Message from us"),
                    ("question", "Question to the customer"),
                    ("escalated", "Moved to the next tier"),
                    ("resolution_proposed", "Resolution proposed"),
                    ("reopened", "Reopened"),
                    ("closed", "Closed"),
                    ("tracking_link", "Tracking link"),
                    ("route_outside", "The way outside"),
                    ("staff_assigned", "To staff: a complaint is yours"),
                    ("staff_alarm", "To staff: nobody has this complaint"),
                    ("staff_reminder", "To staff: a deadline draws near"),
                    ("staff_digest", "To staff: several deadlines draw near"),
                    ("staff_customer_answered", "To staff: the customer answered"),
                ],
                max_length=32,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="recoverystandard",
            name="severity",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(1, "Low"), (2, "Medium"), (3, "High"), (4, "Critical")],
                null=True,
                verbose_name="severity",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("ended_at__isnull", True), ("missed_at__isnull", True), ("paused_at__isnull", True)
                ),
                fields=["due_at", "id"],
                name="clock_running_out",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("ended_at__isnull", True), ("paused_at__isnull", True), ("remind_at__isnull", False)
                ),
                fields=["remind_at", "id"],
                name="clock_reminding",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("case", "kind", "label"),
                name="one_live_clock_per_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverystandard",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)),
                fields=("failure_type", "unit", "severity", "customer_group", "channel"),
                name="one_standard_for_the_same_cases",
                nulls_distinct=False,
                violation_error_message="Another standard in force names exactly the same cases.",
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="employee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="absences",
                to=settings.AUTH_USER_MODEL,
                verbose_name="employee",
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="stand_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="stand-in",
            ),
        ),
        migrations.AddField(
            model_name="ladderstep",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.businesscalendar",
                verbose_name="in business time of",
            ),
        ),
        migrations.AddField(
            model_name="ladderstep",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.unit",
                verbose_name="unit and what is below",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="clock",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="complaints.clock"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="recipient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="servicestandard",
            name="failure_type",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.failuretype",
                verbose_name="missed when this fails",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="service_standard",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.servicestandard",
                verbose_name="promise that was missed",
            ),
        ),
        migrations.AddField(
            model_name="standardversion",
            name="standard",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="complaints.recoverystandard"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="standard",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.standardversion",
                verbose_name="recovery standard",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.businesscalendar",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="complaints.standardversion"
            ),
        ),
        migrations.AddField(
            model_name="urgentrule",
            name="failure_type",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.failuretype",
                verbose_name="failure type or area",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))),
                name="absence_ends_after_it_begins",
                violation_error_message="An absence ends after it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("stand_in", models.F("employee")), _negated=True),
                name="nobody_stands_in_for_themselves",
                violation_error_message="Nobody stands in for themselves.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ladderstep",
            constraint=models.UniqueConstraint(
                fields=("unit", "position"), name="one_step_per_position", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="ladderstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("contact", ""), ("tier", ""), _negated=True),
                name="step_has_tier_or_contact",
                violation_error_message="Name a tier, or for a step outside say how customers reach it.",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("told_at__isnull", True)), fields=["recipient"], name="reminder_to_tell"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(fields=("clock", "entry"), name="reminded_once"),
        ),
        migrations.AddConstraint(
            model_name="standardversion",
            constraint=models.UniqueConstraint(fields=("standard", "number"), name="one_version_per_number"),
        ),
        migrations.AddConstraint(
            model_name="standardversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)), fields=("standard",), name="one_current_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("version", "kind", "label"), name="one_target_per_kind_and_label"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(condition=models.Q(("minutes__gt", 0)), name="target_takes_time"),
        ),
        migrations.AddConstraint(
            model_name="urgentrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("customer_group", ""), ("failure_type__isnull", True), ("words", ""), _negated=True
                ),
                name="urgent_rule_says_when",
                violation_error_message="Name words, a failure type or a customer group.",
            ),
        ),
    ]
