"""Write what happened on an investigation and in a hearing."""

from __future__ import annotations

from datetime import datetime

from complaints.causes import search
from complaints.causes.models import CauseEntry, CorrectiveAction, Hearing, HearingEntry, HearingKind, Investigation
from complaints.common.actors import Actor
from complaints.staff.models import Employee


def record(
    investigation: Investigation,
    kind: str,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    action: CorrectiveAction | None = None,
) -> None:
    """Store one entry, in the transaction of what it tells, and let the investigation be found by what it says now."""
    CauseEntry.objects.create(
        investigation=investigation,
        action=action,
        kind=kind,
        at=at,
        actor_kind=by.kind,
        actor_name=by.name,
        text=text,
    )
    search.refresh(investigation)


def say(
    hearing: Hearing, kind: HearingKind, *, by: Employee | None, at: datetime, text: str, finding: str = ""
) -> HearingEntry:
    """Store what was said in a hearing; by nobody where it was passed on."""
    return HearingEntry.objects.create(
        hearing=hearing, kind=kind, at=at, by=by, by_name=by.name if by else "", text=text, finding=finding
    )
