from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from complaints.common.errors import ChangedMeanwhile, Invalid, NotPermitted
from complaints.customers.models import Customer
from complaints.handling.keep_playbook import keep_playbook
from complaints.handling.keep_trouble import keep_trouble
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Playbook, PlaybookVersion, Remedy, TroubleRate
from complaints.remedies.sheets import AdviceLine, PlaybookSheet, TroubleSheet
from complaints.remedies.worth import Parts, Reckoning
from complaints.staff.models import Employee, Setting, SettingChange, Tier
from complaints.standards.models import FailureType, Severity
from tests.factories import a_complaint
from tests.handling.climbing import AT, later
from tests.remedies.purse import a_trouble_rate, an_authority, usd

VOUCHER = AdviceLine(kind="voucher", least=Decimal(50), most=Decimal(150), currency="USD", fits="Who comes again")
SORRY = AdviceLine(kind="apology", fits="Always")
WEIGHTS = {
    "per_contact": Decimal(10),
    "per_day": Decimal(5),
    "low": Decimal(0),
    "medium": Decimal(20),
    "high": Decimal(50),
    "critical": Decimal(100),
}


@pytest.fixture
def late(quinn: Employee, late_room: FailureType) -> Playbook:
    sheet = PlaybookSheet(
        name="Late rooms", failure_type=late_room.pk, apology="We are sorry.", advice=(SORRY, VOUCHER)
    )
    return keep_playbook(None, sheet=sheet, by=quinn, at=AT)


def sheet_of(playbook: Playbook) -> PlaybookSheet:
    return PlaybookSheet.of_playbook(Playbook.objects.get(pk=playbook.pk))


def change(playbook: Playbook, by: Employee, **facts: Any) -> Playbook:
    return keep_playbook(playbook.pk, sheet=replace(sheet_of(playbook), **facts), by=by, at=later(days=1))


def numbers(playbook: Playbook) -> list[tuple[int, bool]]:
    return list(playbook.versions.order_by("number").values_list("number", "is_current"))


def test_an_analyst_writes_a_playbook(late: Playbook, quinn: Employee) -> None:
    assert sheet_of(late).advice == (SORRY, VOUCHER), "in the order in which they were written"
    version = PlaybookVersion.objects.get()
    assert (version.number, version.made_by, version.made_at) == (1, quinn.name, AT)
    noted = SettingChange.objects.get()
    assert (noted.setting, noted.by, noted.is_new) == (Setting.PLAYBOOK, quinn, True)


def test_other_words_or_remedies_make_a_version_and_another_name_none(late: Playbook, quinn: Employee) -> None:
    change(late, quinn, name="Rooms that are late", severity=Severity.HIGH)
    assert numbers(late) == [(1, True)]
    change(late, quinn, apology="We are truly sorry.")
    change(late, quinn, advice=(VOUCHER, SORRY))
    assert numbers(late) == [(1, False), (2, False), (3, True)]
    assert PlaybookVersion.objects.get(number=1).apology == "We are sorry."
    assert PlaybookVersion.objects.get(number=1).advice.count() == 2


def test_the_same_kept_twice_is_done_once(late: Playbook, quinn: Employee) -> None:
    change(late, quinn)
    assert numbers(late) == [(1, True)]
    assert SettingChange.objects.count() == 1


def test_going_back_is_writing_the_earlier_words_anew(late: Playbook, quinn: Employee) -> None:
    change(late, quinn, apology="Sorry, but we were full.")
    first = PlaybookVersion.objects.get(number=1)
    earlier = PlaybookSheet.of_version(first, late)
    keep_playbook(late.pk, sheet=earlier, by=quinn, at=later(days=2))
    assert numbers(late) == [(1, False), (2, False), (3, True)]
    assert sheet_of(late) == earlier


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"advice": ()}, "advice"),
        ({"apology": ""}, "apology"),
        ({"advice": (replace(VOUCHER, most=Decimal(20)),)}, ""),
        ({"advice": (replace(VOUCHER, least=None),)}, ""),
        ({"advice": (replace(VOUCHER, currency="dollars"),)}, "currency"),
    ],
)
def test_what_nobody_could_follow_is_refused_and_leaves_everything_as_it_was(
    late: Playbook, quinn: Employee, facts: dict[str, Any], field: str
) -> None:
    before = sheet_of(late)
    with pytest.raises(Invalid) as refused:
        change(late, quinn, **facts)
    assert refused.value.field == field
    assert sheet_of(late) == before


def test_what_costs_no_money_keeps_no_range(late: Playbook, quinn: Employee) -> None:
    change(late, quinn, advice=(replace(VOUCHER, kind="explanation"),))
    assert sheet_of(late).advice == (AdviceLine(kind="explanation", fits="Who comes again"),)


def test_two_for_exactly_the_same_cases_are_refused_with_a_sentence(late: Playbook, quinn: Employee) -> None:
    with pytest.raises(Invalid, match="Another playbook in force"):
        keep_playbook(None, sheet=replace(sheet_of(late), name="Again"), by=quinn, at=AT)


def test_a_page_that_grew_old_loses_nobodys_words(late: Playbook, quinn: Employee, ada: Employee) -> None:
    seen = sheet_of(late)
    change(late, quinn, avoid="Blaming others.")
    with pytest.raises(ChangedMeanwhile):
        keep_playbook(late.pk, sheet=replace(seen, avoid="Haste."), by=ada, at=AT, seen=seen.fingerprint)
    assert sheet_of(late).avoid == "Blaming others."


def test_only_analysts_and_administrators_write_them(
    late: Playbook, ada: Employee, fern: Employee, max_: Employee, vera: Employee
) -> None:
    for who in (fern, max_, vera):
        with pytest.raises(NotPermitted, match="analysts"):
            change(late, who, avoid="Blaming others.")
        with pytest.raises(NotPermitted, match="analysts"):
            keep_trouble(None, sheet=TroubleSheet(currency="USD", **WEIGHTS), by=who, at=AT)
    change(late, ada, avoid="Blaming others.")


def test_what_trouble_counts_for_is_kept_once_for_a_currency(quinn: Employee) -> None:
    sheet = TroubleSheet(currency="USD", **WEIGHTS)
    rate = keep_trouble(None, sheet=sheet, by=quinn, at=AT)
    keep_trouble(rate.pk, sheet=replace(sheet, per_day=Decimal(8)), by=quinn, at=AT)
    assert TroubleRate.objects.get().per_day == 8
    with pytest.raises(Invalid):
        keep_trouble(None, sheet=sheet, by=quinn, at=AT)
    with pytest.raises(Invalid, match="never worth less"):
        keep_trouble(rate.pk, sheet=replace(sheet, high=Decimal(1)), by=quinn, at=AT)


# What a remedy keeps of it


def proposed(
    fern: Employee, cara: Customer, kind: FailureType, *, by: RemedyKind = RemedyKind.VOUCHER, **facts: Any
) -> Remedy:
    an_authority(Tier.FRONT_LINE, 200)
    case = a_complaint(by=fern, customer=cara, failure_type=kind.pk, at=AT, severity=Severity.HIGH)
    amount = None if by == RemedyKind.APOLOGY else usd(100)
    what = RemedyFacts(kind=by, words="We are sorry.", amount=amount, **facts)
    return Remedy.objects.get(pk=propose_remedy(case.reference, what, by=fern, at=later(days=2)).pk)


def test_a_remedy_keeps_the_version_and_the_reckoning_it_was_proposed_under(
    late: Playbook, quinn: Employee, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    a_trouble_rate()
    parts = Parts(price=Decimal(180), contacts=2, days=2, severity=Severity.HIGH)
    remedy = proposed(fern, cara, late_room, parts=parts)
    change(late, quinn, apology="We are truly sorry.")
    TroubleRate.objects.update(per_day=99)

    remedy.refresh_from_db()
    assert remedy.playbook == PlaybookVersion.objects.get(number=1)
    kept = Reckoning.of_facts(remedy.reckoning)
    assert kept is not None
    assert (kept.parts, kept.trouble, kept.least) == (parts, Decimal(80), Decimal(260)), "as it was reckoned that day"


def test_a_remedy_without_a_playbook_or_weights_keeps_none(
    fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    remedy = proposed(fern, cara, late_room, parts=Parts(contacts=1, days=0, severity=Severity.LOW))
    assert (remedy.playbook, remedy.reckoning) == (None, None)


def test_an_apology_is_not_reckoned(late: Playbook, fern: Employee, cara: Customer, late_room: FailureType) -> None:
    a_trouble_rate()
    parts = Parts(contacts=1, days=0, severity=Severity.LOW)
    assert proposed(fern, cara, late_room, by=RemedyKind.APOLOGY, parts=parts).reckoning is None


def test_a_part_that_cannot_be_refuses_the_proposal(fern: Employee, cara: Customer, late_room: FailureType) -> None:
    a_trouble_rate()
    with pytest.raises(Invalid):
        proposed(fern, cara, late_room, parts=Parts(contacts=-1, days=0, severity=Severity.LOW))
    assert not Remedy.objects.exists()
