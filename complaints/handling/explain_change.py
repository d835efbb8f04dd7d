from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.causes import records, states
from complaints.causes.models import CorrectiveAction, SettingReason
from complaints.causes.states import ActionMove
from complaints.common.errors import CausesNotYours, Invalid
from complaints.handling import causes
from complaints.staff.models import Employee, Setting, SettingChange
from complaints.staff.permissions import Permission, may

EXPLAINED: Final = frozenset(Setting) - {
    Setting.EMPLOYEE,
    Setting.ABSENCE,
    Setting.RATE,
    Setting.LANGUAGE,
    Setting.ENDPOINT,
}
"""What can be changed so that a cause does not come again."""


def changes_to_explain(action: CorrectiveAction, *, limit: int = 20) -> list[SettingChange]:
    """Changes of standards and the like since an action was planned that name no reason yet, newest first."""
    known = SettingReason.objects.filter(change__at__gte=action.planned_at).values("change")
    rows = SettingChange.objects.filter(setting__in=EXPLAINED, at__gte=action.planned_at).exclude(pk__in=known)
    return list(rows.order_by("-pk")[:limit])


@transaction.atomic
def explain_change(pk: int, *, change: int, by: Employee, at: datetime) -> CorrectiveAction:
    """Say that a setting was changed because of an action: the log of the setting leads back to it from then on.

    By its owner or an analyst. Locks the action. Raises NotFound, NotPermitted, CauseMovedOn, and Invalid for a change
    that is older, or was made for another reason.
    """
    action = causes.lock_action(pk, by=by)
    if action.owner_id != by.pk and not may(by, Permission.INVESTIGATE):
        raise CausesNotYours
    states.apply(action, ActionMove.EXPLAIN)
    made = SettingChange.objects.filter(pk=change, setting__in=EXPLAINED, at__gte=action.planned_at).first()
    if made is None or SettingReason.objects.filter(change=made).exists():
        raise Invalid(
            field="change", sentence=_("Please choose a change that was made since, and for no other reason.")
        )
    SettingReason.objects.create(change=made, action=action, by=by, at=at)
    records.record(action.investigation, "explained", by=by.actor, at=at, action=action, text=str(made))
    return action
