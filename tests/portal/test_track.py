"""The tracking page: where it stands, what is next, and nothing that is none of the customer's business."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from complaints.cases import attachments, links
from complaints.cases.models import Attachment, Case, TimelineEntry
from complaints.cases.states import Status
from complaints.common.tokens import Token
from complaints.customers.models import Customer, Language
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.escalate import escalate
from complaints.handling.let_rest import let_rest
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.resolve import resolve
from complaints.handling.withdraw import withdraw
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.factories import a_complaint, a_customer, a_picture
from tests.query_counts import assert_as_recorded, queries_of


def page_of(client: Client, token: str) -> str:
    answer = client.get(f"/track/{token}/")
    assert answer.status_code == 200
    return answer.content.decode()


# Where it stands


def test_a_new_complaint_says_which_team_has_it_and_by_when(client: Client, complaint: Case, token: Token) -> None:
    page = page_of(client, token)

    assert "We have your complaint" in page
    assert "The team of Harbour Hotel" in page
    assert "(Eastern Time) at the latest" in page
    assert "Times in Eastern Time" in page


def test_from_then_on_a_person_has_it(client: Client, complaint: Case, token: Token, fern: Employee) -> None:
    acknowledge(complaint.reference, by=fern, at=now())

    page = page_of(client, token)

    assert "We are looking after it" in page
    assert "Fern Fuller · Harbour Hotel" in page


def test_a_question_is_shown_and_asks_for_the_answer(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    ask_customer(complaint.reference, text="Which room was it?", by=fern, at=now())

    page = page_of(client, token)

    assert "We need something from you" in page
    assert "Your answer" in page
    assert page.count("Which room was it?") == 2  # above, and in the story


def test_a_proposal_asks_two_questions_and_says_when_it_lapses(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    resolve(complaint.reference, text="The first night is free.", by=fern, at=now())

    page = page_of(client, token)

    assert "Is the matter solved?" in page
    assert "How did we handle it?" in page
    assert "we close the complaint" in page


def end_solved(client: Client, case: Case, token: Token, fern: Employee) -> None:
    resolve(case.reference, text="Free.", by=fern, at=now())
    client.post(f"/track/{token}/verdict/", {"solved": "yes"})


def end_unanswered(client: Client, case: Case, token: Token, fern: Employee) -> None:
    resolve(case.reference, text="Free.", by=fern, at=now() - timedelta(days=15))
    let_rest(case.pk, at=now())


def end_withdrawn(client: Client, case: Case, token: Token, fern: Employee) -> None:
    withdraw(case.reference, reason="She rang.", by=fern, at=now())


def end_as_duplicate(client: Client, case: Case, token: Token, fern: Employee) -> None:
    mark_duplicate(case.reference, original=a_complaint(by=fern).reference, by=fern, at=now())


@pytest.mark.parametrize(
    ("end", "heading"),
    [
        (end_solved, "Solved. Thank you for telling us"),
        (end_unanswered, "Closed, as we have not heard from you"),
        (end_withdrawn, "Closed, as you wished"),
        (end_as_duplicate, "Goes on with another complaint about the same matter"),
    ],
)
def test_a_closed_complaint_says_how_it_ended_and_still_takes_a_message(
    client: Client, complaint: Case, token: Token, fern: Employee, end: Callable[..., None], heading: str
) -> None:
    end(client, complaint, token, fern)

    assert heading in page_of(client, token)
    client.post(f"/track/{token}/answer/", {"text": "One thing more."})
    assert "One thing more." in page_of(client, token)


def test_a_missed_promise_is_owned_up_to(client: Client, complaint: Case, token: Token) -> None:
    with time_machine.travel(now() + timedelta(days=30), tick=False):
        assert "and are late. We are sorry" in page_of(client, token)


def test_a_complaint_taken_over_from_elsewhere_has_a_page_too(client: Client, complaint: Case, token: Token) -> None:
    Case.objects.filter(pk=complaint.pk).update(
        status=Status.CLOSED, outcome="Closed with explanation", closed_at=now(), due_at="9999-01-01T00:00Z"
    )

    assert "Closed" in page_of(client, token)


# What the customer says


def test_an_answer_sets_the_matter_going_again(client: Client, complaint: Case, token: Token, fern: Employee) -> None:
    ask_customer(complaint.reference, text="Which room was it?", by=fern, at=now())

    answer = client.post(f"/track/{token}/answer/", {"text": "Room 412", "attachments": [a_picture()]})

    assert (answer.status_code, answer["Location"]) == (303, f"/track/{token}/")
    complaint.refresh_from_db()
    assert complaint.status == Status.OPEN
    assert Attachment.objects.get(case=complaint).public


def test_the_same_message_twice_is_one_and_a_changed_one_is_another(
    client: Client, complaint: Case, token: Token
) -> None:
    for text in ("Room 412", "Room 412", "Room 412, second floor"):
        client.post(f"/track/{token}/answer/", {"text": text, "submission": "9a"})

    written = TimelineEntry.objects.filter(case=complaint, kind="customer.answered")
    assert [entry.text for entry in written.order_by("pk")] == ["Room 412", "Room 412, second floor"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"text": ""}, "Please write something here."),
        ({"text": "\x00\u202e"}, "Please write something here."),
        ({"text": "word " * 5_000}, "This is longer than 20000 characters."),
        ({"text": "Look", "attachments": ("a.jpg", b"MZ\x90\x00")}, "“a.jpg” is not a picture, a PDF or a text file."),
    ],
)
def test_a_message_that_cannot_be_taken_says_why_and_keeps_the_words(
    client: Client, complaint: Case, token: Token, sent: dict[str, Any], sentence: str
) -> None:
    values = {name: SimpleUploadedFile(*v) if isinstance(v, tuple) else v for name, v in sent.items()}

    page = client.post(f"/track/{token}/answer/", {**values, "submission": "9a"}).content.decode()

    assert sentence in page
    assert 'value="9a"' in page
    assert "Look" not in sent.values() or ">\nLook</textarea>" in page
    assert not TimelineEntry.objects.filter(kind="customer.answered").exists()


def test_not_solved_goes_up_to_the_manager(
    client: Client, complaint: Case, token: Token, fern: Employee, max_: Employee
) -> None:
    resolve(complaint.reference, text="Free.", by=fern, at=now())

    client.post(f"/track/{token}/verdict/", {"solved": "no", "rating": "2", "text": "Both nights were bad."})

    complaint.refresh_from_db()
    assert (complaint.status, complaint.responsible, complaint.handling_rating) == (Status.OPEN, max_, 2)
    page = page_of(client, token)
    assert "Max Moreno" in page
    assert "Both nights were bad." in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Please say whether the matter is solved."),
        ({"solved": "perhaps"}, "Please choose yes or no."),
        ({"solved": "yes", "rating": "6"}, "Please choose a number from 1 to 5."),
        ({"solved": "yes", "rating": "-1"}, "Please choose a number from 1 to 5."),
    ],
)
def test_a_verdict_that_cannot_be_read_is_asked_again(
    client: Client, complaint: Case, token: Token, fern: Employee, sent: dict[str, str], sentence: str
) -> None:
    resolve(complaint.reference, text="Free.", by=fern, at=now())

    page = client.post(f"/track/{token}/verdict/", {**sent, "text": "It was fine."}).content.decode()

    assert sentence in page
    assert "It was fine." in page
    complaint.refresh_from_db()
    assert complaint.status == Status.RESOLVED


def test_a_verdict_that_comes_too_late_keeps_its_words_as_a_message(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    answer = client.post(f"/track/{token}/verdict/", {"solved": "no", "text": "It was not fine."})

    assert answer.status_code == 409
    assert "It was not fine.</textarea>" in answer.content.decode()


@pytest.mark.parametrize("form", ["answer", "verdict"])
def test_a_form_without_its_cookie_comes_back_filled_in(
    complaint: Case, token: Token, fern: Employee, form: str
) -> None:
    resolve(complaint.reference, text="Free.", by=fern, at=now())

    answer = Client(enforce_csrf_checks=True).post(f"/track/{token}/{form}/", {"solved": "yes", "text": "My words"})

    assert answer.status_code == 403
    assert "My words</textarea>" in answer.content.decode()
    complaint.refresh_from_db()
    assert complaint.status == Status.RESOLVED


# A GET changes nothing (S2)


def everything() -> str:
    models = apps.get_app_config("complaints").get_models()
    rows = [row for model in models for row in model._default_manager.order_by("pk")]
    return str(serializers.serialize("json", rows))


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_following_links_changes_nothing(
    client: Client, complaint: Case, token: Token, fern: Employee, method: str
) -> None:
    resolve(complaint.reference, text="Free.", by=fern, at=now())
    before = everything()

    for address in ("", "answer/", "verdict/", "climb/", "news/", "news/?version=0"):
        for query in ("", "?close", "?solved=yes&rating=5&text=Fine"):
            getattr(client, method)(f"/track/{token}/{address}{query}", headers={"purpose": "prefetch"})
    getattr(client, method)(f"/complain/received/{token}/")

    assert everything() == before


# Links


def test_a_link_ends_after_a_year(client: Client, complaint: Case) -> None:
    token = links.mint(complaint, at=now())

    with time_machine.travel(now() + timedelta(days=364), tick=False):
        assert client.get(f"/track/{token}/").status_code == 200
    with time_machine.travel(now() + timedelta(days=366), tick=False):
        for address in (f"/track/{token}/", f"/complain/received/{token}/", f"/track/{token}/news/"):
            assert client.get(address).status_code == 404
        assert client.post(f"/track/{token}/answer/", {"text": "Hello"}).status_code == 404


# What is none of the customer's business (S4)


def test_nothing_internal_is_told(
    client: Client,
    organisation: Organisation,
    complaint: Case,
    token: Token,
    fern: Employee,
    max_: Employee,
    otto: Employee,
) -> None:
    write_note(complaint.reference, text="Secret note", by=fern, at=now(), files=[a_picture("secret-note.png")])
    escalate(complaint.reference, reason="Secret reason", by=fern, at=now())
    other = a_complaint(by=fern, customer=a_customer(name="Noor Nasser"))
    mark_duplicate(other.reference, original=complaint.reference, by=fern, at=now())
    withdraw(complaint.reference, reason="Secret withdrawal", by=max_, at=now())

    shown = page_of(client, token) + client.get(f"/complain/received/{token}/").content.decode()

    for secret in ("Secret", "secret", fern.email, max_.email, "@demo.example", "Noor", other.reference, "High floor"):
        assert secret not in shown, secret
    assert "Max Moreno" in shown


def test_a_duplicate_of_somebody_elses_complaint_does_not_name_it(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    other = a_complaint(by=fern, customer=a_customer(name="Noor Nasser"))
    mark_duplicate(complaint.reference, original=other.reference, by=fern, at=now())

    assert other.reference not in page_of(client, token)


# Files


def test_a_file_is_handed_out_to_be_saved_and_never_shown(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    write_to_customer(complaint.reference, text="The plan.", by=fern, at=now(), files=[a_picture("房间 plan.png")])
    file = Attachment.objects.get()

    with closing(client.get(f"/track/{token}/files/{file.pk}/")) as answer:
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert answer["Content-Type"] == "image/png"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"".join(answer.streaming_content) == a_picture().read()  # type: ignore[attr-defined]


def test_internal_files_and_files_of_others_are_not_there(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    write_note(complaint.reference, text="Ours", by=fern, at=now(), files=[a_picture()])
    other = a_complaint(by=None, files=[a_picture()])

    for file in (Attachment.objects.get(case=complaint), Attachment.objects.get(case=other)):
        assert client.get(f"/track/{token}/files/{file.pk}/").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_an_accident(client: Client, complaint: Case, token: Token) -> None:
    client.post(f"/track/{token}/answer/", {"text": "Look", "attachments": a_picture()})
    file = Attachment.objects.get()
    attachments.path_of(file).unlink()

    assert client.get(f"/track/{token}/files/{file.pk}/").status_code == 404


# Language


def test_the_page_speaks_the_customers_language_until_somebody_chooses_another(
    client: Client, cara: Customer, complaint: Case, token: Token
) -> None:
    Customer.objects.filter(pk=cara.pk).update(language=Language.CHINESE)

    assert client.get(f"/track/{token}/")["Content-Language"] == "zh-hans"
    client.post("/i18n/setlang/", {"language": "en", "next": f"/track/{token}/"})
    assert client.get(f"/track/{token}/")["Content-Language"] == "en"
    assert client.get("/")["Content-Language"] == "en"


# Speed


def test_the_page_asks_the_database_as_often_for_twenty_entries_as_for_two(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    taken = []
    for entries in (2, 20):
        while TimelineEntry.objects.filter(case=complaint).count() < entries:
            write_to_customer(complaint.reference, text="Soon.", by=fern, at=now(), files=[a_picture()])
        taken.append(queries_of(client, f"/track/{token}/"))

    assert_as_recorded("portal:track", few=taken[0], many=taken[1])


def test_an_open_page_asks_for_news_cheaply(client: Client, complaint: Case, token: Token, fern: Employee) -> None:
    with CaptureQueriesContext(connection) as asked:
        nothing = client.get(f"/track/{token}/news/", {"version": complaint.version})
    assert (nothing.status_code, len(asked)) == (204, 1)
    acknowledge(complaint.reference, by=fern, at=now())
    something = client.get(f"/track/{token}/news/", {"version": complaint.version})

    assert "There is news about your complaint." in something.content.decode()
