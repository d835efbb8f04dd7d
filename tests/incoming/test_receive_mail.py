"""Where mails go that come in: into a case, into a new one, or aside with the reason; never into somebody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from complaints.cases.entries import Entry
from complaints.cases.models import Attachment, Case, Channel
from complaints.cases.states import Outcome, Status
from complaints.customers.models import Customer, EmailAddress
from complaints.handling import mail_into_case
from complaints.handling.ask_customer import ask_customer
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.receive_mail import receive_mail
from complaints.handling.sort_mail import sort_mail
from complaints.handling.withdraw import withdraw
from complaints.incoming import arrivals
from complaints.incoming.letter import LARGEST, Envelope
from complaints.incoming.models import Aside, Mail, MailState, Source, Tally
from complaints.incoming.queries import not_adding_up, unit_of_the_mailbox, unsorted_ids
from complaints.outbox.models import BarredAddress, Kind, Message, MessageState
from complaints.outbox.render import words_of
from complaints.outbox.reply_address import answered, reply_address
from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.incoming.letters import AT, OUR_ADDRESS, a_file, a_mail

pytestmark = pytest.mark.django_db


def came(raw: bytes, **more: Any) -> Mail:
    """Let a mail come in through the pipe."""
    return receive_mail(raw, **{"source": Source.PIPE, "at": AT, **more})


def words_in(case: Case) -> list[str]:
    """What the customer wrote into a case."""
    return list(case.timeline.filter(kind=Entry.CUSTOMER_ANSWERED).order_by("pk").values_list("text", flat=True))


def close(case: Case, fern: Employee, *, days_ago: int) -> None:
    withdraw(case.reference, reason="She said so.", by=fern, at=AT - timedelta(days=days_ago))


# By the reply address


def test_an_answer_to_the_reply_address_is_the_customers_word(case: Case, receipt: Message, fern: Employee) -> None:
    mail = came(a_mail("It was room 412.", to=reply_address(receipt)))
    assert (mail.state, mail.case) == (MailState.TAKEN, case)
    assert words_in(case) == ["It was room 412."]
    told = Message.objects.get(kind=Kind.STAFF_CUSTOMER_ANSWERED)
    assert (told.recipient, told.facts["text"]) == (fern.email, "It was room 412.")
    entry = case.timeline.get(kind=Entry.CUSTOMER_ANSWERED)
    assert (entry.public, entry.facts["mail"], entry.facts["address"]) == (True, mail.pk, "cara@demo.example")


def test_every_mail_to_a_customer_asks_for_answers_there_and_says_that_a_program_sent_it(
    receipt: Message, mailoutbox: list[Any]
) -> None:
    (mail,) = [one for one in mailoutbox if one.to == ["cara@demo.example"]]
    assert mail.reply_to == [reply_address(receipt)]
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "AutoReply" in mail.extra_headers["X-Auto-Response-Suppress"]
    assert answered(mail.reply_to[0]) == receipt
    assert "You can also simply answer this mail." in mail.body


def test_where_no_answer_would_find_its_way_none_is_asked_for(case: Case, settings: Any) -> None:
    receipt = Message.objects.get(kind=Kind.RECEIVED, about=case.reference)
    assert "simply answer" in words_of(receipt).html
    settings.MAIL_REPLY_ADDRESS = ""
    assert "simply answer" not in words_of(receipt).html


def test_a_mail_to_a_colleague_has_no_reply_address(case: Case) -> None:
    assert not reply_address(Message(pk=1, about=case.reference, to_customer=False, recipient="fern@demo.example"))


def test_the_reply_address_survives_a_change_of_case_and_fits_an_address(receipt: Message) -> None:
    address = reply_address(receipt)
    assert answered(address.upper()) == receipt
    assert len(address.partition("@")[0]) <= 64


def test_a_reply_address_cannot_be_made_up(case: Case, receipt: Message) -> None:
    local, _at, domain = reply_address(receipt).rpartition("@")
    for forged in (f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}", f"{local}@elsewhere.example"):
        assert answered(forged) is None
        mail = came(a_mail("Forged.", to=forged, sender="mallory@elsewhere.example", name=f"{forged[:20]}@x"))
        assert mail.case != case
    assert words_in(case) == []


def test_the_address_of_one_message_is_worth_nothing_for_another(case: Case, receipt: Message, fern: Employee) -> None:
    other = Message.objects.get(kind=Kind.RECEIVED, about=a_complaint(by=fern, at=AT).reference)
    seal = reply_address(receipt).rpartition("@")[0].rpartition("-")[2]
    forged = reply_address(other).rpartition("@")[0].rpartition("-")[0] + f"-{seal}@hotel.example"
    assert answered(forged) is None


def test_a_reply_address_is_revoked_with_the_version_of_its_key(receipt: Message, settings: Any) -> None:
    address = reply_address(receipt)
    settings.MAIL_REPLY_KEYS = ["2", "1"]
    assert answered(address) == receipt
    assert answered(reply_address(receipt)) == receipt
    settings.MAIL_REPLY_KEYS = ["2"]
    assert answered(address) is None


def test_a_domain_of_its_own_takes_answers_as_well(receipt: Message, settings: Any) -> None:
    settings.MAIL_REPLY_ADDRESS = "@reply.hotel.example"
    assert answered(reply_address(receipt)) == receipt


def test_from_another_address_it_is_a_word_and_staff_are_told_where_from(case: Case, receipt: Message) -> None:
    came(a_mail("I am her son.", to=reply_address(receipt), sender="son@elsewhere.example"))
    assert words_in(case) == ["I am her son."]
    hint = case.timeline.get(kind=Entry.MAIL_FROM_ELSEWHERE)
    assert (hint.facts["address"], hint.public) == ("son@elsewhere.example", False)
    assert not EmailAddress.objects.filter(address="son@elsewhere.example").exists()


def test_an_answer_lets_the_clocks_run_again(case: Case, receipt: Message, fern: Employee) -> None:
    ask_customer(case.reference, text="Which room?", by=fern, at=AT - timedelta(hours=1))
    came(a_mail("412", to=reply_address(receipt)))
    case.refresh_from_db()
    assert case.status == Status.OPEN


# By what it answers


def test_an_answer_by_its_references_is_the_customers_word(case: Case, receipt: Message) -> None:
    came(a_file("outlook", ours=receipt.message_id))
    assert words_in(case) == ["It was room 412 – and the café was closed, too.\n\nCara"]


def test_the_references_of_a_stranger_write_into_nobodys_case(case: Case, receipt: Message) -> None:
    mail = came(a_mail("Me too.", sender="mallory@elsewhere.example", In_Reply_To=receipt.message_id))
    assert mail.case != case
    assert words_in(case) == []


def test_a_providers_own_name_for_a_message_counts_as_well(case: Case, receipt: Message) -> None:
    Message.objects.filter(pk=receipt.pk).update(provider_id="pm-7@mtasv.example")
    came(a_mail("It was cold.", References="<pm-7@mtasv.example>"))
    assert words_in(case) == ["It was cold."]


# By nothing: complaints of their own


def test_a_mail_from_a_stranger_is_a_complaint_of_its_own(organisation: Organisation, mailoutbox: list[Any]) -> None:
    mail = came(a_file("plain"))
    case = mail.case
    assert case is not None
    assert (case.channel, case.unit, case.customer.name) == (Channel.EMAIL, organisation.harbour, "Cara Castillo")
    assert case.what_happened.startswith("Room not ready\n\nWe stood in the lobby")
    assert Message.objects.get(kind=Kind.RECEIVED).recipient == "cara@demo.example"


def test_a_number_in_the_subject_writes_into_nobodys_case_and_is_a_hint(case: Case, fern: Employee) -> None:
    for sender in ("mallory@elsewhere.example", "cara@demo.example"):
        mail = came(a_mail("Close it.", sender=sender, subject=f"Re: {case.reference}", name=f"x-{sender}"))
        assert mail.case is not None
        assert mail.case != case
        hint = mail.case.timeline.get(kind=Entry.MAIL_NAMES)
        assert (hint.facts["references"], hint.public) == (case.reference, False)
    assert words_in(case) == []


def test_a_number_that_is_no_complaints_is_no_hint(organisation: Organisation) -> None:
    mail = came(a_mail(subject="Order C-7K3M9QXR"))
    assert mail.case is not None
    assert not mail.case.timeline.filter(kind=Entry.MAIL_NAMES).exists()


def test_a_known_customer_is_known_by_their_address_whatever_they_call_themselves(
    organisation: Organisation, cara: Customer
) -> None:
    mail = came(a_mail(sender="C. C. <Cara@Demo.example>"))
    assert mail.case is not None
    assert mail.case.customer == cara


def test_a_stranger_is_answered_in_the_language_they_wrote(organisation: Organisation) -> None:
    chinese, japanese = came(a_file("gb18030")).case, came(a_file("shift-jis")).case
    assert chinese is not None
    assert japanese is not None
    assert (chinese.customer.language, japanese.customer.language) == ("zh-hans", "en")


def test_the_configured_unit_gets_the_complaint(organisation: Organisation, settings: Any) -> None:
    settings.MAIL_IN_UNIT = "lakeside"
    mail = came(a_mail())
    assert mail.case is not None
    assert mail.case.unit == organisation.lakeside


def test_files_come_along_and_what_we_do_not_take_stays_with_the_mail(organisation: Organisation) -> None:
    raw = a_file("iphone").replace(
        b"--Apple-Mail-5--",
        b"--Apple-Mail-5\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=all.zip\r\n\r\n"
        b"PK\x03\x04\x00\x00\r\n--Apple-Mail-5--",
    )
    case = came(raw).case
    assert case is not None
    assert list(Attachment.objects.filter(case=case).values_list("name", flat=True)) == ["IMG_0042.png"]
    assert case.timeline.get(kind=Entry.MAIL_FILES_LEFT).facts["names"] == "all.zip"


def test_an_endless_mail_is_begun_and_attached_whole(organisation: Organisation) -> None:
    case = came(a_mail("The room was cold. " * 5_000)).case
    assert case is not None
    assert len(case.what_happened) < 20_000
    assert Attachment.objects.get(case=case).name == "mail.txt"


def test_a_mail_of_fifteen_megabytes_is_taken(organisation: Organisation) -> None:
    line = b"QUJD" * 19 + b"\r\n"
    big = line * (15 * 1024 * 1024 // len(line))
    raw = a_mail("See the film.").replace(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n",
    )
    raw += (
        b"--b\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + big
        + b"--b--\r\n"
    )
    mail = came(raw)
    assert mail.case is not None
    assert mail.case.what_happened.endswith("See the film.")
    assert mail.case.timeline.get(kind=Entry.MAIL_FILES_LEFT).facts["names"] == "film.mp4"


@pytest.mark.parametrize(
    "name",
    ["no-subject", "no-message-id", "two-hundred-recipients", "broken-mime", "nul-bytes", "winmail", "forwarded"],
)
def test_whatever_its_shape_a_persons_mail_is_a_complaint(name: str, organisation: Organisation) -> None:
    mail = came(a_file(name))
    assert mail.state == MailState.TAKEN
    assert mail.case is not None
    assert mail.case.what_happened


# Closed cases


def test_an_answer_within_the_window_opens_a_closed_case_again(case: Case, receipt: Message, fern: Employee) -> None:
    close(case, fern, days_ago=0)
    came(a_mail("It is cold again.", to=reply_address(receipt)))
    case.refresh_from_db()
    assert (case.status, case.reopened_count) == (Status.OPEN, 1)
    assert words_in(case) == ["It is cold again."]
    assert Message.objects.filter(kind=Kind.REOPENED, about=case.reference).exists()


def test_an_answer_after_the_window_is_a_complaint_that_follows(fern: Employee, cara: Customer) -> None:
    old = a_complaint(by=fern, customer=cara, at=AT - timedelta(days=60))
    close(old, fern, days_ago=45)
    receipt = Message.objects.get(kind=Kind.RECEIVED, about=old.reference)
    new = came(a_mail("It is cold again.", to=reply_address(receipt))).case
    assert new is not None
    assert new != old
    assert new.customer == cara
    assert new.timeline.get(kind=Entry.FOLLOWS).facts["reference"] == old.reference
    assert old.timeline.get(kind=Entry.FOLLOWED).facts["reference"] == new.reference
    old.refresh_from_db()
    assert old.status == Status.CLOSED


def test_somebody_else_opens_no_closed_case(case: Case, receipt: Message, fern: Employee) -> None:
    close(case, fern, days_ago=0)
    came(a_mail("Open it.", to=reply_address(receipt), sender="son@elsewhere.example"))
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert words_in(case) == ["Open it."]


def test_an_answer_about_a_duplicate_goes_where_it_goes_on(
    case: Case, receipt: Message, fern: Employee, cara: Customer
) -> None:
    original = a_complaint(by=fern, customer=cara, at=AT - timedelta(hours=2))
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT - timedelta(hours=1))
    case.refresh_from_db()
    assert case.outcome == Outcome.DUPLICATE
    assert came(a_mail("It was cold.", to=reply_address(receipt))).case == original
    assert words_in(original) == ["It was cold."]


# Loops


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("out-of-office", Aside.AUTOMATIC),
        ("no-reply", Aside.AUTOMATIC),
        ("newsletter", Aside.BULK),
        ("null-sender", Aside.NULL_SENDER),
        ("delivery-report", Aside.REPORT),
        ("nested-delivery-report", Aside.REPORT),
        ("own-address", Aside.OWN),
    ],
)
def test_what_a_program_sent_is_set_aside_and_answered_by_nobody(
    name: str, reason: Aside, organisation: Organisation
) -> None:
    mail = came(a_file(name))
    assert (mail.state, mail.reason, mail.case) == (MailState.ASIDE, reason, None)
    assert not Case.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"Precedence": "junk"},
        {"Precedence": "auto_reply"},
        {"X_Auto_Response_Suppress": "OOF"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<offers.shop.example>"},
        {"Return_Path": "<>"},
    ],
    ids=str,
)
def test_each_sign_of_a_program_is_enough_even_at_the_reply_address(
    header: dict[str, str], case: Case, receipt: Message
) -> None:
    before = Message.objects.count()
    assert came(a_mail(to=reply_address(receipt), **header)).state == MailState.ASIDE
    assert words_in(case) == []
    assert Message.objects.count() == before


def test_a_person_who_says_that_no_program_sent_it_is_heard(organisation: Organisation) -> None:
    assert came(a_mail(Auto_Submitted="no")).state == MailState.TAKEN


def test_our_own_address_in_the_copies_makes_nobody_a_customer(organisation: Organisation) -> None:
    mail = came(a_file("own-address-in-cc"))
    assert mail.state == MailState.TAKEN
    assert list(EmailAddress.objects.values_list("address", flat=True)) == ["cara@demo.example"]
    assert {message.recipient for message in Message.objects.all()} == {"cara@demo.example"}


def test_a_colleagues_mail_is_nobodys_complaint(fern: Employee) -> None:
    assert came(a_mail(sender=f"Fern <{fern.email}>")).reason == Aside.COLLEAGUE


def test_more_than_so_many_a_day_from_one_sender_are_set_aside(organisation: Organisation, settings: Any) -> None:
    settings.MAIL_IN_MOST_A_DAY = 3
    states = [came(a_mail(f"Number {n}", name=f"n-{n}@x")).state for n in range(5)]
    assert states == [MailState.TAKEN] * 3 + [MailState.ASIDE] * 2
    assert Mail.objects.filter(reason=Aside.TOO_MANY).count() == 2
    assert came(a_mail(sender="dora@elsewhere.example")).state == MailState.TAKEN
    next_day = came(a_mail("Number 9", name="n-9@x"), at=AT + timedelta(days=1, minutes=1))
    assert next_day.state == MailState.TAKEN


def test_two_robots_that_answer_each_other_stop_at_the_limit(organisation: Organisation, settings: Any) -> None:
    """A robot without any sign of one answers every mail of ours at once, to the address it is asked to answer to."""
    settings.MAIL_IN_MOST_A_DAY = 5
    answer_to, turn = OUR_ADDRESS, 0
    while turn < 50:
        before = Message.objects.count()
        mail = came(a_mail("Your mail is important to us.", to=answer_to, name=f"robot-{turn}@x"))
        if mail.state == MailState.ASIDE:
            break
        newest = Message.objects.filter(to_customer=True).order_by("-pk").first()
        assert newest is not None
        answer_to, turn = reply_address(newest), turn + 1
        assert Message.objects.count() - before <= 2
    assert turn == 5
    assert Case.objects.count() == 1
    assert Message.objects.filter(to_customer=True).count() == 1, "one receipt, and nothing for its answers"


def test_a_placeholder_is_never_written_to(organisation: Organisation) -> None:
    case = came(a_file("placeholder")).case
    assert case is not None
    assert not EmailAddress.objects.exists()
    assert Message.objects.get(kind=Kind.RECEIVED).state == MessageState.WITHHELD


# Delivery reports


@pytest.mark.parametrize("name", ["delivery-report", "nested-delivery-report"])
def test_a_report_on_a_mail_of_ours_marks_it_and_asks_staff(
    name: str, case: Case, receipt: Message, fern: Employee
) -> None:
    mail = came(a_file(name, ours=receipt.message_id))
    assert mail.reason == Aside.REPORT
    receipt.refresh_from_db()
    assert receipt.state == MessageState.BOUNCED
    assert case.timeline.filter(kind=Entry.MAIL_CAME_BACK).exists()
    assert Message.objects.get(kind=Kind.STAFF_UNREACHABLE).recipient == fern.email
    assert BarredAddress.objects.exists() == (name == "delivery-report"), "only an address that does not exist"
    assert Case.objects.count() == 1


def test_a_report_on_what_is_not_ours_marks_nothing(receipt: Message) -> None:
    came(a_file("delivery-report", ours="<guessed@hotel.example>"))
    receipt.refresh_from_db()
    assert receipt.state == MessageState.SENT


# Once, and never lost


def test_the_same_mail_by_any_way_is_one_word(case: Case, receipt: Message) -> None:
    raw = a_mail("Once.", to=reply_address(receipt))
    came(raw)
    came(raw, source=Source.IMAP)
    came(b"Received: by another way\r\n" + raw)
    assert words_in(case) == ["Once."]
    assert Mail.objects.count() == 1


def test_what_breaks_us_is_set_aside_whole_and_stops_no_other(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: Any, **_facts: Any) -> None:
        raise KeyError("never thought of")

    with monkeypatch.context() as patch:
        patch.setattr(mail_into_case, "start", breaks)
        mail = came(a_mail())
    assert (mail.state, mail.reason) == (MailState.ASIDE, Aside.BROKEN)
    assert "never thought of" in mail.note
    assert bytes(Mail.objects.get().raw) == a_mail()
    assert came(a_mail("Another.", name="other@x")).state == MailState.TAKEN


def test_a_mail_that_was_stored_and_not_sorted_is_taken_up_by_the_round(organisation: Organisation) -> None:
    unit = unit_of_the_mailbox()
    mail, _is_new = arrivals.store(a_mail(), source=Source.PIPE, unit=unit, at=AT, envelope=Envelope())
    assert unsorted_ids(at=AT) == [], "whoever stored it is at it"
    assert unsorted_ids(at=AT + timedelta(minutes=1)) == [mail.pk]
    assert not_adding_up(at=AT + timedelta(minutes=11)) == list(Tally.objects.all())
    assert sort_mail(mail.pk, at=AT + timedelta(minutes=1))
    assert not sort_mail(mail.pk, at=AT + timedelta(minutes=1))
    assert Case.objects.count() == 1
    assert not_adding_up(at=AT + timedelta(minutes=11)) == []


def test_a_mail_that_is_too_large_is_set_aside_with_its_headers(organisation: Organisation) -> None:
    mail = came(a_mail("x" * (LARGEST + 1)))
    assert (mail.reason, mail.sender) == (Aside.TOO_LARGE, "cara@demo.example")
    assert mail.size > LARGEST
    assert len(bytes(Mail.objects.get().raw)) < 1000


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"From: \r\n\r\n", b"\r\n\r\nHello"])
def test_no_mail_at_all_is_set_aside_too(raw: bytes, organisation: Organisation) -> None:
    assert came(raw).reason == Aside.NO_SENDER


def test_seen_is_taken_and_set_aside_by_way_and_day(organisation: Organisation) -> None:
    for number in range(3):
        came(a_mail(name=f"{number}@x"))
    came(a_file("newsletter"), source=Source.IMAP)
    came(a_file("newsletter"))
    came(a_mail(name="next@x"), at=AT + timedelta(days=1))
    rows = Tally.objects.order_by("day", "source").values_list("day", "source", "seen", "taken", "aside", "repeated")
    today, tomorrow = AT.date(), AT.date() + timedelta(days=1)
    assert list(rows) == [
        (today, "imap", 1, 0, 1, 0),
        (today, "pipe", 3, 3, 0, 1),
        (tomorrow, "pipe", 1, 1, 0, 0),
    ]
    assert not_adding_up(at=AT + timedelta(hours=1)) == []


def test_a_mail_that_vanished_is_missed(organisation: Organisation) -> None:
    came(a_file("newsletter"))
    Mail.objects.all().delete()
    assert [tally.seen for tally in not_adding_up(at=AT)] == [1]
