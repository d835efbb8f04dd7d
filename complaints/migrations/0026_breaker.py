from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0025_barred_address")]
    operations = [
        migrations.CreateModel(
            name="Breaker",
            fields=[
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                        verbose_name="channel",
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unreachable", "The mail server cannot be reached"),
                            ("timed_out", "The mail server does not answer in time"),
                            ("sign_in", "The mail server does not let us in"),
                            ("too_many", "The mail server takes no more for now"),
                            ("not_now", "Not taken for now"),
                            ("refused", "Refused for good"),
                            ("no_mailbox", "There is no such mailbox"),
                            ("unsendable", "It cannot be sent as it is"),
                            ("broken", "Its words could not be put together"),
                            ("came_back", "It came back"),
                            ("no_address", "No e-mail address is on file."),
                            ("barred", "Mail to this address came back, or was not wanted."),
                            ("folded", "Too many in an hour: told in a summary."),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="trouble",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="reason")),
                ("open_since", models.DateTimeField(blank=True, null=True, verbose_name="nothing is tried since")),
                ("probe_at", models.DateTimeField(blank=True, null=True, verbose_name="next tried at")),
            ],
            options={
                "verbose_name": "channel",
                "verbose_name_plural": "channels",
            },
        ),
        migrations.AddConstraint(
            model_name="breaker",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("open_since__isnull", True), ("probe_at__isnull", True)),
                    models.Q(("open_since__isnull", False), ("probe_at__isnull", False)),
                    _connector="OR",
                ),
                name="open_breaker_is_probed",
            ),
        ),
    ]
