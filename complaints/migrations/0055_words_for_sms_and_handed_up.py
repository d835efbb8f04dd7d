from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0048_measure_what_is_there"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="messagetext", name="text_has_words_or_ships"),
        migrations.AddField(
            model_name="messagetext",
            name="sms",
            field=models.CharField(blank=True, default="", max_length=1000, verbose_name="SMS"),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("html", ""), ("is_shipped", True), ("sms", ""), ("subject", ""), ("text", ""))
                | models.Q(
                    ("is_shipped", False),
                    models.Q(("subject", ""), _negated=True),
                    models.Q(("text", ""), _negated=True),
                ),
                name="text_has_words_or_ships",
            ),
        ),
    ]
