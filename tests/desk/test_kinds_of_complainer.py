"""Kinds of complainer at the desk: judged with foresight, and shown with what must not be done."""

from __future__ import annotations

import pytest
from django.test import Client

from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.customers.models import Customer
from complaints.desk.leading import leading_of
from complaints.escalation.models import UrgentRule
from complaints.handling.withdraw import withdraw
from complaints.staff.models import Employee, Tier
from complaints.standards.models import Complainer, RecoveryStandard
from tests.desk.test_settings import text_of, typed
from tests.desk.test_steps import page_of
from tests.desk.test_steps import typed as step
from tests.factories import a_complaint, an_hour_ago


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    UrgentRule.objects.create(name="Goes to war", complainer=Complainer.ACTIVIST, tier=Tier.MANAGER)
    UrgentRule.objects.create(name="Many followers", following=500, takes_as=Complainer.ACTIVIST, tier="")
    return a_complaint(by=fern, customer=cara)


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    client.force_login(fern)
    return client


@pytest.mark.parametrize("kind", Complainer)
def test_every_kind_says_what_to_do_and_what_not(kind: Complainer) -> None:
    found = leading_of(kind.value)
    assert found is not None
    assert len(found.do) >= 2
    assert len(found.avoid) >= 2
    assert leading_of("") is None


def test_fern_is_told_where_it_would_go_and_it_goes_there(desk: Client, case: Case, max_: Employee) -> None:
    address = page_of(case, Move.REASSESS)
    seen = text_of(desk.post(address, step(case, severity=2, complainer="activist", foresee="1")))
    assert "Kind of complainer: none → Goes to war" in seen
    assert "Goes up at once by the rule “Goes to war”: Max Moreno" in seen
    assert Case.objects.get(pk=case.pk).complainer == ""

    desk.post(address, step(case, severity=2, complainer="activist"))

    page = text_of(desk.get(page_of(case)))
    assert Case.objects.get(pk=case.pk).responsible == max_
    assert "What must not be done Do not offer money for silence." in page


def test_a_following_is_noted_and_heeded(desk: Client, case: Case, max_: Employee) -> None:
    address = page_of(case, Move.REASSESS)
    refused = desk.post(address, step(case, severity=2, complainer="voicer", following="many"))
    assert refused.status_code == 400
    assert 'value="many"' in refused.content.decode()
    desk.post(address, step(case, severity=2, complainer="voicer", following=800))
    case.refresh_from_db()
    assert (case.complainer, case.following, case.responsible) == ("activist", 800, max_)
    assert "Followed in public by 800" in text_of(desk.get(page_of(case)))


def test_judging_something_else_leaves_the_kind_as_it_is(desk: Client, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(complainer="irate", following=20)
    page = desk.get(page_of(case, Move.REASSESS)).content.decode()
    assert '<option value="irate" selected>' in page
    assert 'value="20"' in page
    desk.post(page_of(case, Move.REASSESS), step(case, severity=3))
    case.refresh_from_db()
    assert (case.severity, case.complainer, case.following) == (3, "irate", 20)


def test_how_to_lead_is_not_said_when_it_is_over(desk: Client, case: Case, fern: Employee) -> None:
    Case.objects.filter(pk=case.pk).update(complainer="irate")
    assert "Do not argue about who is right." in text_of(desk.get(page_of(case)))
    withdraw(case.reference, reason="She said so.", by=fern, at=an_hour_ago())
    assert "Do not argue about who is right." not in text_of(desk.get(page_of(case)))


def test_lists_are_narrowed_to_a_kind_and_say_who_one_deals_with(desk: Client, case: Case, fern: Employee) -> None:
    calm = a_complaint(by=fern)
    Case.objects.filter(pk=case.pk).update(complainer="irate")
    for address in ("/desk/?whose=all", "/desk/?q=room"):
        everything, narrowed = text_of(desk.get(address)), desk.get(f"{address}&complainer=irate")
        assert {case.reference, calm.reference} <= set(everything.split())
        seen = text_of(narrowed)
        assert (case.reference in seen, calm.reference in seen) == (True, False)
        assert '<span class="tag tag-danger">Is furious</span>' in narrowed.content.decode()


def test_the_head_of_a_case_leads_to_what_must_not_be_done(desk: Client, case: Case) -> None:
    """On a telephone it stands far below the steps."""
    leads = 'href="#leading-head">Is furious</a>'
    assert leads not in desk.get(page_of(case)).content.decode()
    Case.objects.filter(pk=case.pk).update(complainer="irate")
    assert leads in desk.get(page_of(case)).content.decode()


def test_ada_keeps_a_signal_and_a_standard_for_a_kind(client: Client, ada: Employee) -> None:
    client.force_login(ada)
    page = "/desk/settings/urgent/new/"
    sent = typed(client, page, name="The third time", complaints=3, takes_as="irate", tier="")
    assert "It is kept." in text_of(client.post(page, sent, follow=True))
    rule = UrgentRule.objects.get(name="The third time")
    assert (rule.complaints, rule.takes_as, rule.tier) == (3, "irate", "")
    assert "The third time Is furious" in text_of(client.get("/desk/settings/urgent/"))

    page = "/desk/settings/standards/new/"
    sent = typed(client, page, name="The furious", complainer="irate", line_0_kind="answer", line_0_minutes="2 h")
    assert "It is kept." in text_of(client.post(page, sent, follow=True))
    assert RecoveryStandard.objects.get(name="The furious").complainer == "irate"
    seen = text_of(client.get(f"/desk/settings/?for-unit={ada.unit_id}&for-severity=2&for-complainer=irate"))
    assert "By the standard “The furious”, version 1." in seen
