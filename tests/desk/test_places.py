"""The head of the desk: which places stand in it for whom, and how it folds."""

from __future__ import annotations

import pytest

from complaints.desk.context import Counts
from complaints.desk.places import AT_A_DESK, ON_A_TELEPHONE, PLACES, head
from complaints.staff.models import Employee

NOTHING_NEW = Counts(own="", approvals="", news="")

pytestmark = pytest.mark.django_db


def names(employee: Employee) -> list[str]:
    shown = head(employee, "/desk/", NOTHING_NEW)
    return [str(one.place.name) for one in (*shown.beside, *shown.rest)]


def test_the_front_line_finds_what_the_counter_needs(fern: Employee) -> None:
    assert names(fern) == ["Worklist", "Deadlines", "Customers", "Vouchers", "Messages"]


def test_whoever_decides_finds_what_waits_for_them_first(max_: Employee) -> None:
    assert names(max_)[:4] == ["Worklist", "Escalations", "Approvals", "Deadlines"]


def test_a_narrower_place_gives_way_to_the_wider_one(max_: Employee, ada: Employee) -> None:
    assert "Budgets" not in names(max_)
    assert "Budgets" in names(ada)
    assert "Playbooks" not in names(ada)


def test_what_does_not_fit_is_folded_away_and_nothing_is_lost(max_: Employee) -> None:
    shown = head(max_, "/desk/", NOTHING_NEW)
    assert [one for one in shown.beside if one.is_folded] == shown.folded == shown.beside[ON_A_TELEPHONE:]
    assert len(shown.beside) <= AT_A_DESK
    assert len(names(max_)) == len(set(names(max_))) == sum(place.is_open_to(max_) for place in PLACES)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/desk/", "Worklist"),
        ("/desk/escalations/", "Escalations"),
        ("/desk/approvals/7/", "Approvals"),
        ("/desk/authority-use/", "Approvals"),
        ("/desk/customers/doubles/", "Customers"),
        ("/desk/to-give/", "Vouchers"),
        ("/desk/mail-in/3/", "Messages"),
    ],
)
def test_a_page_belongs_to_one_place(max_: Employee, path: str, name: str) -> None:
    assert [str(one.place.name) for one in head(max_, path, NOTHING_NEW).beside if one.is_here] == [name]


def test_a_page_of_one_complaint_belongs_to_no_place(max_: Employee) -> None:
    assert not any(one.is_here for one in head(max_, "/desk/complaints/C-1/", NOTHING_NEW).beside)
