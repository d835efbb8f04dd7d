from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.staff.models import Employee, Setting
from complaints.standards.models import RecoveryStandard, StandardVersion, Target
from complaints.standards.queries import calendars_by_name
from complaints.standards.sheets import StandardSheet, TargetLine
from complaints.standards.written_times import read_plan


@transaction.atomic
def keep_standard(
    pk: int | None, *, sheet: StandardSheet, by: Employee, at: datetime, seen: str | None = None
) -> RecoveryStandard:
    """Write a recovery standard anew, or add one without `pk`; other targets make a new version.

    Complaints keep the version they were promised. Locks the settings, then the standard. Raises NotPermitted,
    NotFound, ChangedMeanwhile, Invalid; also for the conditions of another standard in force.
    """
    keeping.begin(by)
    found = keeping.locked(RecoveryStandard.objects.all(), pk)
    now = StandardSheet.of_standard(found) if found else None
    standard = found or RecoveryStandard()
    if not keeping.is_news(sheet, now=now, seen=seen):
        return standard
    before = keeping.words(now, standard) if now else {}
    targets = _targets(sheet.targets)
    sheet.write_on(standard)
    keeping.store(standard)
    if now is None or now.targets != sheet.targets:
        _promise(standard, targets, by=by, at=at)
    keeping.note(Setting.STANDARD, standard, before, sheet, by=by, at=at)
    return standard


def _targets(lines: Sequence[TargetLine]) -> list[Target]:
    """The targets, not yet of any version; raises Invalid where they promise nothing, or one thing twice."""
    if not lines:
        raise Invalid(field="targets", sentence=_("A standard has at least one deadline."))
    if len({(line.kind, line.label) for line in lines}) < len(lines):
        raise Invalid(field="targets", sentence=_("Two deadlines are for the same; give one of them a name."))
    calendars = calendars_by_name(line.calendar for line in lines)
    targets = [
        Target(
            kind=line.kind,
            label=line.label,
            minutes=line.minutes,
            calendar=calendars[line.calendar] if line.calendar else None,
            reminders=read_plan(line.reminders),
        )
        for line in lines
    ]
    for target in targets:
        keeping.check(target, but=["version"])
    return targets


def _promise(standard: RecoveryStandard, targets: Sequence[Target], *, by: Employee, at: datetime) -> None:
    """Let a new version take over from the one before."""
    earlier = StandardVersion.objects.filter(standard=standard)
    number = 1 + max(earlier.values_list("number", flat=True), default=0)
    earlier.filter(is_current=True).update(is_current=False)
    version = StandardVersion.objects.create(standard=standard, number=number, made_at=at, made_by=by.name)
    for target in targets:
        target.version = version
    Target.objects.bulk_create(targets)
