"""The public form: what was confirmed is stored once, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from complaints.cases.models import Attachment, Case, Channel
from complaints.customers.models import Customer
from complaints.outbox.models import Kind, Message
from complaints.portal import throttle
from complaints.portal.throttle import Deed
from complaints.staff.models import Unit
from tests.cast import Organisation
from tests.factories import a_picture
from tests.portal.conftest import CARA

COMPLAIN = "/complain/"
TOLD = {
    "name": "Cara Castillo",
    "email": CARA,
    "what_happened": "The room was not ready at three.",
    "wanted": "An apology.",
}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organisation")]


def told(**changes: Any) -> dict[str, Any]:
    return {**TOLD, "submission": "4f0c", **changes}


def test_four_fields_are_enough_and_lead_to_the_tracking_page(client: Client, organisation: Organisation) -> None:
    answer = client.post(COMPLAIN, TOLD)

    assert answer.status_code == 303
    confirmed = Client().get(answer["Location"])  # another browser: no cookie takes part
    link = re.search(r'href="(/track/[^/"]+/)"', confirmed.content.decode())
    assert link
    page = Client().get(link[1]).content.decode()
    case = Case.objects.get()
    assert case.reference in page
    assert TOLD["what_happened"] in page
    assert (case.channel, case.unit) == (Channel.WEB, organisation.harbour)
    assert Message.objects.get().kind == Kind.RECEIVED


def test_what_would_put_it_right_may_stay_open(client: Client) -> None:
    assert client.post(COMPLAIN, told(wanted="")).status_code == 303


def test_everything_else_that_was_told_is_kept(client: Client, organisation: Organisation) -> None:
    more = {"phone": "+86 10 6555 0188", "company": "海风贸易", "occurred_at": "2025-03-14", "place": "Room 412"}

    client.post(COMPLAIN, told(**more, attachments=[a_picture("a.png"), a_picture("b.png")]))

    case = Case.objects.get()
    assert case.place == "Room 412"
    assert case.occurred_at
    assert case.occurred_at.isoformat() == "2025-03-14T04:00:00+00:00"  # midnight at Harbour Hotel
    assert (case.customer.company, str(case.customer.phones.get())) == ("海风贸易", "+861065550188")
    assert [file.name for file in Attachment.objects.filter(public=True)] == ["a.png", "b.png"]


def test_a_telephone_number_is_enough_to_be_reached(client: Client) -> None:
    answer = client.post(COMPLAIN, told(email="", phone="212 555 0142"), follow=True)

    assert "keep the link" in answer.content.decode()


@pytest.mark.parametrize(("header", "language"), [("zh-CN,zh;q=0.9", "zh-hans"), ("en-GB", "en"), ("pt-BR", "en")])
def test_a_new_customer_is_written_to_in_the_language_of_the_page(client: Client, header: str, language: str) -> None:
    client.post(COMPLAIN, TOLD, headers={"accept-language": header})

    assert Customer.objects.get().language == language
    assert Message.objects.get().language == language


# Bad input: a sentence beside the field, and what was typed stays

EMPTY = SimpleUploadedFile("empty.pdf", b"")
ENDLESS = "word " * 5_000
BAD_INPUT = [
    ({"name": ""}, "name", "Please tell us your name."),
    ({"name": " \u202e\x00 "}, "name", "Please tell us your name."),
    ({"name": "N" * 161}, "name", "This is longer than 160 characters. Please shorten it."),
    ({"email": ""}, "email", "Please give an e-mail address or a telephone number, so that we can answer."),
    ({"email": "cara at demo"}, "email", "This does not look like an e-mail address, such as name@example.com."),
    ({"email": f"{'c' * 250}@demo.example"}, "email", "This is longer than 254 characters. Please shorten it."),
    ({"phone": "12"}, "phone", "This does not look like a telephone number."),
    ({"what_happened": ""}, "what_happened", "Please say what went wrong."),
    ({"what_happened": "\x07\u2066\r\n"}, "what_happened", "Please say what went wrong."),
    ({"what_happened": ENDLESS}, "what_happened", "This is longer than 20000 characters."),
    ({"wanted": ENDLESS}, "wanted", "This is longer than 20000 characters."),
    ({"occurred_at": "yesterday"}, "occurred_at", "Please write the day as year-month-day, for example 2025-03-14."),
    ({"occurred_at": "0001-01-01"}, "occurred_at", "This is too long ago to be true. When did it happen?"),
    ({"occurred_at": "9999-12-31"}, "occurred_at", "This moment is still to come. When did it happen?"),
    ({"place": "P" * 201}, "place", "This is longer than 200 characters. Please shorten it."),
    ({"company": "P" * 161}, "company", "This is longer than 160 characters. Please shorten it."),
    ({"attachments": ("empty.pdf", b"")}, "attachments", "“empty.pdf” is empty."),
    ({"attachments": ("room.jpg", b"MZ\x90\x00")}, "attachments", "“room.jpg” is not a picture, a PDF or a text file."),
    (
        {"attachments": ("a.txt", b"<script>1</script>")},
        "attachments",
        "“a.txt” is not a picture, a PDF or a text file.",
    ),
    (
        {"attachments": ("room.jpg", b"%PDF-1.7\n%\xe2\xe3")},
        "attachments",
        "“room.jpg” holds something else than its name says.",
    ),
    ({"attachments": ("big.txt", b"a" * 30 * 1024 * 1024)}, "attachments", "“big.txt” is larger than 10 MB."),
]


@pytest.mark.parametrize(("bad", "field", "sentence"), BAD_INPUT, ids=[f"{b[1]}-{n}" for n, b in enumerate(BAD_INPUT)])
def test_bad_input_gets_a_sentence_beside_its_field_and_costs_nothing(
    client: Client, bad: dict[str, Any], field: str, sentence: str
) -> None:
    changes = {n: SimpleUploadedFile(*v) if isinstance(v, tuple) else v for n, v in bad.items()}

    answer = client.post(COMPLAIN, told(**changes))

    page = answer.content.decode()
    beside = re.search(rf'id="id_{field}_error">(.*?)</div>\s*</div>', page, re.DOTALL)
    assert answer.status_code == 200
    assert beside
    assert sentence in beside[1]
    for name, text in TOLD.items():
        if name not in bad:
            assert text in page
    assert 'value="4f0c"' in page
    assert not Case.objects.exists()


def test_tomorrow_is_still_to_come(client: Client) -> None:
    answer = client.post(COMPLAIN, told(occurred_at=f"{now() + timedelta(days=2):%Y-%m-%d}"))

    assert "This moment is still to come." in answer.content.decode()


def test_a_script_is_text_like_any_other(client: Client) -> None:
    script = "<script>alert(1)</script>"
    answer = client.post(COMPLAIN, told(name=script, what_happened=script, wanted=script, place=script), follow=True)

    page = client.get(re.findall(r"/track/[^/\"]+/", answer.content.decode())[1]).content.decode()
    assert "<script>alert" not in answer.content.decode() + page
    assert "&lt;script&gt;alert(1)" in page


def test_unseen_characters_are_dropped_and_other_scripts_stay(client: Client) -> None:
    client.post(COMPLAIN, told(name="نور \u202eناصر\x00", what_happened="a\x00b\u2066c\r\nשלום"))

    case = Case.objects.get()
    assert case.customer.name == "نور ناصر"
    assert case.what_happened == "abc\nשלום"


# The same form twice (M4)


def test_the_same_form_twice_is_one_complaint(client: Client) -> None:
    first, second = client.post(COMPLAIN, told()), client.post(COMPLAIN, told())

    assert (first.status_code, second.status_code) == (303, 303)
    case = Case.objects.get()
    assert Message.objects.count() == 1
    assert case.reference in client.get(second["Location"]).content.decode()


def test_without_its_hidden_number_too(client: Client) -> None:
    client.post(COMPLAIN, TOLD)
    client.post(COMPLAIN, TOLD)

    assert Case.objects.count() == 1


def test_a_form_that_was_changed_after_going_back_is_another_complaint(client: Client) -> None:
    client.post(COMPLAIN, told())
    client.post(COMPLAIN, told(what_happened="The room was not ready at three, and not at five either."))

    assert Case.objects.count() == 2


# What stands before the form


def test_a_form_without_its_cookie_comes_back_filled_in_and_can_be_sent_again() -> None:
    browser = Client(enforce_csrf_checks=True)

    refused = browser.post(COMPLAIN, told())

    page = refused.content.decode()
    assert refused.status_code == 403
    assert "Nothing is lost: please send it again." in page
    assert all(text in page for text in TOLD.values())
    assert not Case.objects.exists()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert browser.post(COMPLAIN, {**TOLD, **hidden}).status_code == 303


def test_what_is_too_large_to_be_read_is_refused_in_a_sentence(client: Client) -> None:
    answer = client.post(COMPLAIN, told(what_happened="x" * 6 * 1024 * 1024))

    assert answer.status_code == 413
    assert "Please shorten the text" in answer.content.decode()


def test_too_much_from_one_address_must_wait_and_keeps_what_was_typed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(throttle.MOST, Deed.COMPLAIN, 2)
    for number in range(2):
        assert client.post(COMPLAIN, told(submission=str(number))).status_code == 303

    answer = client.post(COMPLAIN, told(what_happened="And another thing."))

    assert answer.status_code == 429
    assert "please wait ten minutes" in answer.content.decode()
    assert "And another thing." in answer.content.decode()
    assert Client(REMOTE_ADDR="2001:db8::1").post(COMPLAIN, told(submission="6")).status_code == 303


def test_an_organisation_without_any_unit_says_so(client: Client) -> None:
    for unit in Unit.objects.order_by("-path"):
        unit.delete()

    answer = client.post(COMPLAIN, TOLD)

    assert answer.status_code == 200
    assert "The organisation has no unit yet." in answer.content.decode()


def test_looking_at_the_form_stores_nothing(client: Client) -> None:
    client.get(COMPLAIN, TOLD)
    client.get(reverse("portal:find_link"), {"reference": "C-7K3M9QXR", "contact": CARA})

    assert not Case.objects.exists()
