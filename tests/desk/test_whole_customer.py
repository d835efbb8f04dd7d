"""One page says everything about a customer, as far as its reader may see it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.test import Client

from complaints.cases import links
from complaints.customers.models import Customer
from complaints.customers.records import file_of
from complaints.handling.decide_double import name_double
from complaints.handling.hear_customer import hear_customer
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.merge_customers import merge_customers
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.remedies.catalogue import RemedyKind
from complaints.staff.models import Employee, Tier
from tests.desk.test_change_customer import page_of, typed
from tests.factories import a_complaint, a_customer, a_picture
from tests.remedies.purse import an_authority, usd

AT = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


def test_value_and_special_needs_are_kept_and_shown(client: Client, fern: Employee, cara: Customer) -> None:
    client.force_login(fern)
    case = a_complaint(by=fern, customer=cara)
    a_complaint(by=fern, customer=cara)
    told = {
        "special_needs": "A wheelchair",
        "customer_since": "2019-05-01",
        "revenue": "12,500",
        "revenue_currency": "usd",
    }
    assert client.post(page_of(cara), typed(cara, **told)).status_code == 302
    cara.refresh_from_db()
    file = file_of(cara)
    assert (file.revenue, file.revenue_currency, file.customer_since) == (Decimal("12500.00"), "USD", date(2019, 5, 1))
    for address in (f"/desk/customers/{cara.pk}/", f"/desk/complaints/{case.reference}/"):
        page = client.get(address).content.decode()
        assert "A wheelchair" in page
        assert "Customer since" in page


def test_a_revenue_without_a_currency_is_refused_and_stays_typed(
    client: Client, fern: Employee, cara: Customer
) -> None:
    client.force_login(fern)
    answer = client.post(page_of(cara), typed(cara, revenue="900", revenue_currency=""))
    assert answer.status_code == 400
    assert 'value="900"' in answer.content.decode()


def test_what_was_said_both_ways_stands_on_the_page_for_who_may_see_the_complaint(
    client: Client, fern: Employee, otto: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    write_to_customer(case.reference, text="We will call you tonight.", by=fern, at=AT + timedelta(hours=1))
    hear_customer(links.mint(case, at=AT), text="After seven, please.", at=AT + timedelta(hours=2))
    write_note(case.reference, text="Not a contact.", by=fern, at=AT + timedelta(hours=3))
    client.force_login(fern)
    told = client.get(f"/desk/customers/{cara.pk}/").context["contacts"]
    assert [entry.text for entry, _sentence in told] == ["After seven, please.", "We will call you tonight.", ""]
    assert told[-1][1] == "Fern Fuller filed the complaint"
    client.force_login(otto)
    assert "After seven" not in client.get(f"/desk/customers/{cara.pk}/").content.decode()


def test_the_steward_sees_beforehand_what_the_file_that_goes_on_will_say(
    client: Client, quinn: Employee, cara: Customer
) -> None:
    """Of language, value and wishes the survivor's word stands, so both have to be seen."""
    Customer.objects.filter(pk=cara.pk).update(revenue=18400, revenue_currency="USD", no_progress=True)
    double = a_customer(name="Kara Castillo", phone="+12125550142")
    Customer.objects.filter(pk=double.pk).update(language="zh-hans")
    named = name_double(cara.pk, double.pk, by=quinn, at=AT)
    client.force_login(quinn)
    page = " ".join(client.get(f"/desk/customers/doubles/{named.pk}/").content.decode().split())
    for told in ("$18,400.00", "Wants no messages on progress", "Simplified Chinese", "+1 212-555-0142"):
        assert told in page


def test_otto_sees_no_remedy_of_another_branch(client: Client, fern: Employee, otto: Employee, cara: Customer) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    case = a_complaint(by=fern, customer=cara)
    what = RemedyFacts(kind=RemedyKind.REFUND, words="Sorry.", amount=usd(123), proof="paid")
    propose_remedy(case.reference, what, by=fern, at=AT)
    for employee, is_seen in ((fern, True), (otto, False)):
        client.force_login(employee)
        assert ("$123.00" in client.get(f"/desk/customers/{cara.pk}/").content.decode()) is is_seen


def test_the_address_of_a_merged_customer_leads_to_whoever_goes_on(
    client: Client, quinn: Employee, cara: Customer
) -> None:
    double = a_customer(name="Kara")
    merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    client.force_login(quinn)
    assert client.get(f"/desk/customers/{double.pk}/")["Location"] == f"/desk/customers/{cara.pk}/"


def test_m1_the_files_of_a_duplicate_are_on_the_page_of_the_one_that_goes_on(
    client: Client, fern: Employee, cara: Customer
) -> None:
    """FAILURES M1: what came with the second complaint cannot be found from the first."""
    original = a_complaint(by=fern, customer=cara)
    case = a_complaint(by=fern, customer=cara, files=[a_picture("a.png"), a_picture("b.png"), a_picture("c.png")])
    mark_duplicate(case.reference, original=original.reference, by=fern, at=datetime.now(UTC))
    client.force_login(fern)
    page = client.get(f"/desk/complaints/{original.reference}/").content.decode()
    assert [page.count(f"{name}.png") for name in "abc"] == [1, 1, 1]
