"""Authority not used: what units could have spent and did not, and where a remedy came late. Never about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from complaints.cases.queries import SHOWN, visible_to
from complaints.common.errors import NotFound, PageNotPermitted
from complaints.common.keyset import read_id
from complaints.customers.models import UNSHOWN
from complaints.desk.months import around, month_asked
from complaints.desk.request import at_desk
from complaints.insights.late_remedies import MOST, Late, late_in
from complaints.insights.unused import Group, Use, cases_spent_on, groups, one_group, use_of
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may

LISTED: Final = 25
TOLD: Final[dict[str, Promise]] = {
    "spent": _("Money was spent on them"),
    "climbed": _("Came up the ladder"),
    "missed": _("Came up without a remedy, though the front line's authority would have covered one"),
    "offered": _("Were offered a first remedy"),
    "late": _("The first remedy came after the promised time"),
    "after": _("The first remedy came only after they had come up"),
}
"""What can be asked for behind a number, and what the complaints there have in common."""


@dataclass(frozen=True, slots=True)
class Row:
    """One unit as the page draws it."""

    group: Group
    use: list[Use]
    spent_on: int
    late: Late

    @property
    def share(self) -> Decimal | None:
        """Of a hundred complaints that came up, those that should not have had to; to the whole number."""
        return None if self.late.share is None else self.late.share.quantize(Decimal(1))


@require_safe
def authority_use(request: HttpRequest) -> HttpResponse:
    """Show for a month what the units one sees did not use of their authority, and where it came late."""
    employee, month = _reader(request), month_asked(request)
    page = groups(employee, month, after=request.GET.get("after", ""))
    use, spent_on = use_of(page.shown, month, at=timezone.now()), cases_spent_on(page.shown, month)
    late = late_in(page.shown, month)
    rows = [
        Row(one, use.get(one.unit.pk, []), len(spent_on.get(one.unit.pk, ())), late[one.unit.pk]) for one in page.shown
    ]
    context = {
        **around(month),
        "rows": rows,
        "left_out": page.left_out,
        "next_key": page.next_key,
        "most": "" if all(row.late.is_whole for row in rows) else MOST,
    }
    return render(request, "desk/authority_use.html", context)


@require_safe
def behind(request: HttpRequest, unit: int, what: str) -> HttpResponse:
    """Show the very complaints that a number of the page counts, the newest first."""
    employee, month = _reader(request), month_asked(request)
    group = one_group(employee, month, unit=unit)
    if group is None or what not in TOLD:
        raise NotFound
    counted = _counted(group, month, what)
    last = read_id(request.GET.get("after", ""))
    page = [pk for pk in sorted(counted, reverse=True) if last is None or pk < last][: LISTED + 1]
    shown = visible_to(employee).filter(pk__in=page[:LISTED]).select_related(*SHOWN).defer(*UNSHOWN).order_by("-pk")
    listed = list(shown)
    context = {
        **around(month),
        "group": group,
        "what": what,
        "told": TOLD[what],
        "count": len(counted),
        "listed": listed,
        "unseen": len(page[:LISTED]) - len(listed),
        "next_key": page[LISTED - 1] if len(page) > LISTED else "",
    }
    return render(request, "desk/behind_authority_use.html", context)


def _counted(group: Group, month: date, what: str) -> frozenset[int]:
    if what == "spent":
        return frozenset(cases_spent_on([group], month).get(group.unit.pk, ()))
    found: frozenset[int] = getattr(late_in([group], month)[group.unit.pk], what)
    return found


def _reader(request: HttpRequest) -> Employee:
    employee = at_desk(request).user
    if not may(employee, Permission.VIEW_BUDGETS):
        raise PageNotPermitted(permission=Permission.VIEW_BUDGETS)
    return employee
