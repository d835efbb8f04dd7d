"""Business time: pure functions from (hours, start, budget, pauses) to a due moment and back.

Open time is real elapsed time while the wall clock of the zone stands inside a window of an open day. So a window
across a change of the clocks has its real length: an hour that the wall clock strikes twice counts twice, one that it
leaps over does not count at all. A deadline is the earliest moment at which the budget is used up: at the very end of
a window, not at the next opening, and at the start when there is no budget. What goes in must say its offset from UTC;
what comes out is UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final, overload
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.standards.offsets import SECOND, spans

Window = tuple[int, int]
"""Minutes of the local day, from 0 to 1440: opens, closes."""
Pause = tuple[datetime, datetime]
OpenPause = tuple[datetime, datetime | None]
"""A pause that need not have ended."""
Span = tuple[datetime, datetime]

MIDNIGHT: Final = 24 * 60
"""The end of a day as a window may have it: 24:00."""
WHOLE_DAY: Final[Window] = (0, MIDNIGHT)
MOST_YEARS: Final = 50

_MINUTE: Final = 60 * SECOND
_DAY: Final = 24 * 60 * _MINUTE
_HORIZON: Final = MOST_YEARS * 36525 * _DAY // 100
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ORDINAL_OF_1970: Final = date(1970, 1, 1).toordinal()
_YEARS: Final = range(1900, 9901)
"""Starts that can be reckoned with; far from both ends of what a date can say."""
_NEVER: Final = 10_000 * 366 * _DAY
"""When a pause ends that has no end: later than any moment."""


def no_holidays(year: int) -> frozenset[date]:
    """The public holidays of a calendar that keeps none."""
    return frozenset()


def in_order(windows: Iterable[Window], *, part: str) -> tuple[Window, ...]:
    """The windows of one day in order, joined where they touch; raises Invalid, naming the part, when they overlap."""
    joined: list[Window] = []
    for opens, closes in sorted(windows):
        if not 0 <= opens < closes <= MIDNIGHT:
            raise Invalid(field=part, sentence=_("A window must open before it closes, on the same day."))
        if joined and opens < joined[-1][1]:
            raise Invalid(field=part, sentence=_("Two windows of a day overlap."))
        if joined and opens == joined[-1][1]:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    return tuple(joined)


@dataclass(frozen=True, kw_only=True)
class BusinessHours:
    """When a place is open, in its own time zone.

    `week` has seven tuples of windows, Monday first. `closed` days and public `holidays` are closed; `extra` replaces
    the windows of its day, also where that day is closed. Windows are put in order and joined where they touch.

    Raises:
        Invalid: windows overlap or are none, or the place is never open. `field` names the part at fault.
    """

    zone: ZoneInfo
    week: tuple[tuple[Window, ...], ...]
    closed: frozenset[date] = frozenset()
    extra: Mapping[date, tuple[Window, ...]] = field(default_factory=dict, hash=False)
    holidays: Callable[[int], frozenset[date]] = no_holidays

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise Invalid(field="week", sentence=_("A week has seven days."))
        week = tuple(in_order(windows, part="week") for windows in self.week)
        extra = {day: in_order(windows, part="extra") for day, windows in self.extra.items()}
        if not any(week) and not any(extra.values()):
            raise Invalid(field="week", sentence=_("This calendar is never open: no deadline could be kept in it."))
        object.__setattr__(self, "week", week)
        object.__setattr__(self, "extra", MappingProxyType(extra))

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """The windows of one local day, in order; none when it is closed."""
        if day in self.extra:
            return self.extra[day]
        windows = self.week[day.weekday()]
        if windows and (day in self.closed or day in self.holidays(day.year)):
            return ()
        return windows


ALWAYS: Final = BusinessHours(zone=ZoneInfo("UTC"), week=7 * ((WHOLE_DAY,),))
"""Calendar time: day and night, weekends and holidays, exact to the second."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a deadline came about: when it falls, and the open time that was counted, in order, in UTC.

    `due_at` is None while the clock stands still in a pause without an end.
    """

    due_at: datetime | None
    windows: tuple[Span, ...]


@overload
def due_at(hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[Pause] = ()) -> datetime: ...


@overload
def due_at(
    hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[OpenPause]
) -> datetime | None: ...


def due_at(
    hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[OpenPause] = ()
) -> datetime | None:
    """When the budget of open time is used up, in UTC; None while it stands still in a pause without an end.

    Pauses may overlap, touch, and come in any order. To learn the deadline as it would be without a further pause,
    leave the one that has not ended out.

    Raises:
        Invalid: a moment says no offset, the budget is negative or not used up within fifty years, a pause ends
            before it begins.
    """
    due, _counted = _spend(hours, start, budget, pauses)
    return None if due is None else _moment(due)


def reckon(hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[OpenPause] = ()) -> Reckoning:
    """The deadline together with the windows that were used, for people who ask why; raises as `due_at` does."""
    due, counted = _spend(hours, start, budget, pauses)
    return Reckoning(
        due_at=None if due is None else _moment(due),
        windows=tuple((_moment(begin), _moment(end)) for begin, end in counted),
    )


def elapsed(hours: BusinessHours, start: datetime, until: datetime, pauses: Iterable[OpenPause] = ()) -> timedelta:
    """How much open time was used from `start` until `until`, without the pauses; never negative.

    Raises:
        Invalid: a moment says no offset, `until` is more than fifty years on, a pause ends before it begins.
    """
    begin, end = _start(start), _microseconds(until)
    if end - begin > _HORIZON:
        raise _too_far()
    open_time = _running(hours, begin, end, _stops(pauses))
    return timedelta(microseconds=sum(closes - opens for opens, closes in open_time))


def _spend(
    hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[OpenPause]
) -> tuple[int | None, list[tuple[int, int]]]:
    """Use up the budget: when that is, and the open time it took, joined where it touches."""
    since, left = _start(start), budget // timedelta(microseconds=1)
    if left < 0:
        raise Invalid(field="budget", sentence=_("A budget cannot be less than nothing."))
    horizon = since + _HORIZON
    stops = _stops(pauses)
    counted: list[tuple[int, int]] = []
    due = since
    for opens, closes in _running(hours, since, horizon, stops) if left else ():
        due = min(closes, opens + left)
        left -= due - opens
        if counted and counted[-1][1] == opens:
            counted[-1] = (counted[-1][0], due)
        else:
            counted.append((opens, due))
        if not left:
            break
    if not left:
        return due, counted
    if any(stopped < horizon and resumed == _NEVER for stopped, resumed in stops):
        return None, counted
    raise _too_far()


def _running(hours: BusinessHours, since: int, until: int, stops: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Open time outside the pauses, in order; pieces may touch."""
    for stopped, resumed in stops:
        if since >= until:
            return
        if stopped > since:
            yield from _open(hours, since, min(stopped, until))
        since = max(since, resumed)
    if since < until:
        yield from _open(hours, since, until)


def _open(hours: BusinessHours, since: int, until: int) -> Iterator[tuple[int, int]]:
    """Open time from `since` until `until`, in order; pieces may touch.

    Walks the days of the wall clock within each piece of one offset, where local time runs as evenly as UTC does. Day
    after day over a whole zone would come out of order where clocks go back across midnight.
    """
    if hours is ALWAYS:
        yield since, until
        return
    for begin, end, offset in spans(hours.zone, since, until):
        for day in range((begin + offset) // _DAY, (end + offset - 1) // _DAY + 1):
            midnight = day * _DAY - offset
            for opens, closes in hours.windows_on(date.fromordinal(_ORDINAL_OF_1970 + day)):
                first, last = max(begin, midnight + opens * _MINUTE), min(end, midnight + closes * _MINUTE)
                if first < last:
                    yield first, last


def _stops(pauses: Iterable[OpenPause]) -> list[tuple[int, int]]:
    """The pauses in order."""
    stops = []
    for stopped_at, resumed_at in pauses:
        stopped = _microseconds(stopped_at)
        resumed = _NEVER if resumed_at is None else _microseconds(resumed_at)
        if resumed < stopped:
            raise Invalid(field="pauses", sentence=_("A pause cannot end before it begins."))
        stops.append((stopped, resumed))
    return sorted(stops)


def _start(moment: datetime) -> int:
    if moment.year not in _YEARS:
        raise Invalid(
            field="start",
            sentence=_("A start must lie between the years %(first)s and %(last)s.")
            % {"first": _YEARS[0], "last": _YEARS[-1]},
        )
    return _microseconds(moment)


def _microseconds(moment: datetime) -> int:
    if moment.utcoffset() is None:
        raise Invalid(sentence=_("A moment needs its offset from UTC, as in 2026-05-04T12:00+02:00."))
    since = moment - _1970
    return since.days * _DAY + since.seconds * SECOND + since.microseconds


def _moment(microseconds: int) -> datetime:
    return _1970 + timedelta(microseconds=microseconds)


def _too_far() -> Invalid:
    return Invalid(
        field="budget",
        sentence=_("That is more than %(years)s years ahead: too far to reckon.") % {"years": MOST_YEARS},
    )
