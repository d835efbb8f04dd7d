from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.customers.records import file_of
from complaints.escalation.models import UrgentRule
from complaints.handling.change_customer import change_customer
from complaints.staff.models import Employee
from complaints.standards.models import RecoveryStandard
from tests.cast import PASSWORD
from tests.factories import a_complaint, a_customer


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara)


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    """Fern's browser."""
    client.force_login(fern)
    return client


def page_of(customer: Customer) -> str:
    return f"/desk/customers/{customer.pk}/edit/"


def typed(customer: Customer, **words: Any) -> dict[str, Any]:
    """What the form sends that was drawn with what is on file now."""
    file = file_of(customer)
    return {
        "name": file.name,
        "company": file.company,
        "emails": "\r\n".join(file.emails),
        "phones": "\r\n".join(file.phones),
        "language": file.language,
        "preferences": file.preferences,
        "special_needs": file.special_needs,
        "customer_since": file.customer_since or "",
        "revenue": file.revenue or "",
        "revenue_currency": file.revenue_currency,
        "notes": file.notes,
        "quiet_from": file.quiet_from or "",
        "quiet_until": file.quiet_until or "",
        "seen": file.fingerprint,
        **words,
    }


def test_the_form_stands_filled_in_with_what_is_on_file(desk: Client, case: Case, cara: Customer) -> None:
    page = desk.get(page_of(cara)).content.decode()

    for text in ("Cara Castillo", "Castillo &amp; Sons", "cara@demo.example", "+12125550142", "High floor"):
        assert text in page


def test_a_changed_file_is_shown(desk: Client, case: Case, cara: Customer) -> None:
    sent = typed(cara, emails="a@demo.example\r\n\r\nb@demo.example", phones="(212) 555-0199", notes="Rings at noon.")

    page = desk.post(page_of(cara), sent, follow=True).content.decode()

    assert "What is on file for this customer is changed." in page
    assert "Rings at noon." in page
    on_file = file_of(cara)
    assert (on_file.emails, on_file.phones) == (("a@demo.example", "b@demo.example"), ("+12125550199",))


@pytest.mark.parametrize(
    ("field", "words", "sentence"),
    [
        ("name", "\u202e", "Please say who the customer is."),
        ("name", "N" * 161, "at most 160"),
        ("emails", "cara@demo.example\nnowhere", "“nowhere” is not an e-mail address."),
        ("emails", "<script>alert(1)</script>", "is not an e-mail address."),
        ("phones", "+12125550142\nhome", "“home” is not a telephone number."),
        ("language", "tlh", "tlh"),
    ],
)
def test_bad_input_gets_a_sentence_beside_its_field_and_is_kept(
    desk: Client, case: Case, cara: Customer, field: str, words: str, sentence: str
) -> None:
    before = file_of(cara)

    answer = desk.post(page_of(cara), typed(cara, **{field: words}, preferences="Low floor."))

    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page[page.index(f'id="id_{field}_error"') :][:400]
    assert "Low floor." in page
    assert "<script>alert" not in page
    assert file_of(Customer.objects.get(pk=cara.pk)) == before


def test_a_page_grown_old_loses_no_word_and_shows_what_is_on_file_now(
    desk: Client, case: Case, cara: Customer, max_: Employee
) -> None:
    mine = typed(cara, notes="Speaks Spanish.")
    change_customer(cara.pk, file=replace(file_of(cara), preferences="Ground floor."), by=max_, at=now())

    answer = desk.post(page_of(cara), mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("was changed while you were writing", "Speaks Spanish.", "Ground floor.", "High floor"):
        assert words in page


def test_the_form_of_the_409_is_taken_when_sent_again(desk: Client, case: Case, cara: Customer, max_: Employee) -> None:
    mine = typed(cara, notes="Speaks Spanish.")
    change_customer(cara.pk, file=replace(file_of(cara), preferences="Ground floor."), by=max_, at=now())
    form = desk.post(page_of(cara), mine).context["form"]

    answer = desk.post(page_of(cara), {name: form[name].value() for name in form.fields})

    assert answer.status_code == 302
    assert file_of(Customer.objects.get(pk=cara.pk)).notes == "Speaks Spanish."


def test_a_form_that_does_not_say_what_it_saw_counts_as_old(desk: Client, case: Case, cara: Customer) -> None:
    assert desk.post(page_of(cara), typed(cara, notes="Speaks Spanish.", seen="")).status_code == 409


def test_what_was_typed_waits_behind_the_sign_in(client: Client, case: Case, cara: Customer, fern: Employee) -> None:
    sent = client.post(page_of(cara), typed(cara, notes="Half an hour of careful words."))

    answer = client.post(sent["Location"], {"login": fern.email, "password": PASSWORD}, follow=True)

    assert answer.redirect_chain[-1][0] == page_of(cara)
    assert "Half an hour of careful words." in answer.content.decode()


def test_the_way_there_is_shown_to_who_may_go_it(
    client: Client, case: Case, cara: Customer, fern: Employee, otto: Employee, quinn: Employee
) -> None:
    shown = {}
    for who in (fern, otto, quinn):
        client.force_login(who)
        shown[who.name] = page_of(cara) in client.get(f"/desk/customers/{cara.pk}/").content.decode()

    assert shown == {fern.name: True, otto.name: False, quinn.name: False}


def test_the_case_of_somebody_without_address_leads_to_the_form(desk: Client, fern: Employee, quinn: Employee) -> None:
    silent = a_complaint(by=fern, customer=a_customer(email=""))
    page = f"/desk/complaints/{silent.reference}/"

    assert page_of(silent.customer) in desk.get(page).content.decode()
    desk.force_login(quinn)
    assert page_of(silent.customer) not in desk.get(page).content.decode()


def test_who_is_not_on_file_is_a_404(desk: Client) -> None:
    assert desk.get("/desk/customers/999999/edit/").status_code == 404


def test_a_manager_chooses_among_the_groups_that_mean_something(
    client: Client, case: Case, cara: Customer, max_: Employee, fern: Employee
) -> None:
    client.force_login(max_)
    assert 'name="group"' not in client.get(page_of(cara)).content.decode(), "there is none yet"
    RecoveryStandard.objects.create(name="Gold", customer_group="gold")
    UrgentRule.objects.create(name="VIP", customer_group="vip")
    page = client.get(page_of(cara)).content.decode()
    assert [group for group in ("gold", "vip", "nobody") if f'<option value="{group}">' in page] == ["gold", "vip"]

    assert client.post(page_of(cara), typed(cara, group="nobody")).status_code == 400
    client.post(page_of(cara), typed(cara, group="gold"))
    assert file_of(Customer.objects.get(pk=cara.pk)).group == "gold"

    client.force_login(fern)
    assert 'name="group"' not in client.get(page_of(cara)).content.decode()
    assert (
        client.post(page_of(cara), typed(Customer.objects.get(pk=cara.pk), group="vip", notes="x")).status_code == 302
    )
    assert file_of(Customer.objects.get(pk=cara.pk)).group == "gold", "what the front line is not asked stays"


def test_quiet_hours_and_no_progress_are_kept_and_shown(desk: Client, case: Case, cara: Customer) -> None:
    answer = desk.post(
        page_of(cara), typed(cara, quiet_from="22:00", quiet_until="07:00", no_progress="on"), follow=True
    )

    page = answer.content.decode()
    assert "No messages from 22:00 to 07:00" in page
    assert "Wants no messages on progress" in page


def test_half_of_the_quiet_hours_is_refused_and_kept_as_typed(desk: Client, case: Case, cara: Customer) -> None:
    answer = desk.post(page_of(cara), typed(cara, quiet_from="22:00"))

    assert answer.status_code == 400
    assert "please give the other one too" in answer.content.decode()
    assert 'value="22:00"' in answer.content.decode()
