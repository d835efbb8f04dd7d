import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0004_closed_by_responsible")]
    operations = [
        migrations.AddField(
            "message",
            "facts",
            models.JSONField(
                verbose_name="facts", default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
            ),
        ),
        migrations.AlterField(
            "message", "subject", models.CharField(verbose_name="subject", max_length=250, blank=True, default="")
        ),
        migrations.AlterField("message", "body_text", models.TextField(verbose_name="text", blank=True, default="")),
    ]
