"""Complaints that are one failure have one cap, however they hang together: in a chain, a star, or by duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from complaints.cases.failures import linked_with
from complaints.cases.models import Case, SameFailure, TimelineEntry
from complaints.cases.sentences import sentence_for_customer, sentence_for_staff
from complaints.common.errors import BeyondAuthority, ChangedMeanwhile, Invalid, NotFound, NotPermitted
from complaints.customers.models import Customer
from complaints.handling.decide_approval import approve
from complaints.handling.link_failure import link_failure
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.part_failure import part_failure
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.unmark_duplicate import unmark_duplicate
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Authority, LedgerEntry, Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.handling.climbing import happened
from tests.remedies.purse import AT, a_remedy, an_authority, later, left, usd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rule(db: None) -> Authority:
    """What the front line may spend on one failure."""
    return an_authority(Tier.FRONT_LINE, 200, 10_000)


@pytest.fixture
def cases(fern: Employee, max_: Employee) -> list[Case]:
    """Six complaints of six customers."""
    return [a_complaint(by=fern, at=AT) for _ in range(6)]


def give(case: Case, by: Employee, amount: float) -> Remedy:
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(amount))
    return propose_remedy(case.reference, what, by=by, at=AT)


def link(case: Case, other: Case, by: Employee) -> None:
    link_failure(case.reference, other=other.reference, by=by, at=AT)


def overspend_by_sql(case: Case, holder: Employee, rule: Authority, amount: float) -> None:
    """A hold as somebody at the SQL prompt would write it."""
    remedy = a_remedy(case, usd(amount))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO complaints_ledgerentry (kind, remedy_id, authority_id, holder_id, amount, at)"
            " VALUES ('hold', %s, %s, %s, %s, %s)",
            [remedy.pk, rule.pk, holder.pk, amount, AT],
        )


def nothing_is_left(cases: Sequence[Case], fern: Employee, rule: Authority) -> None:
    """On none of them, by our own reckoning and by that of the database."""
    for case in cases:
        assert left(fern, case) == usd(0)
        with pytest.raises(IntegrityError, match="balance_within_cap"):
            overspend_by_sql(case, fern, rule, 0.01)


def test_a_chain_is_one_failure(cases: list[Case], fern: Employee, rule: Authority) -> None:
    """C3: one gesture cut into several below the cap, on complaints that are linked over others."""
    for one, other in pairwise(cases):
        link(one, other, fern)
    give(cases[0], fern, 120)
    assert left(fern, cases[-1]) == usd(80)
    give(cases[-1], fern, 80)
    nothing_is_left(cases, fern, rule)


def test_a_star_is_one_failure(cases: list[Case], fern: Employee, rule: Authority) -> None:
    for other in cases[1:]:
        link(other, cases[0], fern)
    give(cases[1], fern, 200)
    nothing_is_left(cases, fern, rule)


def test_a_ring_is_one_failure_and_ends(cases: list[Case], fern: Employee, rule: Authority) -> None:
    for one, other in zip(cases, [*cases[1:], cases[0]], strict=True):
        link(one, other, fern)
    give(cases[3], fern, 200)
    nothing_is_left(cases, fern, rule)


def test_links_go_on_over_duplicates(cases: list[Case], fern: Employee, rule: Authority) -> None:
    original, twin, linked, far, *_rest = cases
    mark_duplicate(twin.reference, original=original.reference, by=fern, at=AT)
    link(twin, linked, fern)
    link(linked, far, fern)
    give(original, fern, 50)
    give(far, fern, 150)
    nothing_is_left([original, twin, linked, far], fern, rule)


def test_what_is_not_linked_is_another_failure(cases: list[Case], fern: Employee) -> None:
    link(cases[0], cases[1], fern)
    link(cases[2], cases[3], fern)
    give(cases[0], fern, 200)
    assert left(fern, cases[2]) == left(fern, cases[4]) == usd(200)


def test_a_chain_of_thousands_is_followed_to_its_end(cases: list[Case], fern: Employee, rule: Authority) -> None:
    copies = [Case(**{**_facts(cases[0]), "reference": f"X-{number:08}"}) for number in range(3000)]
    chain = [cases[0], *Case.objects.bulk_create(copies), cases[1]]
    ids = sorted(case.pk for case in chain)
    SameFailure.objects.bulk_create(
        [SameFailure(first_id=one, second_id=other, linked_by=fern, linked_at=AT) for one, other in pairwise(ids)]
    )
    give(cases[0], fern, 200)
    nothing_is_left([cases[1], chain[1500]], fern, rule)


def _facts(case: Case) -> dict[str, Any]:
    told = Case.objects.filter(pk=case.pk).values().get()
    return {name: value for name, value in told.items() if name not in {"id", "submission"}}


def test_both_together_beyond_the_cap_are_linked_and_get_no_more(
    cases: list[Case], fern: Employee, rule: Authority
) -> None:
    first, second = give(cases[0], fern, 150), give(cases[1], fern, 150)
    link(cases[0], cases[1], fern)
    assert {Remedy.objects.get(pk=one.pk).status for one in (first, second)} == {RemedyStatus.OFFERED}
    assert ledger.discrepancies() == []
    nothing_is_left(cases[:2], fern, rule)
    assert give(cases[0], fern, 1).status == RemedyStatus.AWAITING


def test_what_was_set_aside_before_is_not_spent_beyond_the_cap(
    cases: list[Case], fern: Employee, max_: Employee
) -> None:
    an_authority(Tier.MANAGER, 1000, 10_000)
    first, second = give(cases[0], fern, 700), give(cases[1], fern, 700)
    link(cases[0], cases[1], fern)
    with pytest.raises(BeyondAuthority):
        approve(cases[0].reference, remedy=first.pk, by=max_, at=AT)
    held = ledger.standing(first)
    assert held is not None
    with pytest.raises(BeyondAuthority):
        ledger.spend(held, at=AT)
    ledger.give_back(second, at=AT)
    approve(cases[0].reference, remedy=first.pk, by=max_, at=AT)
    assert ledger.discrepancies() == []


def test_two_currencies_that_turn_out_to_be_one_failure_get_no_more(
    cases: list[Case], fern: Employee, rule: Authority
) -> None:
    euro = an_authority(Tier.FRONT_LINE, 200, 10_000, currency="EUR")
    give(cases[0], fern, 50)
    remedy = a_remedy(cases[1], usd(50))
    LedgerEntry.objects.create(kind="hold", remedy=remedy, authority=euro, holder=fern, amount=50, at=AT)
    link(cases[0], cases[1], fern)
    for case in cases[:2]:
        of_it = left(fern, case)
        assert of_it is not None
        assert of_it.amount == 0
        with pytest.raises(IntegrityError, match="another currency"):
            overspend_by_sql(case, fern, rule, 1)


def test_linking_is_on_both_timelines_and_none_of_the_customers_business(cases: list[Case], fern: Employee) -> None:
    link(cases[1], cases[0], fern)
    for case, other in ((cases[0], cases[1]), (cases[1], cases[0])):
        entry = TimelineEntry.objects.get(case=case, kind="failure.linked")
        assert sentence_for_staff(entry) == f"Fern Fuller found that this is the same failure as {other.reference}"
        assert sentence_for_customer(entry) == ""
        assert not entry.public
        assert linked_with(case, seen_by=fern) == [other]


def test_linked_twice_or_the_other_way_round_is_linked_once(cases: list[Case], fern: Employee) -> None:
    link(cases[0], cases[1], fern)
    link(cases[0], cases[1], fern)
    link(cases[1], cases[0], fern)
    assert SameFailure.objects.count() == 1
    assert happened(cases[0]).count("failure.linked") == 1


@pytest.mark.parametrize("other", ["", "C-", "nonsense", "itself", "C-00000001"])
def test_a_link_needs_another_complaint(cases: list[Case], fern: Employee, other: str) -> None:
    with pytest.raises(Invalid):
        link_failure(cases[0].reference, other=cases[0].reference if other == "itself" else other, by=fern, at=AT)


def test_nobody_links_what_they_do_not_see(cases: list[Case], fern: Employee, otto: Employee, quinn: Employee) -> None:
    theirs = a_complaint(by=otto, at=AT)
    with pytest.raises(Invalid):
        link(cases[0], theirs, fern)
    with pytest.raises(NotFound):
        link(cases[0], theirs, otto)
    with pytest.raises(NotPermitted):
        link(cases[0], cases[1], quinn)
    SameFailure.objects.create(first=cases[0], second=theirs, linked_by=fern, linked_at=AT)
    assert linked_with(cases[0], seen_by=fern) == []
    assert linked_with(cases[0], seen_by=quinn) == [theirs]


def test_an_older_page_links_nothing(cases: list[Case], fern: Employee) -> None:
    with pytest.raises(ChangedMeanwhile):
        link_failure(cases[0].reference, other=cases[1].reference, by=fern, at=AT, seen_version=99)
    assert not SameFailure.objects.exists()


def test_a_superior_parts_them_with_a_reason_and_each_has_its_own_cap(
    cases: list[Case], fern: Employee, max_: Employee
) -> None:
    link(cases[0], cases[1], fern)
    give(cases[0], fern, 200)
    told: dict[str, Any] = {"other": cases[1].reference, "reason": "Another room.", "at": AT}
    with pytest.raises(NotPermitted):
        part_failure(cases[0].reference, by=fern, **told)
    part_failure(cases[0].reference, by=max_, **told)
    assert left(fern, cases[1]) == usd(200)
    assert happened(cases[1])[-1] == "failure.parted"
    with pytest.raises(Invalid):
        part_failure(cases[0].reference, by=max_, **told)


def test_what_was_a_duplicate_stays_linked(cases: list[Case], fern: Employee, max_: Employee, rule: Authority) -> None:
    link(cases[0], cases[1], fern)
    mark_duplicate(cases[1].reference, original=cases[0].reference, by=fern, at=AT)
    unmark_duplicate(cases[1].reference, reason="Not the same room.", by=max_, at=later(hours=1))
    give(cases[0], fern, 200)
    nothing_is_left(cases[:2], fern, rule)


def test_a_link_is_not_rewritten(cases: list[Case], fern: Employee) -> None:
    link(cases[0], cases[1], fern)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        SameFailure.objects.update(second=cases[2])
    with pytest.raises(IntegrityError), transaction.atomic():
        SameFailure.objects.create(first=cases[3], second=cases[2], linked_by=fern, linked_at=AT)


def test_the_page_names_what_is_linked_and_offers_to_part_it(
    cases: list[Case], fern: Employee, max_: Employee, cara: Customer, client: Client
) -> None:
    client.force_login(max_)
    address = f"/desk/complaints/{cases[0].reference}/"
    assert "part_failure" not in client.get(address).content.decode()
    version = Case.objects.get(pk=cases[0].pk).version
    sent = {"other": cases[1].reference.lower(), "version": version, "entry": 0}
    assert client.post(f"{address}link_failure/", sent).status_code == 302
    page = client.get(address).content.decode()
    assert cases[1].reference in page
    assert "part_failure" in page
    assert cases[1].reference in client.get(f"{address}part_failure/").content.decode()
