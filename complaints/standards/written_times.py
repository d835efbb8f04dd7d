"""Times as people write them: “8 h”, “2 d 4 h”, “09:00-12:30, 13:30-24:00”, “50% responsible, 2 h superior”.

What is read can be written again in the same form. Every reader raises Invalid with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.standards.hours import in_order
from complaints.standards.reminding import Plan, To, check_plan
from complaints.standards.written_hours import shown, windows_of

_UNITS: Final = {
    "w": 7 * 24 * 60,
    "周": 7 * 24 * 60,
    "d": 24 * 60,
    "天": 24 * 60,
    "h": 60,
    "小时": 60,
    "min": 1,
    "m": 1,
    "分钟": 1,
}
_ONE_TIME: Final = r"(\d{1,7})\s*(小时|分钟|周|天|min|[wdhm])"
_TIME: Final = re.compile(rf"\s*{_ONE_TIME}")
_REMINDER: Final = re.compile(rf"(?:(\d{{1,2}})\s*[%％]|((?:{_ONE_TIME}\s*)+?))\s*(\D+)")
_APART: Final = re.compile(r"[,;，；、\n]")
_MOST_MINUTES: Final = 5 * 365 * 24 * 60
_TO: Final = {"responsible": To.RESPONSIBLE, "负责人": To.RESPONSIBLE, "superior": To.SUPERIOR, "上级": To.SUPERIOR}


def read_minutes(written: str) -> int:
    """The minutes of a time such as “8 h”, “90 min”, “2 d 4 h” or “8 w”."""
    text, minutes, at = written.strip().lower(), 0, 0
    while found := _TIME.match(text, at):
        minutes, at = minutes + int(found[1]) * _UNITS[found[2]], found.end()
    if at != len(text) or not 0 < minutes <= _MOST_MINUTES:
        raise Invalid(
            field="minutes",
            sentence=_("“%(time)s” is not a time such as 30 min, 8 h, 2 d or 8 w.") % {"time": shown(written)},
        )
    return minutes


def write_minutes(minutes: int | None, *, in_business_time: bool = False) -> str:
    """A time as it is typed; in business time no unit is longer than an hour, as days there have no fixed length."""
    if not minutes:
        return ""
    left, parts = minutes, []
    for unit in ("h", "min") if in_business_time else ("w", "d", "h", "min"):
        count, left = divmod(left, _UNITS[unit])
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts)


def read_windows(written: str) -> list[list[str]]:
    """The windows of a day, as calendars store them; none when the line is empty or a dash."""
    text = written.replace("–", "-").replace("—", "-").replace("：", ":").strip()
    pairs = [] if text in {"", "-"} else [[one.strip() for one in part.split("-")] for part in _APART.split(text)]
    windows = [[_padded(time) for time in pair] for pair in pairs]
    in_order(windows_of(windows, part="week"), part="week")
    return windows


def write_windows(windows: Iterable[Sequence[str]]) -> str:
    """The windows of a day on one line."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in windows)


def read_plan(written: str) -> list[dict[str, Any]]:
    """A plan of reminders: shares of the time or times before its end, each with whom it goes to."""
    plan: list[dict[str, Any]] = []
    for part in filter(str.strip, _APART.split(written.lower())):
        found = _REMINDER.fullmatch(part.strip())
        to = _TO.get(found[5].strip()) if found else None
        if found is None or to is None:
            raise Invalid(
                field="reminders",
                sentence=_("“%(part)s” is not a reminder such as “50%% responsible” or “2 h superior”.")
                % {"part": shown(part.strip())},
            )
        when = {"share": int(found[1])} if found[1] else {"minutes_before": read_minutes(found[2])}
        plan.append({**when, "to": to.value})
    check_plan(plan)
    return plan


def write_plan(plan: Plan) -> str:
    """A plan of reminders on one line."""
    parts = []
    for entry in plan:
        when = f"{entry['share']}%" if "share" in entry else write_minutes(entry["minutes_before"])
        parts.append(f"{when} {entry['to']}")
    return ", ".join(parts)


def _padded(time: str) -> str:
    """9:00 and 9 are as good as 09:00."""
    hour, colon, minute = time.partition(":")
    return f"{hour.zfill(2)}:{minute if colon else '00'}" if hour.isascii() and hour.isdigit() else time
