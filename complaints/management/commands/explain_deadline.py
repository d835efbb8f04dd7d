from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NoReturn

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid, RecoveryError
from complaints.standards.hours import MOST_YEARS, BusinessHours, OpenPause, reckon
from complaints.standards.queries import business_hours
from complaints.standards.written_hours import hours_of, shown

Stored = Callable[[str], BusinessHours]
_NEEDED: Final = frozenset({"calendar", "start", "budget_minutes"})
_MOST_MINUTES: Final = MOST_YEARS * 366 * 24 * 60


class Command(BaseCommand):
    help = (
        "Say when deadlines fall. Reads requests from standard input, one JSON object a line, and answers each with a "
        "line: due_at and the windows that were used, in UTC, or error. A blank line is answered with an error too, so "
        "that the lines of both sides correspond. A stored calendar is read once."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Answer line by line, as they come; only a calendar asked for by name needs the database."""
        if isinstance(sys.stdin, io.TextIOWrapper):
            # Whatever the terminal's encoding is. Bytes that are no text must not end the run.
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
        stored = lru_cache(maxsize=64)(business_hours)
        for line in sys.stdin:
            self.stdout.write(json.dumps(answer(line, stored=stored)))
            self.stdout.flush()


def answer(line: str, *, stored: Stored) -> dict[str, Any]:
    """What is printed for one line; `stored` finds a calendar by its name."""
    try:
        return _explain(_read(line), stored=stored)
    except RecoveryError as error:
        return {"error": error.sentence}
    except DatabaseError:
        return {"error": _("The stored calendars cannot be read: the database does not answer.")}


def _explain(request: dict[str, Any], *, stored: Stored) -> dict[str, Any]:
    written = request["calendar"]
    reckoning = reckon(
        stored(written) if isinstance(written, str) else hours_of(written),
        _moment(request["start"]),
        _budget(request["budget_minutes"]),
        _pauses(request.get("pauses", [])),
    )
    return {
        "due_at": reckoning.due_at and reckoning.due_at.isoformat(),
        "windows": [[begin.isoformat(), end.isoformat()] for begin, end in reckoning.windows],
    }


def _read(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line, parse_constant=_no_number, object_pairs_hook=_told_once)
    except (ValueError, RecursionError):
        raise Invalid(sentence=_("This line is not JSON.")) from None
    if not isinstance(request, dict) or not request.keys() >= _NEEDED:
        raise Invalid(sentence=_("A request is a JSON object with calendar, start and budget_minutes."))
    return request


def _no_number(name: str) -> NoReturn:
    raise Invalid(sentence=_("%(name)s is not a number to reckon with.") % {"name": name})


def _told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice in an object: one of the two would be lost silently."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise Invalid(sentence=_("A name stands twice in one object; nobody knows which is meant."))
    return told


def _budget(minutes: object) -> timedelta:
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes < 0:
        raise Invalid(field="budget", sentence=_("budget_minutes must be a number, nought or more."))
    # Larger numbers than a timedelta can say are as far away as the largest that is refused.
    return timedelta(minutes=min(minutes, _MOST_MINUTES))


def _pauses(written: object) -> list[OpenPause]:
    if not isinstance(written, list) or not all(isinstance(pause, list) and len(pause) == 2 for pause in written):
        raise Invalid(field="pauses", sentence=_("Pauses are a list of pairs: from, until; null while it lasts."))
    return [(_moment(since), None if until is None else _moment(until)) for since, until in written]


def _moment(written: object) -> datetime:
    if isinstance(written, str):
        with suppress(ValueError):
            return datetime.fromisoformat(written)
    raise Invalid(sentence=_("“%(text)s” is not a moment such as 2026-05-04T12:00+02:00.") % {"text": shown(written)})
