"""Read business hours as they are written in JSON: in a stored calendar, and in what programs send.

    {"zone": "America/Toronto", "week": {"mon": [["09:00", "12:30"], ["13:30", "24:00"]], "tue": []},
     "closed": ["2026-12-25"], "extra": {"2026-12-27": [["10:00", "14:00"]]}}

Days that `week` does not name are closed. Every function raises Invalid, with the part at fault as its `field`.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.standards.hours import BusinessHours, Window

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PARTS: Final = ("zone", "week", "closed", "extra")
_TIME: Final = re.compile(r"(?:([01][0-9]|2[0-3]):([0-5][0-9]))|(24):(00)")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def hours_of(written: object) -> BusinessHours:
    """The business hours that one JSON object describes; an unknown part is refused, it may be a misspelt one."""
    if not isinstance(written, dict):
        raise Invalid(field="calendar", sentence=_("A calendar is an object with a zone and a week."))
    for part in written:
        if part not in _PARTS:
            raise Invalid(
                field="calendar",
                sentence=_("A calendar has no “%(part)s”, only: %(parts)s.")
                % {"part": shown(part), "parts": ", ".join(_PARTS)},
            )
    closed, extra = written.get("closed", []), written.get("extra", {})
    if not isinstance(closed, list):
        raise Invalid(field="closed", sentence=_("Closed days are a list of dates."))
    if not isinstance(extra, dict):
        raise Invalid(field="extra", sentence=_("Extra days are an object: a date, and its windows."))
    return BusinessHours(
        zone=zone_of(written.get("zone")),
        week=week_of(written.get("week", {})),
        closed=frozenset(_date_of(day, part="closed") for day in closed),
        extra={_date_of(day, part="extra"): windows_of(windows, part="extra") for day, windows in extra.items()},
    )


def zone_of(name: object) -> ZoneInfo:
    """The time zone of this name, spelt as in the database of zones."""
    if not isinstance(name, str) or name not in _zones():
        raise Invalid(
            field="zone", sentence=_("“%(name)s” is not a time zone, such as Europe/Paris.") % {"name": shown(name)}
        )
    return ZoneInfo(name)


def week_of(written: object) -> tuple[tuple[Window, ...], ...]:
    """The windows of the seven days, Monday first."""
    if not isinstance(written, dict):
        raise Invalid(field="week", sentence=_("A week is an object: a day such as mon, and its windows."))
    for day in written:
        if day not in DAYS:
            raise Invalid(
                field="week",
                sentence=_("“%(day)s” is not a day of the week; they are called %(days)s.")
                % {"day": shown(day), "days": ", ".join(DAYS)},
            )
    return tuple(windows_of(written.get(day, []), part="week") for day in DAYS)


def windows_of(written: object, *, part: str) -> tuple[Window, ...]:
    """The windows of one day, as written: ["09:00", "12:30"] opens at nine and closes at half past twelve."""
    if not isinstance(written, list):
        raise Invalid(field=part, sentence=_("The windows of a day are a list; a closed day has an empty one."))
    windows = []
    for window in written:
        if not isinstance(window, list) or len(window) != 2:
            raise Invalid(field=part, sentence=_("A window is a pair of times, such as 09:00 and 12:30."))
        opens, closes = (_minute_of(time, part=part) for time in window)
        windows.append((opens, closes))
    return tuple(windows)


def shown(written: object) -> str:
    """What somebody wrote, at the length of a sentence."""
    return str(written)[:40]


def _minute_of(written: object, *, part: str) -> int:
    found = _TIME.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise Invalid(
            field=part, sentence=_("“%(time)s” is not a time of day from 00:00 to 24:00.") % {"time": shown(written)}
        )
    return int(found[1] or found[3]) * 60 + int(found[2] or found[4])


def _date_of(written: object, *, part: str) -> date:
    if isinstance(written, str) and _DATE.fullmatch(written):
        try:
            return date.fromisoformat(written)
        except ValueError:
            pass  # shaped like a date, but there is no such day
    raise Invalid(field=part, sentence=_("“%(date)s” is not a date such as 2026-12-25.") % {"date": shown(written)})


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
