import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0035_mail_in")]
    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=300, unique=True, verbose_name="mailbox")),
                ("uid_validity", models.BigIntegerField(default=0)),
                ("low_uid", models.BigIntegerField(default=1)),
                ("known_since", models.DateTimeField(verbose_name="known since")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                ("trouble", models.CharField(blank=True, default="", max_length=500, verbose_name="trouble")),
                ("trouble_since", models.DateTimeField(blank=True, null=True, verbose_name="since")),
            ],
            options={
                "verbose_name": "mailbox",
                "verbose_name_plural": "mailboxes",
            },
        ),
        migrations.CreateModel(
            name="Fetched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid_validity", models.BigIntegerField()),
                ("uid", models.BigIntegerField()),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fetched", to="complaints.mailbox"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mailbox", "uid_validity", "uid"), name="mail_fetched_once")
                ],
            },
        ),
    ]
