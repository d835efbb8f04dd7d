from __future__ import annotations

from collections.abc import Sequence
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


@transaction.atomic
def keep_exposure(lines: Sequence[str], *, by: Employee) -> int:
    """Write down how much could have failed: lines of the unit's code, the month and the number; how many.

    Such as `harbour, 2026-03, 4120`; a comma, a semicolon or a tab parts them, and a first line of names is passed
    over. What was known of a month is written over. Raises NotPermitted, and Invalid with the line at fault.
    """
    require(by, Permission.INVESTIGATE, CausesNotYours)
    told = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    if not told or len(told) > MOST_LINES:
        raise Invalid(field="lines", sentence=_("Please give between one and %(most)s lines.") % {"most": MOST_LINES})
    codes = dict(visible_units(by).values_list("code", "pk"))
    read = [row for number, line in told if (row := _read(number, line, codes)) is not None]
    rows = {(row.unit_id, row.month): row for row in read}
    Exposure.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["unit", "month"], update_fields=["amount"]
    )
    return len(rows)


def _read(number: int, line: str, codes: dict[str, int]) -> Exposure | None:
    parts = [part.strip() for part in line.replace(";", ",").replace("\t", ",").split(",")]
    if number == 1 and len(parts) >= 3 and not parts[2].isdigit():
        return None
    try:
        code, month, amount = parts
        day, many = date.fromisoformat(f"{month}-01"), int(amount)
    except ValueError as error:
        raise Invalid(field="lines", sentence=_wrong(number, line)) from error
    if code not in codes:
        told = {"number": number, "code": code}
        raise Invalid(field="lines", sentence=_("Line %(number)s: there is no unit “%(code)s” that you see.") % told)
    if not 0 <= many <= MOST_AMOUNT:
        raise Invalid(field="lines", sentence=_wrong(number, line))
    return Exposure(unit=Unit(pk=codes[code]), month=day, amount=many)


def _wrong(number: int, line: str) -> str:
    told = {"number": number, "line": line[:60]}
    return _("Line %(number)s is not “code, 2026-03, 4120”: %(line)s") % told
