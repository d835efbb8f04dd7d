import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0036_mailbox")]
    operations = [
        migrations.CreateModel(
            name="Tally",
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
                ("day", models.DateField(verbose_name="day")),
                ("seen", models.PositiveIntegerField(default=0, verbose_name="seen")),
                ("taken", models.PositiveIntegerField(default=0, verbose_name="taken")),
                ("aside", models.PositiveIntegerField(default=0, verbose_name="set aside")),
                ("repeated", models.PositiveIntegerField(default=0, verbose_name="came again")),
                ("wrong_since", models.DateTimeField(blank=True, null=True, verbose_name="does not add up since")),
            ],
            options={
                "verbose_name": "mails of a day",
                "verbose_name_plural": "mails of a day",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "source"), name="one_tally_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "seen__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("taken"), "+", models.F("aside")
                                ),
                            )
                        ),
                        name="tally_loses_nothing",
                    ),
                ],
            },
        ),
    ]
