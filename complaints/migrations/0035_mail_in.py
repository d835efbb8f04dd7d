import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0034_what_remedies_did")]
    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[("imap", "Mailbox"), ("provider", "Mail provider"), ("pipe", "Mail server")],
                        max_length=10,
                        verbose_name="way in",
                    ),
                ),
                ("identity", models.CharField(editable=False, max_length=64, unique=True)),
                ("raw", models.BinaryField(verbose_name="original")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("envelope_sender", models.CharField(blank=True, max_length=254, null=True)),
                ("envelope_recipient", models.CharField(blank=True, default="", max_length=254)),
                ("is_old", models.BooleanField(default=False)),
                ("is_cut", models.BooleanField(default=False, help_text="Only its headers are kept.")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "look_again_at",
                    models.DateTimeField(help_text="When the round takes it up, after a crash or a failure."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("seen", "Not looked at yet"), ("taken", "Taken"), ("aside", "Set aside")],
                        default="seen",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("automatic", "It was sent by a program, such as an out-of-office answer"),
                            ("bulk", "It was sent to many at once"),
                            ("null_sender", "It comes from nobody who could be answered"),
                            ("report", "It reports on the delivery of another mail"),
                            ("own", "It comes from one of our own addresses"),
                            ("colleague", "A colleague wrote it"),
                            ("too_many", "Its sender has sent too many in a day"),
                            ("no_sender", "It names no sender"),
                            ("empty", "It says nothing"),
                            ("too_large", "It is too large"),
                            ("old", "It was in the mailbox before we looked there"),
                            ("broken", "It could not be read"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="note")),
                ("sorted_at", models.DateTimeField(blank=True, null=True, verbose_name="looked at")),
                ("message_id", models.CharField(blank=True, default="", max_length=202, verbose_name="Message-ID")),
                ("sender", models.CharField(blank=True, default="", max_length=256, verbose_name="from")),
                ("sender_name", models.CharField(blank=True, default="", max_length=160, verbose_name="name")),
                ("subject", models.CharField(blank=True, default="", max_length=250, verbose_name="subject")),
                ("said", models.TextField(blank=True, default="", verbose_name="text")),
                ("quoted", models.TextField(blank=True, default="", verbose_name="history")),
                ("files", models.JSONField(default=list, help_text="Their names.", verbose_name="files")),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to="complaints.case",
                        verbose_name="complaint",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="complaints.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mail in",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "seen")), fields=["look_again_at", "id"], name="mail_to_sort"
                    ),
                    models.Index(fields=["sender", "received_at"], name="mail_of_sender"),
                    models.Index(fields=["unit", "-id"], name="mail_by_unit"),
                    models.Index(
                        condition=models.Q(("state", "aside")), fields=["unit", "-id"], name="mail_aside_by_unit"
                    ),
                    models.Index(condition=models.Q(("state", "aside")), fields=["-id"], name="mail_aside"),
                    models.Index(fields=["source", "received_at"], name="mail_by_source"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "aside"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="mail_aside_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("state", "taken")),
                            models.Q(models.Q(("state", "taken"), _negated=True), ("case__isnull", True)),
                            _connector="OR",
                        ),
                        name="mail_taken_has_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sorted_at__isnull", True), ("state", "seen")),
                            models.Q(models.Q(("state", "seen"), _negated=True), ("sorted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="mail_sorted_has_moment",
                    ),
                ],
            },
        ),
    ]
