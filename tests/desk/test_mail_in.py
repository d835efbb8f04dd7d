"""The page of mail that came in: what was set aside and why, and taking it after all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.customers.models import Customer, EmailAddress
from complaints.handling.prove_mail import prove_mail
from complaints.handling.receive_mail import receive_mail
from complaints.incoming import arrivals, places
from complaints.incoming.letter import Envelope
from complaints.incoming.models import Aside, Mail, MailState, Source, Tally
from complaints.incoming.queries import PAGE, unit_of_the_mailbox
from complaints.outbox.models import Kind, Message, MessageState
from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.incoming.letters import a_file, a_mail

pytestmark = pytest.mark.django_db


def came(raw: bytes, **more: Any) -> Mail:
    return receive_mail(raw, **{"source": Source.PIPE, "at": now(), **more})


@pytest.fixture
def fern_looks(client: Client, fern: Employee) -> Client:
    client.force_login(fern)
    return client


@pytest.fixture
def aside(fern: Employee) -> Mail:
    """Cara's own words, in a mail that says a program sent it."""
    return came(a_mail("The pool was cold.", Auto_Submitted="auto-generated"))


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_what_was_set_aside_is_listed_with_the_reason(fern_looks: Client, aside: Mail) -> None:
    came(a_mail("Taken.", subject="A normal complaint", name="other@x"))
    page = shown(fern_looks, "/desk/mail-in/")
    assert "Cold room" in page
    assert "It was sent by a program" in page
    assert "A normal complaint" not in page
    assert "A normal complaint" in shown(fern_looks, "/desk/mail-in/?state=any")


def test_the_list_goes_on_by_key(fern_looks: Client) -> None:
    for number in range(PAGE + 3):
        came(a_mail(subject=f"Subject {number:02}", name=f"{number}@x", Precedence="bulk"))
    first = shown(fern_looks, "/desk/mail-in/")
    assert first.count("row-message") == PAGE
    after = Mail.objects.order_by("-pk")[PAGE - 1].pk
    assert f"after={after}" in first
    assert shown(fern_looks, f"/desk/mail-in/?state=aside&after={after}").count("row-message") == 3


def test_a_mail_is_shown_as_text_with_its_history_folded(fern_looks: Client, fern: Employee) -> None:
    raw = a_file("outlook-html-only").replace(b"Message-ID:", b"Precedence: bulk\r\nMessage-ID:")
    page = shown(fern_looks, f"/desk/mail-in/{came(raw).pk}/")
    assert "Nobody called me back." in page
    assert page.index("<details") < page.index("Dear Cara Castillo, we will call you.")
    assert not any(word in page for word in ("tracker.example", "alert(", "onerror"))


def test_what_a_mail_says_is_never_markup(fern_looks: Client, fern: Employee) -> None:
    mail = came(a_mail("<script>alert(1)</script>", subject="<img src=x onerror=alert(2)>", Precedence="bulk"))
    for address in ("/desk/mail-in/", f"/desk/mail-in/{mail.pk}/"):
        page = shown(fern_looks, address)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_original_is_a_download_of_the_very_bytes(fern_looks: Client, aside: Mail) -> None:
    answer = fern_looks.get(f"/desk/mail-in/{aside.pk}/original.eml")
    assert answer.content == a_mail("The pool was cold.", Auto_Submitted="auto-generated")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_it_starts_a_complaint_after_all(fern_looks: Client, aside: Mail, fern: Employee) -> None:
    answer = fern_looks.post(f"/desk/mail-in/{aside.pk}/take/")
    case = Case.objects.get()
    assert answer["Location"] == f"/desk/complaints/{case.reference}/"
    aside.refresh_from_db()
    assert (aside.state, aside.case, aside.taken_by, aside.reason) == (MailState.TAKEN, case, fern, Aside.AUTOMATIC)
    assert case.what_happened == "Cold room\n\nThe pool was cold."
    assert case.timeline.get(kind=Entry.MAIL_TAKEN).actor == fern.actor
    tally = Tally.objects.get()
    assert (tally.seen, tally.taken, tally.aside) == (1, 1, 0)


def test_it_joins_the_complaint_that_is_named(fern_looks: Client, aside: Mail, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara)
    fern_looks.post(f"/desk/mail-in/{aside.pk}/take/", {"join": "yes", "into": case.reference.lower()})
    assert case.timeline.get(kind=Entry.CUSTOMER_ANSWERED).text == "The pool was cold."
    assert not case.timeline.filter(kind=Entry.MAIL_FROM_ELSEWHERE).exists()
    assert f"/desk/mail-in/{aside.pk}/" in shown(fern_looks, f"/desk/complaints/{case.reference}/")


def test_joined_to_somebody_elses_complaint_it_says_where_it_came_from(
    fern_looks: Client, aside: Mail, fern: Employee
) -> None:
    case = a_complaint(by=fern)
    fern_looks.post(f"/desk/mail-in/{aside.pk}/take/", {"join": "yes", "into": case.reference})
    assert case.timeline.get(kind=Entry.MAIL_FROM_ELSEWHERE).facts["address"] == "cara@demo.example"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Please give the reference of the complaint."),
        ("C-0000", "There is no such complaint that you can see."),
        ("ottos", "There is no such complaint that you can see."),
    ],
)
def test_a_complaint_one_does_not_see_is_none_and_what_was_typed_stays(
    typed: str, sentence: str, fern_looks: Client, aside: Mail, otto: Employee
) -> None:
    hidden = a_complaint(by=otto).reference
    typed = hidden if typed == "ottos" else typed
    answer = fern_looks.post(f"/desk/mail-in/{aside.pk}/take/", {"join": "yes", "into": typed})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert f'value="{typed}"' in page or not typed
    aside.refresh_from_db()
    assert aside.state == MailState.ASIDE


def test_a_mail_is_taken_once(fern_looks: Client, aside: Mail) -> None:
    fern_looks.post(f"/desk/mail-in/{aside.pk}/take/")
    assert fern_looks.post(f"/desk/mail-in/{aside.pk}/take/").status_code == 409
    assert Case.objects.count() == 1


def test_a_robot_whose_mail_is_taken_is_never_written_to(fern_looks: Client, fern: Employee) -> None:
    mail = came(a_file("no-reply"))
    fern_looks.post(f"/desk/mail-in/{mail.pk}/take/")
    assert not EmailAddress.objects.exists()
    assert Message.objects.get(kind=Kind.RECEIVED).state == MessageState.WITHHELD


def test_a_mail_that_was_taken_is_seen_by_whoever_sees_its_complaint(
    fern_looks: Client, otto: Employee, organisation: Organisation, settings: Any
) -> None:
    settings.MAIL_IN_UNIT = "lakeside"
    mail = came(a_mail())
    assert fern_looks.get(f"/desk/mail-in/{mail.pk}/").status_code == 404
    Case.objects.update(unit=organisation.harbour)
    assert fern_looks.get(f"/desk/mail-in/{mail.pk}/").status_code == 200


def test_mail_that_does_not_add_up_is_an_alarm_until_it_does(fern_looks: Client, fern: Employee) -> None:
    at = now() - timedelta(minutes=20)
    mail, _is_new = arrivals.store(a_mail(), source=Source.PIPE, unit=unit_of_the_mailbox(), at=at, envelope=Envelope())
    alarm = "not every mail that was seen has been dealt with"
    assert prove_mail(at=now()) == 1
    assert alarm in shown(fern_looks, "/desk/mail-in/")
    Mail.objects.filter(pk=mail.pk).delete()
    assert prove_mail(at=now()) == 1, "it is not enough that nothing waits"
    came(a_mail())
    Tally.objects.update(seen=1)
    assert prove_mail(at=now()) == 0
    assert alarm not in shown(fern_looks, "/desk/mail-in/")


def test_a_mailbox_in_trouble_is_shown(fern_looks: Client) -> None:
    box = places.mailbox("complaints@imap.example/INBOX", at=now())
    places.note_trouble(box, "Connection refused", at=now())
    page = shown(fern_looks, "/desk/mail-in/")
    assert "complaints@imap.example/INBOX" in page
    assert "Connection refused" in page
