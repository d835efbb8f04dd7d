"""Which recovery standard a case is promised: the most specific of those that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from complaints.standards.models import ClockKind, FailureType, Severity, StandardVersion, Target

UNWRITTEN: Final = ((ClockKind.ACKNOWLEDGE, 24 * 60), (ClockKind.RESOLVE, 7 * 24 * 60))
"""What holds where no standard fits: minutes of calendar time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a standard is chosen by. `units` are the ids of the case's unit and of those it stands in."""

    failure_type: FailureType | None
    units: Sequence[int]
    severity: Severity
    customer_group: str
    channel: str


@dataclass(frozen=True, slots=True)
class Promise:
    """The targets a case is held to, and the version they come from; None where no standard fits."""

    version: StandardVersion | None
    targets: Sequence[Target]


def promise_for(case: Circumstances) -> Promise:
    """The targets of the most specific standard in force. One query."""
    kinds = [case.failure_type.pk, case.failure_type.parent_id] if case.failure_type else []
    fitting = list(
        Target.objects.filter(version__is_current=True, version__standard__is_active=True)
        .filter(_any("failure_type", kinds), _any("unit", list(case.units)), _any("severity", [case.severity]))
        .filter(version__standard__customer_group__in=["", case.customer_group])
        .filter(version__standard__channel__in=["", case.channel])
        .select_related("version__standard__failure_type", "version__standard__unit", "calendar")
        .order_by("pk")
    )
    if not fitting:
        return Promise(None, [Target(kind=kind, minutes=minutes) for kind, minutes in UNWRITTEN])
    version = max((target.version for target in fitting), key=lambda version: version.standard.specificity)
    return Promise(version, [target for target in fitting if target.version_id == version.pk])


def _any(condition: str, values: Sequence[int | None]) -> Q:
    name = f"version__standard__{condition}"
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__in": [value for value in values if value is not None]})
