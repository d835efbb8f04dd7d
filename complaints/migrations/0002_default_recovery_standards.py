from django.db import migrations

# severity, minutes to acknowledge, minutes to put right
DEFAULTS = ((4, 60, 24 * 60), (3, 4 * 60, 2 * 24 * 60), (2, 24 * 60, 5 * 24 * 60), (1, 2 * 24 * 60, 10 * 24 * 60))


def add_defaults(apps, schema_editor):
    """Give a new installation promises to start from; what is there already stays."""
    standards = apps.get_model("complaints", "RecoveryStandard").objects
    for severity, acknowledge, resolve in DEFAULTS:
        standards.get_or_create(
            severity=severity, defaults={"acknowledge_minutes": acknowledge, "resolve_minutes": resolve}
        )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial")]
    operations = [migrations.RunPython(add_defaults, migrations.RunPython.noop)]
