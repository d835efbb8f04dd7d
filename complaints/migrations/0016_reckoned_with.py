from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0015_setting_change")]
    operations = [
        migrations.AddField(
            model_name="businesscalendar",
            name="reckoned_revision",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="unit",
            name="reckoned_zone",
            field=models.CharField(default="UTC", editable=False, max_length=40),
        ),
    ]
