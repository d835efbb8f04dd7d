from django.db import migrations
from django.db.models import F


def since_filing(apps, schema_editor):
    """Say of open cases that came up before the moment was kept that they have been there since they were filed."""
    came_up = apps.get_model("complaints", "Case").objects.exclude(status="closed").filter(step__gt=0)
    came_up.filter(reached_tier_at__isnull=True).exclude(tier="front_line").update(reached_tier_at=F("filed_at"))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0009_drop_what_was_carried_over")]
    operations = [migrations.RunPython(since_filing, migrations.RunPython.noop)]
