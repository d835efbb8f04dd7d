from datetime import timedelta

from django.db import migrations
from django.utils import timezone

STEPS = (
    (0, "Front line", "front_line", None),
    (1, "Manager", "manager", 2 * 24 * 60),
    (2, "VP", "vp", 3 * 24 * 60),
)
REMINDERS = [
    {"share": 50, "to": "responsible"},
    {"share": 80, "to": "responsible"},
    {"share": 80, "to": "superior"},
]
NAMES = {1: "Low", 2: "Medium", 3: "High", 4: "Critical"}


def carry_over(apps, schema_editor):
    """Make the promises of each severity a first version, and of the sum of pauses one pause of the same length.

    All clocks ran in calendar time until now: there the place of a pause does not matter, only how long it was.
    """
    version, target = apps.get_model("complaints", "StandardVersion"), apps.get_model("complaints", "Target")
    for standard in apps.get_model("complaints", "RecoveryStandard").objects.filter(versions=None):
        standard.name = standard.name or NAMES.get(standard.severity, "Standard")
        standard.save(update_fields=["name"])
        first = version.objects.create(standard=standard, number=1, made_at=timezone.now())
        target.objects.create(
            version=first, kind="acknowledge", minutes=standard.acknowledge_minutes, reminders=REMINDERS
        )
        target.objects.create(version=first, kind="resolve", minutes=standard.resolve_minutes, reminders=REMINDERS)
    for clock in (
        apps.get_model("complaints", "Clock").objects.filter(paused_for__gt=timedelta(0), pauses=[]).iterator()
    ):
        clock.pauses = [[clock.started_at.isoformat(), (clock.started_at + clock.paused_for).isoformat()]]
        clock.save(update_fields=["pauses"])


def add_ladder(apps, schema_editor):
    """Give every unit without a ladder of its own the usual one: front line, manager, VP."""
    steps = apps.get_model("complaints", "LadderStep").objects
    for position, name, tier, minutes in STEPS:
        steps.get_or_create(unit=None, position=position, defaults={"name": name, "tier": tier, "minutes": minutes})


def step_of_tier(apps, schema_editor):
    """Let every case stand on the step of the tier it is on."""
    for position, _name, tier, _minutes in STEPS:
        apps.get_model("complaints", "Case").objects.filter(tier=tier).exclude(step=position).update(step=position)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0007_standards_ladder_and_clocks_as_data")]
    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RunPython(add_ladder, migrations.RunPython.noop),
        migrations.RunPython(step_of_tier, migrations.RunPython.noop),
    ]
