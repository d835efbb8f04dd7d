from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.causes.models import Exposure
from complaints.common.errors import CausesNotYours, Invalid
from complaints.staff.models import Employee, Unit
from complaints.staff.permissions import Permission, require
from complaints.staff.queries import visible_units

MOST_LINES = 2_000
MOST_AMOUNT = 10**12
_NUMBER = re.compile(r"\d+|\d{1,3}(?:[,.'\u2019\u00a0\u202f ]\d{3})+", re.ASCII)


@transaction.atomic
def keep_exposure(lines: Sequence[str], *, by: Employee) -> int:
    """Write down how much could have failed: lines of the unit, the month and the number; how many.

    Such as `Harbour Hotel, 2026-03, 4,120`, with the unit's name or code; a tab, a semicolon or a comma parts them. A
    first line of names, which has neither a month nor a number, is passed over. What was known of a month is written
    over. Raises NotPermitted, and Invalid with the line at fault.
    """
    require(by, Permission.INVESTIGATE, CausesNotYours)
    told = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    if not told or len(told) > MOST_LINES:
        raise Invalid(field="lines", sentence=_("Please give between one and %(most)s lines.") % {"most": MOST_LINES})
    units = _units(by)
    read = [row for number, line in told if (row := _read(number, line, units)) is not None]
    if not read:
        raise Invalid(field="lines", sentence=_wrong(*told[0]))
    rows = {(row.unit_id, row.month): row for row in read}
    Exposure.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["unit", "month"], update_fields=["amount"]
    )
    return len(rows)


def _units(by: Employee) -> dict[str, int]:
    """The units one sees by their code, and by their name where no other is called so."""
    seen = list(visible_units(by).values_list("pk", "code", "name"))
    called = Counter(name.casefold() for _pk, _code, name in seen)
    by_name = {name.casefold(): pk for pk, _code, name in seen if called[name.casefold()] == 1}
    return by_name | {code.casefold(): pk for pk, code, _name in seen}


def _read(number: int, line: str, units: Mapping[str, int]) -> Exposure | None:
    between = next((mark for mark in "\t;" if mark in line), ",")
    parts = [part.strip() for part in line.split(between, 2)]
    if number == 1 and len(parts) == 3 and not any(sign.isdigit() for sign in "".join(parts[1:])):
        return None
    try:
        unit, month, amount = parts
        day, many = date.fromisoformat(f"{month}-01"), _number(amount)
    except ValueError as error:
        raise Invalid(field="lines", sentence=_wrong(number, line)) from error
    if unit.casefold() not in units:
        told = {"number": number, "unit": unit}
        raise Invalid(field="lines", sentence=_("Line %(number)s: there is no unit “%(unit)s” that you see.") % told)
    if many > MOST_AMOUNT:
        raise Invalid(field="lines", sentence=_wrong(number, line))
    return Exposure(unit=Unit(pk=units[unit.casefold()]), month=day, amount=many)


def _number(text: str) -> int:
    """A number of things, whatever parts its thousands; raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return int(re.sub(r"\D", "", text))


def _wrong(number: int, line: str) -> str:
    told = {"number": number, "line": line[:60]}
    return _("Line %(number)s is not “unit, 2026-03, 4120”: %(line)s") % told
