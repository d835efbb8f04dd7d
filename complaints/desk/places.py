"""The places of the desk: what stands in its head, for whom, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.desk.context import Counts
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may

ON_A_TELEPHONE: Final = 4
"""As many places as stand beside one another on a telephone; the others are folded away."""
AT_A_DESK: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place: whoever has the permission, and not the one that opens a wider place instead, finds it in the head."""

    name: str | Promise
    icon: str
    to: str
    of: str = ""
    permission: Permission | None = None
    unless: Permission | None = None
    covers: Sequence[str] = ()
    count: str = ""
    counted: str | Promise = ""
    tone: str = ""

    @property
    def address(self) -> str:
        return reverse(f"desk:{self.to}", args=[self.of] if self.of else None)

    def is_open_to(self, employee: Employee) -> bool:
        """Whether it is in the head of an employee's pages."""
        return (self.permission is None or may(employee, self.permission)) and (
            self.unless is None or not may(employee, self.unless)
        )

    def holds(self, path: str) -> bool:
        """Whether a page belongs to it."""
        covered = tuple(reverse(f"desk:{name}") for name in self.covers)
        is_front_page = self.to == "worklist"  # every other address of the desk begins with its own
        return path == self.address or path.startswith(covered if is_front_page else (self.address, *covered))


_BEHIND_MONEY: Final = ("budgets", "authority_use", "fulfilments")

PLACES: Final = (
    Place(
        name=_("Worklist"), icon="list-checks", to="worklist",
        covers=("keep_search",), count="own", counted=_("open complaints are yours"), tone="waiting-calm",
    ),
    Place(name=_("Escalations"), icon="arrow-up-from-line", to="escalations", permission=Permission.VIEW_ESCALATIONS),
    Place(
        name=_("Approvals"), icon="stamp", to="approvals", permission=Permission.DECIDE_APPROVAL,
        covers=_BEHIND_MONEY, count="approvals", counted=_("waiting for you"),
    ),
    Place(name=_("Deadlines"), icon="alarm-clock", to="deadlines", permission=Permission.VIEW),
    Place(name=_("Customers"), icon="users", to="customers"),
    Place(
        name=_("Vouchers"), icon="ticket", to="vouchers", permission=Permission.REDEEM_VOUCHER, covers=("to_give",)
    ),
    Place(name=_("Messages"), icon="mail", to="messages", covers=("mails",)),
    Place(name=_("Causes"), icon="search-check", to="causes", permission=Permission.VIEW_CAUSES),
    Place(name=_("Insights"), icon="chart-column", to="insights", permission=Permission.VIEW_INSIGHTS),
    Place(
        name=_("Budgets"), icon="wallet", to="budgets", permission=Permission.VIEW_BUDGETS,
        unless=Permission.DECIDE_APPROVAL, covers=_BEHIND_MONEY,
    ),
    Place(name=_("Settings"), icon="settings", to="settings", permission=Permission.KEEP_SETTINGS),
    Place(
        name=_("Playbooks"), icon="book-heart", to="setting_list", of="playbooks",
        permission=Permission.KEEP_PLAYBOOKS, unless=Permission.KEEP_SETTINGS,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as a page draws it; `is_folded` where only a wide screen has room for it."""

    place: Place
    is_here: bool
    is_folded: bool
    count: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in the head: beside one another, and folded away under “More”."""

    beside: Sequence[Shown]
    folded: Sequence[Shown]
    rest: Sequence[Shown]

    @property
    def is_folded_here(self) -> bool:
        """Whether the page that is open belongs to a place that is always folded away."""
        return any(one.is_here for one in self.rest)


def head(employee: Employee, path: str, counts: Counts) -> Head:
    """The places of an employee, and which of them the page at a path belongs to."""
    open_to = [place for place in PLACES if place.is_open_to(employee)]
    shown = [
        Shown(
            place,
            is_here=place.holds(path),
            is_folded=at >= ON_A_TELEPHONE,
            count=getattr(counts, place.count) if place.count else None,
        )
        for at, place in enumerate(open_to)
    ]
    return Head(
        beside=shown[:AT_A_DESK],
        folded=shown[ON_A_TELEPHONE:AT_A_DESK],
        rest=shown[AT_A_DESK:],
    )
