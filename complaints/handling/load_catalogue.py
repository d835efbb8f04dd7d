from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language

from complaints.handling import keeping
from complaints.staff import changes
from complaints.staff.models import Employee, Setting
from complaints.standards.models import FailureType
from complaints.standards.ready_catalogues import ReadyArea, ReadyFailure, ready_catalogue


@dataclass(slots=True)
class Loaded:
    """How much of a catalogue that ships was added, and how much was there and left as it is."""

    areas: int = 0
    failures: int = 0
    left: int = 0


@transaction.atomic
def load_catalogue(line: str, *, by: Employee, at: datetime) -> Loaded:
    """Add what a catalogue that ships has and this house has not, with touchpoints in the language that is active.

    What is there stays as it is, under whatever name: what was loaded before is known by its origin, and what the
    house has itself by its name, and counts from then on as loaded. Locks the settings. Raises NotPermitted, NotFound.
    """
    keeping.begin(by, Setting.FAILURE)
    catalogue, loaded = ready_catalogue(line), Loaded()
    known = {one.origin: one for one in FailureType.objects.filter(origin__in=catalogue.origins)}
    for ready in catalogue.areas:
        _load_area(ready, catalogue.line, known, loaded, by=by, at=at)
    return loaded


def _load_area(
    ready: ReadyArea, line: str, known: dict[str, FailureType], loaded: Loaded, *, by: Employee, at: datetime
) -> None:
    area = known.get(ready.origin) or _adopted(
        ready.origin, FailureType.objects.filter(parent=None, line=line, name=ready.name)
    )
    is_new = area is None
    if area is None:
        area = FailureType.objects.create(origin=ready.origin, name=ready.name, name_zh=ready.name_zh, line=line)
    loaded.areas += is_new
    area = area.parent or area  # an area that the house has made a failure of another area
    there = {one.name: one for one in area.kinds.all()}
    missing = [one for one in ready.failures if one.origin not in known and one.name not in there]
    for one in ready.failures:
        if one.name in there:
            _adopted(one.origin, area.kinds.filter(name=one.name))
    FailureType.objects.bulk_create(_made(one, area) for one in missing)
    loaded.failures += len(missing)
    loaded.left += len(ready.failures) - len(missing) + (not is_new)
    if is_new or missing:
        before = {} if is_new else {"failures": ""}
        after = {"failures": "\n".join(one.name for one in missing)}
        changes.note(Setting.FAILURE, area.pk, name=area.name, before=before, after=after, by=by, at=at)


def _adopted(origin: str, rows: QuerySet[FailureType]) -> FailureType | None:
    """What the house has itself in this place, from then on known as loaded; None where there is nothing of its own."""
    found = rows.filter(origin="").first()
    if found is not None and not FailureType.objects.filter(origin=origin).exists():
        found.origin = origin
        found.save(update_fields=["origin"])
    return found


def _made(ready: ReadyFailure, area: FailureType) -> FailureType:
    in_chinese = (get_language() or "").startswith("zh")
    return FailureType(
        origin=ready.origin,
        parent=area,
        name=ready.name,
        name_zh=ready.name_zh,
        touchpoint=ready.touchpoint_zh if in_chinese else ready.touchpoint,
        severity=ready.severity,
        is_active=area.is_active,
    )
