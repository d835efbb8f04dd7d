"""Which recovery standard a case is promised: the most specific of those that fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch

from complaints.common.rulebook import InForce, Mark
from complaints.standards.models import (
    BusinessCalendar,
    ClockKind,
    FailureType,
    RecoveryStandard,
    Severity,
    StandardVersion,
    Target,
)

UNWRITTEN: Final = ((ClockKind.ACKNOWLEDGE, 24 * 60), (ClockKind.RESOLVE, 7 * 24 * 60))
"""What holds where no standard fits: minutes of calendar time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a standard is chosen by. `units` are the ids of the case's unit, last, and of those it stands in."""

    failure_type: FailureType | None
    units: Sequence[int]
    severity: Severity
    customer_group: str
    channel: str
    complainer: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """The targets a case is held to, and the version they come from; None where no standard fits."""

    version: StandardVersion | None
    targets: Sequence[Target]


def promise_for(case: Circumstances, edition: Mark | None) -> Promise:
    """The targets of the most specific standard in that edition of the rules; queries only for a new edition."""
    written = _WRITTEN.of(edition)
    fitting = [
        (specificity, promise)
        for level, kind in enumerate(_from_any_to_this(case.failure_type))
        for standard, promise in written.get(kind, ())
        if (specificity := _specificity(standard, case, level=level)) is not None
    ]
    if not fitting:
        return Promise(None, [Target(kind=kind, minutes=minutes) for kind, minutes in UNWRITTEN])
    return max(fitting, key=lambda found: found[0])[1]


def calendar_of(units: Sequence[int], edition: Mark | None) -> BusinessCalendar | None:
    """The business calendar of a unit: that of what it promises about anything; None where it keeps none.

    `units` are the ids of the unit, last, and of those it stands in. Queries only for a new edition.
    """
    anything = Circumstances(failure_type=None, units=units, severity=Severity.MEDIUM, customer_group="", channel="")
    kept = (target.calendar for target in promise_for(anything, edition).targets)
    return next((calendar for calendar in kept if calendar is not None and not calendar.is_calendar_time), None)


def _from_any_to_this(kind: FailureType | None) -> list[int | None]:
    """What a standard may name to fit a failure, the least specific first: nothing, its area, the failure itself."""
    if kind is None:
        return [None]
    return [None, kind.pk] if kind.parent_id is None else [None, kind.parent_id, kind.pk]


def _specificity(standard: RecoveryStandard, case: Circumstances, *, level: int) -> tuple[int, ...] | None:
    """How closely a standard describes a case whose failure it fits; no two are equal. None where it does not fit."""
    if standard.unit_id is not None and standard.unit_id not in case.units:
        return None
    for condition, fact in (
        (standard.severity, case.severity),
        (standard.complainer or None, case.complainer),
        (standard.customer_group or None, case.customer_group),
        (standard.channel or None, case.channel),
    ):
        if condition not in (None, fact):
            return None
    depth = 0 if standard.unit_id is None else 1 + case.units.index(standard.unit_id)
    named = (standard.complainer, standard.severity is not None, standard.customer_group, standard.channel)
    return (level, depth, *(int(bool(one)) for one in named))


def _read() -> dict[int | None, list[tuple[RecoveryStandard, Promise]]]:
    """The standards in force that promise something, by the failure type or area they name."""
    current = StandardVersion.objects.filter(is_current=True, standard__is_active=True, targets__isnull=False)
    targets = Target.objects.select_related("calendar").order_by("pk")
    found: dict[int | None, list[tuple[RecoveryStandard, Promise]]] = defaultdict(list)
    for version in current.distinct().select_related("standard").prefetch_related(Prefetch("targets", targets)):
        promise = Promise(version, list(version.targets.all()))
        found[version.standard.failure_type_id].append((version.standard, promise))
    return dict(found)


_WRITTEN: Final = InForce(_read)
