"""The catalogue as rows: what a house gives, under which name, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import translation

from complaints.cases.models import Case, TimelineEntry
from complaints.cases.sentences import sentence_for_staff
from complaints.common.errors import Invalid, NotPermitted
from complaints.customers.models import Customer
from complaints.handling.decide_approval import approve
from complaints.handling.keep_authority import keep_authority
from complaints.handling.keep_remedy_type import keep_remedy_type
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.remedies.authority import allowance
from complaints.remedies.catalogue import RemedyKind, RemedyType, name_of_remedy
from complaints.remedies.models import Remedy
from complaints.remedies.sheets import AuthoritySheet, RemedyTypeSheet
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Setting, SettingChange, Tier
from tests.factories import a_complaint
from tests.remedies.purse import AT, an_authority, later, usd

pytestmark = pytest.mark.django_db

SPA = RemedyTypeSheet(name="Spa afternoon", name_zh="水疗下午", cost_share=30, place=75)


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer) -> Case:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    return a_complaint(by=fern, customer=cara, at=AT)


def kind(code: str) -> RemedyType:
    return RemedyType.objects.get(code=code)


def changed(code: str, by: Employee, **facts: Any) -> RemedyType:
    row = kind(code)
    return keep_remedy_type(row.pk, sheet=replace(RemedyTypeSheet.of(row), **facts), by=by, at=AT)


def offer(case: Case, what: str, amount: int | None, by: Employee, **facts: Any) -> Remedy:
    sum_ = None if amount is None else usd(amount)
    told = RemedyFacts(kind=what, words="We are sorry.", amount=sum_, **facts)
    return propose_remedy(case.reference, told, by=by, at=later(hours=1))


def test_a_house_begins_with_the_kinds_that_code_knows() -> None:
    found = {row.code: row.name for row in RemedyType.objects.order_by("place")}
    with translation.override("en"):
        assert found == {one.value: str(one.label) for one in RemedyKind}
    with translation.override("zh-hans"):
        assert [row.label for row in RemedyType.objects.order_by("place")] == [str(one.label) for one in RemedyKind]


def test_a_further_kind_is_offered_like_any_other(case: Case, fern: Employee, ada: Employee) -> None:
    added = keep_remedy_type(None, sheet=SPA, by=ada, at=AT)
    assert added.code == "spa_afternoon"

    given = offer(case, added.code, 150, fern)

    assert (given.status, given.cost) == (RemedyStatus.OFFERED, Decimal(45))
    entry = TimelineEntry.objects.filter(case=case, kind="remedy.offered").get()
    assert "Spa afternoon, $150.00" in sentence_for_staff(entry)
    with translation.override("zh-hans"):
        assert "水疗下午" in sentence_for_staff(entry)
        assert name_of_remedy(added.code) == "水疗下午"


def test_a_kind_of_words_alone_needs_no_authority(case: Case, otto: Employee, fern: Employee, ada: Employee) -> None:
    added = keep_remedy_type(None, sheet=RemedyTypeSheet(name="A call", is_tangible=False), by=ada, at=AT)
    assert added.cost_share == 0
    assert offer(case, added.code, None, fern).status == RemedyStatus.FULFILLED
    with pytest.raises(Invalid, match="This takes no money"):
        offer(case, added.code, 5, fern)


def test_what_is_not_offered_any_more_is_refused_and_what_was_given_stays(
    case: Case, fern: Employee, ada: Employee
) -> None:
    given = offer(case, "gift", 20, fern)
    changed("gift", ada, is_active=False, name="Basket")

    with pytest.raises(Invalid, match="not offered any more"):
        offer(case, "gift", 20, fern)

    assert str(Remedy.objects.get(pk=given.pk)).startswith("Basket")
    entry = TimelineEntry.objects.filter(case=case, kind="remedy.offered").get()
    assert "Gift" in sentence_for_staff(entry)


def test_nobody_stops_apologies(ada: Employee) -> None:
    with pytest.raises(Invalid, match="An apology is always offered"):
        changed("apology", ada, is_active=False)


def test_what_it_costs_goes_with_the_sum_that_is_approved(
    case: Case, fern: Employee, max_: Employee, ada: Employee
) -> None:
    changed("voucher", ada, cost_share=60)
    asked = offer(case, "voucher", 500, fern)
    assert asked.cost == Decimal(300)

    approve(case.reference, remedy=asked.pk, amount=usd(400), by=max_, at=later(hours=2))

    asked.refresh_from_db()
    assert asked.cost == Decimal(240)


def test_a_cost_that_somebody_knows_better_is_kept(case: Case, fern: Employee, ada: Employee) -> None:
    changed("voucher", ada, cost_share=60)
    assert offer(case, "voucher", 100, fern, cost=Decimal(10)).cost == Decimal(10)
    assert offer(case, "refund", 50, fern).cost is None


def test_an_authority_can_name_a_further_kind_and_no_unknown_one(case: Case, fern: Employee, ada: Employee) -> None:
    added = keep_remedy_type(None, sheet=SPA, by=ada, at=AT)
    sheet = AuthoritySheet(
        tier="",
        employee=fern.pk,
        unit=None,
        currency="USD",
        per_failure=Decimal(300),
        per_customer=None,
        customer_days=None,
        per_month=Decimal(900),
        kinds=(added.code,),
        course=None,
    )
    keep_authority(None, sheet=sheet, by=ada, at=AT)
    own = allowance(fern, case, at=later(hours=1))
    assert own.permits(added.code)
    assert not own.permits("refund")
    with pytest.raises(Invalid, match="not in the catalogue"):
        keep_authority(None, sheet=replace(sheet, currency="EUR", kinds=("yacht",)), by=ada, at=AT)


def test_two_kinds_of_one_name_are_refused_and_two_codes_never_meet(ada: Employee) -> None:
    keep_remedy_type(None, sheet=SPA, by=ada, at=AT)
    with pytest.raises(Invalid, match="has this name"):
        keep_remedy_type(None, sheet=SPA, by=ada, at=AT)
    other = keep_remedy_type(None, sheet=replace(SPA, name="Spa afternoon!"), by=ada, at=AT)
    chinese = keep_remedy_type(None, sheet=replace(SPA, name="水疗"), by=ada, at=AT)
    assert (other.code, chinese.code) == ("spa_afternoon_2", "remedy")


def test_whether_it_takes_money_stays_as_it_was_added(ada: Employee) -> None:
    with pytest.raises(Invalid, match="stays as it was"):
        changed("gift", ada, is_tangible=False)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        RemedyType.objects.filter(code="gift").update(is_tangible=False)


def test_who_changed_it_is_on_the_log_and_others_may_not(ada: Employee, fern: Employee, quinn: Employee) -> None:
    changed("gift", ada, cost_share=50)
    noted = SettingChange.objects.get(setting=Setting.REMEDY)
    assert (noted.name, noted.by, noted.facts["cost_share"]) == ("Gift", ada, ["100", "50"])
    for stranger in (fern, quinn):
        with pytest.raises(NotPermitted):
            changed("gift", stranger, cost_share=10)


def test_raw_sql_gives_nothing_that_is_not_in_the_catalogue(case: Case, fern: Employee, ada: Employee) -> None:
    keep_remedy_type(None, sheet=RemedyTypeSheet(name="A call", is_tangible=False), by=ada, at=AT)
    given = offer(case, "gift", 20, fern)
    for made_up in ("yacht", "a_call"):  # the one is unknown, the other takes no money
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE complaints_remedy SET kind = %s WHERE id = %s", [made_up, given.pk])
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM complaints_remedytype WHERE code = 'gift'")
