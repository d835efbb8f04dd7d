from django.db import migrations
from django.db.models import F


def nothing_is_to_be_done(apps, schema_editor):
    """Take the deadlines that are open now for reckoned with the calendars and zones of now."""
    apps.get_model("complaints", "BusinessCalendar").objects.update(reckoned_revision=F("revision"))
    apps.get_model("complaints", "Unit").objects.update(reckoned_zone=F("time_zone"))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0016_reckoned_with")]
    operations = [migrations.RunPython(nothing_is_to_be_done, migrations.RunPython.noop)]
