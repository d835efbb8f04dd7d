from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from complaints.cases import lifecycle
from complaints.common.errors import Invalid
from complaints.escalation.ladder import TIERS
from complaints.escalation.models import LadderStep
from complaints.escalation.sheets import LadderSheet, StepLine
from complaints.escalation.standing import governed_by, own_steps, positions_after, steps_for
from complaints.handling import keeping
from complaints.staff import changes
from complaints.staff.models import Employee, Setting, Tier, Unit
from complaints.standards.queries import calendars_by_name

BEYOND: Final = 10_000
"""Higher than any ladder."""


@transaction.atomic
def keep_ladder(
    unit_id: int | None, *, sheet: LadderSheet, by: Employee, at: datetime, seen: str | None = None
) -> list[LadderStep]:
    """Write the ladder of a unit anew, None for the whole organisation; without steps a unit takes those above it.

    Open complaints stay with whom they are: they follow their step to its new place, or go on from the same tier.
    Deadlines that run already stay as they were given. Locks the settings, then the open complaints that move, in
    the order of their ids. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    unit = _unit(unit_id)
    mine = own_steps(unit)
    now = LadderSheet.of_steps(mine)
    if not keeping.is_news(sheet, now=now, seen=seen):
        return mine
    _check(sheet.steps, of=unit)
    units, before = governed_by(unit), steps_for(unit)
    _store(sheet.steps, mine, unit=unit)
    lifecycle.restand(units, positions_after(before, steps_for(unit)))
    name = unit.name if unit else _("Whole organisation")
    told = {"steps": "\n".join(map(str, now.steps))} if mine else {}
    after = {"steps": "\n".join(map(str, sheet.steps))}
    changes.note(Setting.LADDER, unit_id or 0, name=name, before=told, after=after, by=by, at=at)
    return own_steps(unit)


def _unit(unit_id: int | None) -> Unit | None:
    return keeping.found(Unit.objects.all(), unit_id)


def _check(steps: Sequence[StepLine], *, of: Unit | None) -> None:
    if not steps:
        if of is None:
            raise Invalid(field="steps", sentence=_("The ladder of the whole organisation needs steps."))
        return
    tiers = [TIERS.index(Tier(step.tier)) if step.tier else len(TIERS) for step in steps]
    if steps[0].tier != Tier.FRONT_LINE:
        raise Invalid(field="steps", sentence=_("A ladder begins with the front line."))
    if tiers != sorted(tiers):
        raise Invalid(field="steps", sentence=_("A step stands above one of a higher tier; outside comes last."))
    if any(bool(step.tier) == bool(step.contact) for step in steps):
        raise Invalid(field="steps", sentence=_("Say for a step outside, and only there, how customers reach it."))


def _store(lines: Sequence[StepLine], stored: Sequence[LadderStep], *, unit: Unit | None) -> None:
    """Write the steps in their order; one that was there keeps its row."""
    calendars = calendars_by_name(line.calendar for line in lines)
    before = {step.pk: step for step in stored}
    LadderStep.objects.filter(pk__in=before.keys() - {line.key for line in lines}).delete()
    # out of the way first: no two steps of a unit may stand on one position, not even for a moment
    LadderStep.objects.filter(unit=unit).update(position=F("position") + BEYOND)
    for position, line in enumerate(lines):
        step = before.get(line.key or 0) or LadderStep(unit=unit)
        step.position, step.name, step.tier = position, line.name, line.tier
        step.contact, step.minutes = line.contact, line.minutes
        step.calendar = calendars[line.calendar] if line.calendar else None
        keeping.store(step)
