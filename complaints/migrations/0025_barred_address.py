from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0024_message_fates")]
    operations = [
        migrations.CreateModel(
            name="BarredAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=254, unique=True, verbose_name="e-mail address")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("bounced", "Mail to it comes back"),
                            ("unwanted", "Our mail was reported as unwanted"),
                        ],
                        max_length=10,
                        verbose_name="why",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="reason")),
                ("since", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "barred address",
                "verbose_name_plural": "barred addresses",
            },
        ),
    ]
