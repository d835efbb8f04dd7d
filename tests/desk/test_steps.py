"""Two people at one complaint, and the words of both."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases import links
from complaints.cases.models import Attachment, Case
from complaints.cases.states import Move, Status
from complaints.customers.models import Customer
from complaints.handling.hear_customer import hear_customer
from complaints.handling.resolve import resolve
from complaints.handling.withdraw import withdraw
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_customer, a_picture, an_hour_ago


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara)


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    """Fern's browser."""
    client.force_login(fern)
    return client


def page_of(case: Case, move: Move | str = "") -> str:
    return f"/desk/complaints/{case.reference}/" + (f"{move}/" if move else "")


def typed(case: Case, **words: Any) -> dict[str, Any]:
    """What a form sends that was drawn with the present state of the case."""
    case.refresh_from_db()
    return {"version": case.version, "entry": case.timeline.latest("pk").pk, "submission": "one-form", **words}


def test_a_step_is_taken_and_told(desk: Client, case: Case) -> None:
    answer = desk.post(page_of(case, Move.RESOLVE), typed(case, text="The night is free."), follow=True)

    case.refresh_from_db()
    assert case.status == Status.RESOLVED
    assert "Your proposal is on its way to the customer." in answer.content.decode()
    assert "The night is free." in answer.content.decode()


def test_the_page_offers_only_what_is_legal_now(desk: Client, case: Case, fern: Employee) -> None:
    withdraw(case.reference, reason="She rang.", by=fern, at=now())

    page = desk.get(page_of(case)).content.decode()

    offered = {move for move in Move if f'id="step-{move}"' in page}
    assert offered == {Move.NOTE, Move.WRITE, Move.REOPEN, Move.LINK_FAILURE}


def test_a_step_the_customer_sees_is_told_with_its_reason_for_staff_only(
    desk: Client, case: Case, fern: Employee
) -> None:
    before = desk.get(page_of(case)).content.decode().count("Staff only")
    withdraw(case.reference, reason="She rang.", by=fern, at=now())

    page = desk.get(page_of(case)).content.decode()

    assert (before, page.count("Staff only")) == (0, 1)
    assert page.index("The customer sees this") < page.index("She rang.") < page.index("Staff only")


def test_a_page_grown_old_keeps_the_words_and_shows_the_news(desk: Client, case: Case, max_: Employee) -> None:
    seen = typed(case, text="We will call you tomorrow.")
    write_note(case.reference, text="I have called her already.", by=max_, at=now())

    answer = desk.post(page_of(case, Move.WRITE), seen)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "We will call you tomorrow." in page
    assert "Max Moreno wrote a note" in page
    assert "I have called her already." in page

    sent_again = desk.post(page_of(case, Move.WRITE), {**seen, "version": case.version + 1})
    assert sent_again.status_code == 302
    assert case.timeline.filter(text="We will call you tomorrow.").count() == 1


def test_a_step_that_is_not_legal_any_more_hands_the_words_back(desk: Client, case: Case, max_: Employee) -> None:
    resolve(case.reference, text="The night is free.", by=max_, at=now())

    answer = desk.post(page_of(case, Move.ASK), typed(case, text="Which room was it?"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What you had written" in page
    assert "Which room was it?" in page


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (Move.WRITE, {"text": "We are on it."}),
        (Move.NOTE, {"text": "Called her."}),
        (Move.ASK, {"text": "Which room was it?"}),
        (Move.RESOLVE, {"text": "The night is free."}),
        (Move.ESCALATE, {"reason": "Beyond me."}),
        (Move.WITHDRAW, {"reason": "She rang."}),
    ],
)
def test_the_same_form_twice_is_one_step(
    desk: Client, case: Case, max_: Employee, vera: Employee, move: Move, words: dict[str, str]
) -> None:
    seen = typed(case, **words)

    first, second = desk.post(page_of(case, move), seen), desk.post(page_of(case, move), seen)

    assert (first.status_code, second.status_code) == (302, 302)
    assert case.timeline.count() == 2  # filed, and this


@pytest.mark.parametrize("version", ["", "0", "not a number", "-1"])
def test_a_form_that_does_not_say_what_it_saw_counts_as_old(desk: Client, case: Case, version: str) -> None:
    answer = desk.post(page_of(case, Move.RESOLVE), {**typed(case, text="The night is free."), "version": version})

    case.refresh_from_db()
    assert answer.status_code in {400, 409}
    assert "The night is free." in answer.content.decode()
    assert case.status == Status.OPEN


@pytest.mark.parametrize(
    ("move", "words", "sentence"),
    [
        (Move.WRITE, {"text": " \u200e "}, "Please write something here."),
        (Move.RESOLVE, {"text": "x" * 20_001}, "This is longer than 20000 characters."),
        (Move.ESCALATE, {"reason": ""}, "Please write something here."),
        (Move.MARK_DUPLICATE, {"original": "C-00000000"}, "Please give the reference of the other complaint"),
        (Move.MARK_DUPLICATE, {"original": ""}, "Please give the reference of the other complaint"),
    ],
)
def test_bad_input_to_a_step_gets_a_sentence_beside_its_field(
    desk: Client, case: Case, move: Move, words: dict[str, str], sentence: str
) -> None:
    answer = desk.post(page_of(case, move), typed(case, **words))

    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page[page.index(f'id="{move}-{next(iter(words))}_error"') :][:400]


def test_a_colleague_of_another_branch_cannot_be_made_responsible(
    client: Client, case: Case, max_: Employee, otto: Employee
) -> None:
    client.force_login(max_)

    answer = client.post(page_of(case, Move.ASSIGN), typed(case, to=otto.pk))

    case.refresh_from_db()
    assert answer.status_code == 400
    assert case.responsible_id != otto.pk


def test_an_open_page_hears_what_a_colleague_did(desk: Client, case: Case, max_: Employee) -> None:
    seen = typed(case)
    address = f"{page_of(case)}news/?version={seen['version']}&entry={seen['entry']}"
    assert desk.get(address).status_code == 204

    write_note(case.reference, text="Called her.", by=max_, at=now())

    answer = desk.get(address)
    assert answer.status_code == 200
    assert "Max Moreno wrote a note" in answer.content.decode()


def test_a_file_leaves_as_a_download_that_no_browser_opens(desk: Client, case: Case) -> None:
    desk.post(page_of(case, Move.NOTE), typed(case, text="Her picture.", attachments=[a_picture()]))
    file = Attachment.objects.get()

    answer = desk.get(f"{page_of(case)}attachments/{file.pk}/")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]

    assert answer["Content-Disposition"] == 'attachment; filename="room.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert content.startswith(b"\x89PNG")


def test_a_file_of_another_complaint_is_not_found_under_this_one(desk: Client, case: Case, fern: Employee) -> None:
    other = a_complaint(by=fern, files=[a_picture()])

    assert desk.get(f"{page_of(case)}attachments/{other.attachments.get().pk}/").status_code == 404


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("America/New_York", "Jan. 15, 2126, 2:30 p.m. EST"),
        ("Asia/Shanghai", "Jan. 16, 2126, 3:30 a.m. CST"),
        ("Europe/Lisbon", "Jan. 15, 2126, 7:30 p.m. WET"),
    ],
)
def test_a_deadline_is_told_in_the_zone_of_the_viewers_unit(
    client: Client, case: Case, max_: Employee, zone: str, told: str
) -> None:
    client.force_login(max_)
    max_.unit.time_zone = zone
    max_.unit.save()
    Case.objects.filter(pk=case.pk).update(due_at="2126-01-15T19:30:00Z")

    page = client.get(page_of(case)).content.decode()

    assert f'title="{told}"' in page
    assert "years left" in " ".join(page.split()).replace("\xa0", " ")


def test_the_page_says_when_no_mail_can_reach_the_customer(client: Client, fern: Employee) -> None:
    client.force_login(fern)
    by_phone, by_mail = (a_complaint(by=fern, customer=a_customer(**facts)) for facts in ({"email": ""}, {}))

    def page(case: Case) -> str:
        return client.get(f"/desk/complaints/{case.reference}/").content.decode()

    assert "No e-mail address is on file" in page(by_phone)
    assert "No e-mail address is on file" not in page(by_mail)


def test_a_letter_instead_of_a_yes_or_a_no_is_said_to_wait_for_an_answer(
    client: Client, fern: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, at=an_hour_ago())
    resolve(case.reference, text="A voucher.", by=fern, at=an_hour_ago())
    client.force_login(fern)
    page = f"/desk/complaints/{case.reference}/"
    owed = "said neither yes nor no"
    assert owed not in client.get(page).content.decode()

    hear_customer(links.mint(case, at=now()), text="No. There are still no towels.", at=now())
    assert owed in client.get(page).content.decode()

    write_to_customer(case.reference, text="They come now.", by=fern, at=now())
    assert owed not in client.get(page).content.decode()
