"""A customer's file is put right: who may, what is told, what is found, and what then goes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from complaints.cases import search, sentences
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.common.errors import ChangedMeanwhile, CustomerNotYours, Invalid, NotFound, NotPermitted
from complaints.customers import lookup, records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts, CustomerFile, file_of
from complaints.handling import change_customer as verb
from complaints.handling.change_customer import change_customer
from complaints.handling.reassess import Judgement, reassess
from complaints.handling.retry_message import retry_message
from complaints.handling.withdraw import withdraw
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox.models import Kind, Message, MessageState
from complaints.staff.models import Employee
from complaints.standards.models import ClockKind, RecoveryStandard, StandardVersion
from tests.factories import a_complaint, a_customer

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint, filed by Fern at ten."""
    return a_complaint(by=fern, customer=cara, at=AT)


def changed(customer: Customer, *, by: Employee, at: datetime = LATER, **told: Any) -> CustomerFile:
    """Write the file anew with these facts changed; what is on file then."""
    change_customer(customer.pk, file=replace(file_of(customer), **told), by=by, at=at)
    return file_of(Customer.objects.get(pk=customer.pk))


def told_on(case: Case) -> list[str]:
    """What the timeline says of changed customers, for staff."""
    entries = TimelineEntry.objects.filter(case=case, kind=Entry.CUSTOMER_CHANGED).order_by("pk")
    return [sentences.sentence_for_staff(entry) for entry in entries]


def test_everything_on_file_can_be_changed(case: Case, cara: Customer, fern: Employee) -> None:
    told = CustomerFile(
        name="Cara Castillo-Reyes",
        company="Reyes Ltd",
        emails=("office@reyes.example", "cara@demo.example"),
        phones=("+12125550199", "+12125550142"),
        language="zh-hans",
        preferences="Low floor.",
        notes="Her husband calls for her.",
    )

    change_customer(cara.pk, file=told, by=fern, at=LATER)

    assert file_of(Customer.objects.get(pk=cara.pk)) == told


def test_the_first_address_is_where_we_write(case: Case, cara: Customer, fern: Employee) -> None:
    changed(cara, by=fern, emails=("cara@demo.example", "office@reyes.example"))
    changed(cara, by=fern, emails=("office@reyes.example", "cara@demo.example"))

    write_to_customer(case.reference, text="We are on it.", by=fern, at=LATER)

    assert Message.objects.get(kind=Kind.WRITTEN).recipient == "office@reyes.example"


def test_a_customer_and_their_complaints_are_found_by_the_new_name_alone(
    case: Case, cara: Customer, fern: Employee
) -> None:
    changed(cara, by=fern, name="Clara Reyes", company="", emails=("clara@reyes.example",))

    assert lookup.find("reyes") == lookup.find("clara@reyes") == [cara]
    assert lookup.find("castillo") == lookup.find("cara@demo") == []
    assert search.find(fern, "reyes").cases == search.find(fern, "clara ready").cases == [case]
    assert search.find(fern, "castillo").cases == []


def test_a_renamed_customers_newest_complaints_alone_are_found_anew(
    case: Case, cara: Customer, fern: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb, "FOUND_ANEW", 1)
    newest = a_complaint(by=fern, customer=cara, at=LATER)

    changed(cara, by=fern, name="Clara Reyes")

    assert search.find(fern, "reyes").cases == [newest]


def test_another_address_is_written_on_the_open_complaints_for_staff_alone(
    case: Case, cara: Customer, fern: Employee, max_: Employee
) -> None:
    over = a_complaint(by=fern, customer=cara, at=AT)
    withdraw(over.reference, reason="She rang.", by=fern, at=AT)
    version = case.version

    changed(cara, by=max_, emails=("mx@demo.example",), notes="Rings at noon.")

    assert told_on(case) == ["Max Moreno changed the customer's e-mail address: cara@demo.example → mx@demo.example"]
    assert told_on(over) == []
    entry = TimelineEntry.objects.get(kind=Entry.CUSTOMER_CHANGED)
    assert (entry.public, entry.facts["changed"]) == (False, "emails, notes")
    assert Case.objects.get(pk=case.pk).version == version + 1


def test_where_every_complaint_is_closed_the_newest_one_remembers(case: Case, cara: Customer, fern: Employee) -> None:
    withdraw(case.reference, reason="She rang.", by=fern, at=AT)

    changed(cara, by=fern, emails=())

    assert told_on(case) == ["Fern Fuller changed the customer's e-mail address: cara@demo.example → none"]


def test_what_is_no_address_leaves_the_timeline_alone(case: Case, cara: Customer, fern: Employee) -> None:
    changed(cara, by=fern, notes="Rings at noon.", phones=(), name="Clara")

    assert told_on(case) == []


def test_what_was_withheld_goes_out_once_there_is_an_address(fern: Employee) -> None:
    customer = a_customer(email="")
    case, over = (a_complaint(by=fern, customer=customer, at=AT) for _ in range(2))
    write_to_customer(case.reference, text="We are on it.", by=fern, at=AT)
    withdraw(over.reference, reason="They rang.", by=fern, at=AT)

    changed(customer, by=fern, emails=("noor@demo.example",))
    changed(customer, by=fern, emails=("noor@demo.example",))

    about = Message.objects.filter(about=case.reference).order_by("pk")
    assert [(one.kind, one.state, one.recipient, one.reason) for one in about] == [
        (Kind.RECEIVED, MessageState.QUEUED, "noor@demo.example", ""),
        (Kind.WRITTEN, MessageState.QUEUED, "noor@demo.example", ""),
    ]
    assert {one.state for one in Message.objects.filter(about=over.reference)} == {MessageState.WITHHELD}
    assert told_on(case)[0].endswith("none → noor@demo.example")


def test_what_an_address_was_told_already_is_not_told_again(fern: Employee) -> None:
    customer = a_customer(email="")
    case = a_complaint(by=fern, customer=customer, at=AT)
    withheld = Message.objects.get()
    told = Message.objects.get()
    told.pk, told.message_id, told.state, told.recipient = None, "<told@demo.example>", MessageState.SENT, "n@x.example"
    told.dedupe_key, told.sent_at, told.reason = f"{case.reference}:received:n@x.example:filed", AT, ""
    told.save()

    changed(customer, by=fern, emails=("n@x.example",))

    withheld.refresh_from_db()
    assert withheld.state == MessageState.WITHHELD


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.BOUNCED])
def test_what_reached_nobody_is_sent_again_where_the_customer_is_now(
    case: Case, cara: Customer, fern: Employee, state: MessageState
) -> None:
    Message.objects.update(state=state, reason="550 no such mailbox", sent_at=AT)
    message = Message.objects.get()

    changed(cara, by=fern, emails=("right@demo.example",))
    retry_message(message.pk, by=fern, at=LATER)

    message.refresh_from_db()
    assert (message.state, message.recipient) == (MessageState.QUEUED, "right@demo.example")


def test_who_saw_an_older_file_writes_over_nothing(case: Case, cara: Customer, fern: Employee, max_: Employee) -> None:
    seen = file_of(cara)
    changed(cara, by=max_, notes="Rings at noon.")

    with pytest.raises(ChangedMeanwhile):
        change_customer(cara.pk, file=replace(seen, name="Clara"), by=fern, at=LATER, seen=seen.fingerprint)

    assert (file_of(cara).name, file_of(Customer.objects.get(pk=cara.pk)).notes) == ("Cara Castillo", "Rings at noon.")


def test_the_same_submission_twice_is_one_change(case: Case, cara: Customer, fern: Employee) -> None:
    seen = file_of(cara)
    for _ in range(2):
        told = replace(seen, emails=("new@demo.example",))
        change_customer(cara.pk, file=told, by=fern, at=LATER, seen=seen.fingerprint)

    assert len(told_on(case)) == 1


@pytest.mark.parametrize("who", ["otto", "quinn", "ada"])
def test_only_who_handles_the_customers_complaints_may(
    case: Case, cara: Customer, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(CustomerNotYours):
        changed(cara, by=request.getfixturevalue(who), name="Clara")


def test_a_customer_without_complaints_is_anybodys_to_put_right(cara: Customer, otto: Employee) -> None:
    assert changed(cara, by=otto, name="Clara").name == "Clara"


def test_nobody_changes_the_stand_in_for_the_nameless(fern: Employee) -> None:
    nameless = records.add(CustomerFacts(name="Constituent", company="New York City Council casework"), at=AT)

    with pytest.raises(CustomerNotYours):
        changed(nameless, by=fern, emails=("fern@demo.example",))


def test_who_is_not_on_file_cannot_be_changed(fern: Employee) -> None:
    with pytest.raises(NotFound):
        change_customer(2**40, file=CustomerFile(name="Nobody"), by=fern, at=AT)


@pytest.mark.parametrize(
    ("told", "field", "named"),
    [
        ({"name": " \u202e "}, "name", "who the customer is"),
        ({"name": "N" * 161}, "name", "longer than 160"),
        ({"notes": "n" * 10_001}, "notes", "longer than 10000"),
        ({"emails": ("ok@demo.example", "not at all")}, "emails", "“not at all”"),
        ({"emails": (f"{'a' * 60}@{'b.' * 100}example",)}, "emails", "is not an e-mail address"),
        ({"emails": tuple(f"{n}@demo.example" for n in range(11))}, "emails", "more than 10"),
        ({"phones": ("+12125550142", "call me")}, "phones", "“call me”"),
        ({"phones": ("12",)}, "phones", "“12”"),
        ({"language": "tlh"}, "language", "language"),
    ],
)
def test_what_cannot_be_taken_is_named(
    case: Case, cara: Customer, fern: Employee, told: dict[str, Any], field: str, named: str
) -> None:
    before = file_of(cara)

    with pytest.raises(Invalid) as refused:
        changed(cara, by=fern, **told)

    assert refused.value.field == field
    assert named in refused.value.sentence
    assert file_of(Customer.objects.get(pk=cara.pk)) == before


def test_an_address_or_number_given_twice_is_kept_once(case: Case, cara: Customer, fern: Employee) -> None:
    told = changed(
        cara, by=fern, emails=("Cara@Demo.example", "", "cara@demo.example"), phones=("(212) 555-0142", "+12125550142")
    )

    assert (told.emails, told.phones) == (("cara@demo.example",), ("+12125550142",))


def test_an_odd_number_that_is_on_file_may_stay(case: Case, cara: Customer, fern: Employee) -> None:
    cara.phones.create(number="+12005550001")
    numbers = file_of(cara).phones

    assert changed(cara, by=fern, notes="Rings at noon.").phones == numbers
    assert len(numbers) == 2


def test_another_group_is_said_on_open_complaints_which_keep_what_they_were_promised(
    case: Case, cara: Customer, max_: Employee
) -> None:
    standard = RecoveryStandard.objects.create(name="Gold", customer_group="gold", severity=2)
    gold = StandardVersion.objects.create(standard=standard, number=1, made_at=AT)
    gold.targets.create(kind=ClockKind.RESOLVE, minutes=60)
    before = Case.objects.get()
    assert changed(cara, by=max_, group="gold").group == "gold"
    entry = TimelineEntry.objects.get(kind=Entry.GROUP_CHANGED)
    assert sentences.sentence_for_staff(entry).startswith("Max Moreno changed the customer's group: none → gold.")
    assert not entry.public
    now = Case.objects.get()
    assert (now.standard, now.due_at) == (before.standard, before.due_at)
    assert now.version > before.version
    reassess(case.reference, judgement=Judgement(to_current=True), by=max_, at=LATER)
    assert (Case.objects.get().standard, Case.objects.get().due_at) == (gold, AT + timedelta(hours=1))
    assert a_complaint(by=max_, customer=Customer.objects.get(pk=cara.pk), at=LATER).standard == gold


def test_the_front_line_gives_nobody_another_group(case: Case, cara: Customer, fern: Employee) -> None:
    with pytest.raises(NotPermitted):
        changed(cara, by=fern, group="gold")
    assert changed(cara, by=fern, notes="Rings at noon.").notes == "Rings at noon."
