from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.causes import records, states
from complaints.causes.counting import start_of
from complaints.causes.models import CorrectiveAction
from complaints.causes.states import ActionMove
from complaints.common.errors import CausesNotYours, Invalid
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may, require

LATEST: Final = timedelta(days=366)
"""How far ahead an action may take effect."""


@transaction.atomic
def finish_action(pk: int, *, evidence: str, effect_on: date, by: Employee, at: datetime) -> CorrectiveAction:
    """Say that an action is done and what shows it; from `effect_on` on its effect is observed, day after day.

    By its owner or an analyst; days are those of the unit. Locks the action. Raises NotFound, NotPermitted,
    CauseMovedOn, Invalid.
    """
    action = causes.lock_action(pk, by=by)
    if action.owner_id != by.pk and not may(by, Permission.INVESTIGATE):
        raise CausesNotYours
    states.apply(action, ActionMove.FINISH)
    evidence = written(evidence, field="evidence")
    zone = ZoneInfo(action.unit.time_zone)
    if not action.planned_at.astimezone(zone).date() <= effect_on <= at.astimezone(zone).date() + LATEST:
        sentence = _("It takes effect between the day it was planned and a year from now.")
        raise Invalid(field="effect_on", sentence=sentence)
    action.evidence, action.effect_on, action.done_at = evidence, effect_on, at
    action.observed_until = start_of(effect_on + timedelta(days=action.window_days), action.unit)
    action.look_at = start_of(effect_on + timedelta(days=1), action.unit)
    action.proof, action.measured_at, action.step = {}, None, 0
    action.save()
    records.record(action.investigation, "done", by=by.actor, at=at, action=action, text=evidence)
    news = gettext_lazy("A corrective action is done; its effect is being observed")
    if action.planned_by_id != by.pk:
        causes.tell_of_action(action.planned_by, action, news=news, occasion=f"done {at.isoformat()}", at=at)
    return action


@transaction.atomic
def drop_action(pk: int, *, reason: str, by: Employee, at: datetime) -> CorrectiveAction:
    """Give a planned action up, and say why. Locks the action. Raises NotFound, NotPermitted, CauseMovedOn, Invalid."""
    action = causes.lock_action(pk, by=by)
    require(by, Permission.INVESTIGATE, CausesNotYours)
    states.apply(action, ActionMove.DROP)
    reason = written(reason, field="reason")
    action.look_at = None
    action.save(update_fields=["state", "look_at"])
    records.record(action.investigation, "dropped", by=by.actor, at=at, action=action, text=reason)
    return action
