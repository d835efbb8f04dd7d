from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0017_reckoned_so_far")]
    operations = [
        migrations.AddField(
            model_name="unit",
            name="is_active",
            field=models.BooleanField(
                default=True,
                help_text="A unit that is not in use any more keeps its complaints.",
                verbose_name="in use",
            ),
        ),
    ]
