"""Kinds of complainer: judged on a case or seen by a rule, they decide who has it and how fast it is put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock
from complaints.cases.sentences import sentence_for_customer, sentence_for_staff
from complaints.common.errors import Invalid
from complaints.common.rulebook import edition
from complaints.customers.models import Customer
from complaints.escalation.models import UrgentRule
from complaints.escalation.sheets import UrgentSheet
from complaints.escalation.urgent import cannot_wait
from complaints.handling.acknowledge import acknowledge
from complaints.handling.assign import take
from complaints.handling.hear_customer import hear_customer
from complaints.handling.keep_urgent_rule import keep_urgent_rule
from complaints.handling.reassess import Judgement, foresee, reassess
from complaints.handling.withdraw import withdraw
from complaints.staff.models import Employee, Tier
from complaints.standards.models import ClockKind, Complainer, RecoveryStandard, StandardVersion, Target
from tests.factories import a_complaint
from tests.handling.climbing import AT, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def war(db: None) -> UrgentRule:
    """Who goes to war starts with the manager."""
    return UrgentRule.objects.create(name="Goes to war", complainer=Complainer.ACTIVIST, tier=Tier.MANAGER)


@pytest.fixture
def press(db: None) -> UrgentRule:
    """Who names the press goes to war."""
    return a_signal("Threat of the press", Complainer.ACTIVIST, words="newspaper\n媒体")


@pytest.fixture
def quick(db: None) -> RecoveryStandard:
    """With those who go to war it is put right within four hours."""
    standard = RecoveryStandard.objects.create(name="At war", complainer=Complainer.ACTIVIST)
    version = StandardVersion.objects.create(standard=standard, number=1, made_at=AT)
    Target.objects.create(version=version, kind=ClockKind.RESOLVE, minutes=4 * 60)
    return standard


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


def a_signal(name: str, takes_as: Complainer, **facts: Any) -> UrgentRule:
    return UrgentRule.objects.create(name=name, takes_as=takes_as, **{"tier": "", **facts})


def judged(kind: str) -> Judgement:
    return Judgement(complainer=kind)


def test_the_four_kinds_are_in_the_order_of_what_they_make_of_it() -> None:
    kinds = ["", *Complainer.values]
    assert kinds == ["", "passive", "voicer", "irate", "activist"]
    for place, one in enumerate(kinds):
        assert [Complainer.is_more(one, other) for other in kinds] == [place > index for index in range(5)]


# Judged by a person


def test_who_goes_to_war_goes_to_the_manager_at_once(
    case: Case, fern: Employee, max_: Employee, war: UrgentRule
) -> None:
    reassess(case.reference, judgement=judged("activist"), by=fern, at=later(hours=1))
    case.refresh_from_db()
    assert (case.complainer, case.tier, case.responsible) == ("activist", Tier.MANAGER, max_)
    told = case.timeline.get(kind=Entry.REASSESSED)
    assert "kind of complainer: none → Goes to war" in sentence_for_staff(told)
    assert case.timeline.get(kind=Entry.ESCALATED).facts["reason"] == "Goes to war"


def test_other_kinds_stay_where_they_are(case: Case, fern: Employee, war: UrgentRule) -> None:
    for kind in ("irate", "passive", ""):
        reassess(case.reference, judgement=judged(kind), by=fern, at=later(hours=1))
        case.refresh_from_db()
        assert (case.complainer, case.tier, case.responsible) == (kind, Tier.FRONT_LINE, fern)


def test_a_standard_for_the_kind_is_what_it_is_held_to(case: Case, fern: Employee, quick: RecoveryStandard) -> None:
    reassess(case.reference, judgement=judged("activist"), by=fern, at=later(hours=1))
    case.refresh_from_db()
    assert case.standard is not None
    assert case.standard.standard == quick
    assert Clock.objects.get(case=case, kind=ClockKind.RESOLVE, dropped=False).due_at == later(hours=4)
    reassess(case.reference, judgement=judged("irate"), by=fern, at=later(hours=2))
    case.refresh_from_db()
    assert case.standard.standard != quick


def test_what_it_would_change_is_told_before_and_nothing_is_done(
    case: Case, fern: Employee, max_: Employee, war: UrgentRule, quick: RecoveryStandard
) -> None:
    before = Case.objects.filter(pk=case.pk).values().get()
    seen = foresee(case, judgement=judged("activist"), by=fern, at=later(hours=1))
    assert (seen.rule, seen.rung and seen.rung.responsible) == (war, max_)
    assert {one.name: one.after for one in seen.changes}["kind of complainer"] == "Goes to war"
    assert later(hours=4) in [one.after for one in seen.deadlines]
    assert Case.objects.filter(pk=case.pk).values().get() == before
    reassess(case.reference, judgement=judged("activist"), by=fern, at=later(hours=1))
    case.refresh_from_db()
    assert case.responsible == (seen.rung and seen.rung.responsible)


def test_whoever_is_with_the_manager_already_stays_there(case: Case, max_: Employee, war: UrgentRule) -> None:
    take(case.reference, by=max_, at=later(hours=1))
    reassess(case.reference, judgement=judged("activist"), by=max_, at=later(hours=2))
    case.refresh_from_db()
    assert (case.responsible, case.timeline.filter(kind=Entry.ESCALATED).count()) == (max_, 0)


def test_a_large_following_is_a_signal(case: Case, fern: Employee, max_: Employee, war: UrgentRule) -> None:
    a_signal("Many followers", Complainer.ACTIVIST, following=10_000)
    seen = foresee(case, judgement=Judgement(following=9_999), by=fern, at=later(hours=1))
    assert [one.name for one in seen.changes] == ["people who follow the customer in public"]
    reassess(case.reference, judgement=Judgement(following=10_000), by=fern, at=later(hours=1))
    case.refresh_from_db()
    assert (case.following, case.complainer, case.responsible) == (10_000, "activist", max_)


def test_a_following_moves_a_judgement_up_and_never_down(case: Case, fern: Employee) -> None:
    a_signal("Many followers", Complainer.IRATE, following=10)
    reassess(case.reference, judgement=Judgement(following=10, complainer="voicer"), by=fern, at=later(hours=1))
    case.refresh_from_db()
    assert case.complainer == "irate"
    told = sentence_for_staff(case.timeline.get(kind=Entry.REASSESSED))
    assert "kind of complainer: none → Is furious" in told
    assert "Speaks up" not in told
    reassess(case.reference, judgement=Judgement(following=20, complainer="activist"), by=fern, at=later(hours=1))
    case.refresh_from_db()
    assert case.complainer == "activist"


# Seen by a rule


@pytest.mark.parametrize("said", ["I will go to the newspaper.", "我要找媒体曝光。"])
def test_who_threatens_with_the_press_when_filing_is_led_as_one_who_goes_to_war(
    said: str, fern: Employee, max_: Employee, press: UrgentRule, war: UrgentRule, quick: RecoveryStandard
) -> None:
    case = a_complaint(by=fern, what_happened=said, at=AT)
    case.refresh_from_db()
    assert (case.complainer, case.tier, case.responsible) == ("activist", Tier.MANAGER, max_)
    assert case.standard is not None
    assert case.standard.standard == quick
    assert Clock.objects.get(case=case, kind=ClockKind.RESOLVE).due_at == AT + timedelta(hours=4)
    entry = case.timeline.get(kind=Entry.TAKEN_FOR)
    assert sentence_for_staff(entry) == (
        "By the rule “Threat of the press” the customer is taken for one who: Goes to war"
    )
    assert not entry.public
    assert sentence_for_customer(entry) == ""


def test_a_signal_alone_moves_nobody(fern: Employee, max_: Employee, press: UrgentRule) -> None:
    case = a_complaint(by=fern, what_happened="I will go to the newspaper.", at=AT)
    case.refresh_from_db()
    assert (case.complainer, case.tier, case.responsible) == ("activist", Tier.FRONT_LINE, fern)
    assert not cannot_wait(case, edition())


def test_what_is_said_later_counts_too(
    case: Case, fern: Employee, max_: Employee, press: UrgentRule, war: UrgentRule, quick: RecoveryStandard
) -> None:
    acknowledge(case.reference, by=fern, at=later(minutes=10))
    token = links.mint(case, at=later(minutes=20))
    hear_customer(token, text="Then I call the newspaper.", at=later(hours=1))
    case.refresh_from_db()
    assert (case.complainer, case.responsible) == ("activist", max_)
    assert Clock.objects.get(case=case, kind=ClockKind.RESOLVE, dropped=False).due_at == later(hours=4)
    hear_customer(token, text="The newspaper is on its way.", at=later(hours=2))
    assert case.timeline.filter(kind=Entry.TAKEN_FOR).count() == 1


def test_a_mere_word_does_not_bring_a_newer_version_of_the_same_standard(
    case: Case, fern: Employee, press: UrgentRule
) -> None:
    standard = RecoveryStandard.objects.create(name="All", severity=case.severity, channel=case.channel)
    old = StandardVersion.objects.create(standard=standard, number=1, made_at=AT)
    Target.objects.create(version=old, kind=ClockKind.RESOLVE, minutes=600)
    held = a_complaint(by=fern, at=AT)
    assert held.standard == old
    StandardVersion.objects.filter(pk=old.pk).update(is_current=False)
    newer = StandardVersion.objects.create(standard=standard, number=2, made_at=AT)
    Target.objects.create(version=newer, kind=ClockKind.RESOLVE, minutes=60)
    hear_customer(links.mint(held, at=AT), text="I call the newspaper.", at=later(hours=1))
    held.refresh_from_db()
    assert (held.complainer, held.standard) == ("activist", old)


def test_for_the_third_time_is_counted_and_not_only_said(fern: Employee, max_: Employee, cara: Customer) -> None:
    a_signal("The third time", Complainer.IRATE, complaints=3)
    long_ago = a_complaint(by=fern, customer=cara, at=AT - timedelta(days=366))
    withdrawn = a_complaint(by=fern, customer=cara, at=AT - timedelta(days=300))
    withdraw(withdrawn.reference, reason="Settled.", by=fern, at=AT - timedelta(days=299))
    second = a_complaint(by=fern, customer=cara, at=AT)
    third = a_complaint(by=fern, customer=cara, at=later(days=1))
    assert [one.complainer for one in (long_ago, second, third)] == ["", "", "irate"]
    assert a_complaint(by=fern, at=later(days=2)).complainer == ""


def test_the_strongest_signal_counts_and_nobody_is_taken_for_less(case: Case, fern: Employee) -> None:
    a_signal("Third time", Complainer.IRATE, words="third time")
    a_signal("Press", Complainer.ACTIVIST, words="press")
    assert a_complaint(by=fern, what_happened="The third time! I go to the press.", at=AT).complainer == "activist"
    reassess(case.reference, judgement=judged("activist"), by=fern, at=later(hours=1))
    hear_customer(links.mint(case, at=AT), text="For the third time!", at=later(hours=2))
    case.refresh_from_db()
    assert case.complainer == "activist"


# The rules


def test_a_rule_says_when_and_does_something(ada: Employee) -> None:
    with pytest.raises(Invalid, match="something about the customer"):
        keep_urgent_rule(None, sheet=UrgentSheet(name="Empty", tier="manager"), by=ada, at=AT)
    with pytest.raises(Invalid, match="to whom it goes"):
        keep_urgent_rule(None, sheet=UrgentSheet(name="Idle", words="court"), by=ada, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        UrgentRule.objects.create(name="Idle", words="court", tier="")
    kept = keep_urgent_rule(
        None, sheet=UrgentSheet(name="Followers", following=500, takes_as="activist"), by=ada, at=AT
    )
    assert (kept.tier, kept.takes_as) == ("", "activist")
