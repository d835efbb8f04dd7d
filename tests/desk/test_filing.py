from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from complaints.cases.models import Attachment, Case, Channel, Mood
from complaints.customers.models import Customer
from complaints.staff.models import Employee
from complaints.standards.models import FailureType, ServiceStandard
from tests.cast import Organisation
from tests.factories import a_complaint, a_picture

NEW = "/desk/complaints/new/"


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    """Fern's browser."""
    client.force_login(fern)
    return client


def form(fern: Employee, **changed: Any) -> dict[str, Any]:
    """What Fern types with a customer on the telephone."""
    return {
        "look": "",
        "customer": "",
        "name": "Noor Nasser",
        "company": "",
        "email": "noor@demo.example",
        "phone": "212 555 0177",
        "language": "en",
        "what_happened": "The dessert was not free of nuts.",
        "wanted": "To know how this could happen.",
        "channel": "phone",
        "severity": "3",
        "mood": "4",
        "place": "Restaurant",
        "unit": str(fern.unit_id),
        "submission": "a-form-of-its-own",
        **changed,
    }


def test_a_complaint_is_filed_with_a_new_customer(desk: Client, fern: Employee, late_room: FailureType) -> None:
    answer = desk.post(
        NEW, form(fern, failure_type=late_room.pk, occurred_at="2026-01-15T14:30", attachments=[a_picture()])
    )

    case = Case.objects.get()
    assert answer["Location"] == f"/desk/complaints/{case.reference}/"
    assert (case.customer.name, case.channel, case.severity, case.mood) == ("Noor Nasser", Channel.PHONE, 3, Mood.ANGRY)
    assert (case.failure_type, case.responsible, case.unit) == (late_room, fern, fern.unit)
    assert [str(phone) for phone in case.customer.phones.all()] == ["+12125550177"]
    assert Attachment.objects.get().case == case


def test_the_promise_that_was_missed_can_be_named_where_there_is_one(
    desk: Client, fern: Employee, late_room: FailureType
) -> None:
    assert "service_standard" not in desk.get(NEW).content.decode()
    at_three = ServiceStandard.objects.create(name="Room ready at 15:00", failure_type=late_room)
    ServiceStandard.objects.create(name="Answered within a day")
    ServiceStandard.objects.create(name="Given up", is_active=False)
    page = desk.get(NEW).content.decode()
    assert page.index("Answered within a day") < page.index('<optgroup label="Room not ready on time"><option value="')
    assert "Given up" not in page

    desk.post(NEW, form(fern, service_standard=at_three.pk))
    desk.post(NEW, form(fern, what_happened="Cold soup.", submission="another"))

    assert [case.service_standard for case in Case.objects.order_by("pk")] == [at_three, None]


def test_what_a_new_customer_prefers_is_kept_with_them(desk: Client, fern: Employee) -> None:
    desk.post(NEW, form(fern, preferences="High floor, no feather pillows."))

    assert Case.objects.get().customer.preferences == "High floor, no feather pillows."


def test_a_time_is_read_in_the_zone_of_the_employees_unit(
    desk: Client, fern: Employee, organisation: Organisation
) -> None:
    desk.post(NEW, form(fern, occurred_at="2026-01-15T14:30"))

    assert Case.objects.get().occurred_at.isoformat() == "2026-01-15T19:30:00+00:00"  # type: ignore[union-attr]


def test_the_same_form_twice_is_one_complaint(desk: Client, fern: Employee) -> None:
    first = desk.post(NEW, form(fern))
    second = desk.post(NEW, form(fern))

    assert Case.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_a_form_sent_again_with_other_words_is_not_swallowed(desk: Client, fern: Employee) -> None:
    desk.post(NEW, form(fern))

    answer = desk.post(NEW, form(fern, what_happened="And the soup was cold."))

    assert answer.status_code == 409
    assert Case.objects.get().reference in answer.content.decode()
    assert "And the soup was cold." in answer.content.decode()
    desk.post(NEW, form(fern, what_happened="And the soup was cold.", submission=_value(answer, "submission")))
    assert Case.objects.count() == 2


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"what_happened": ""}, "what_happened", "Please say what went wrong."),
    ({"what_happened": " \u202e\x00 "}, "what_happened", "Please say what went wrong."),
    ({"what_happened": "x" * 20_001}, "what_happened", "This is longer than 20000 characters."),
    ({"name": "", "email": "", "phone": ""}, "look", "Please choose a customer, or enter a new one."),
    ({"name": "N" * 161}, "name", "Ensure this value has at most 160 characters"),
    ({"email": "not an address"}, "email", "Enter a valid email address."),
    ({"phone": "ring me"}, "phone", "Enter a valid phone number"),
    ({"customer": "999999", "name": "", "email": "", "phone": ""}, "look", "This customer is not on file any more."),
    ({"customer": "1", "name": ""}, "look", "You chose a customer and entered a new one."),
    ({"customer": "nobody"}, "look", "Enter a whole number."),
    ({"failure_type": "424242"}, "failure_type", "This failure type is not in the catalogue."),
    ({"failure_type": "rude"}, "failure_type", "This failure type is not in the catalogue."),
    ({"occurred_at": "2999-01-01T10:00"}, "occurred_at", "This moment is still to come."),
    ({"occurred_at": "yesterday"}, "occurred_at", "Please give a date and a time"),
    ({"channel": "pigeon"}, "channel", "Select a valid choice."),
    ({"severity": "9"}, "severity", "Select a valid choice."),
    ({"mood": "9"}, "mood", "Select a valid choice."),
    ({"unit": "999999"}, "unit", "Select a valid choice."),
    ({"attachments": [SimpleUploadedFile("empty.png", b"")]}, "attachments", "“empty.png” is empty."),
    (
        {"attachments": [SimpleUploadedFile("big.png", b"\x89PNG" + bytes(30 * 1024 * 1024))]},
        "attachments",
        "“big.png” is larger than 10 MB.",
    ),
    (
        {"attachments": [SimpleUploadedFile("photo.jpg", b"MZ\x90\x00\x03" + bytes(200))]},
        "attachments",
        "“photo.jpg” is not a picture, a PDF or a text file.",
    ),
]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"), WRONG, ids=[f"{field}-{n}" for n, (_, field, _s) in enumerate(WRONG)]
)
def test_bad_input_gets_a_sentence_beside_its_field_and_keeps_what_was_typed(
    desk: Client, fern: Employee, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    for file in wrong.get("attachments", []):
        file.seek(0)
    answer = desk.post(NEW, form(fern, **wrong))

    page = answer.content.decode()
    assert answer.status_code == 400
    beside = page[page.index(f'id="id_{field}_error"') :][:400]
    assert sentence in beside
    assert "To know how this could happen." in page
    assert 'value="Restaurant"' in page
    assert not Case.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize("field", ["what_happened", "wanted", "place", "name", "company", "look"])
def test_a_script_in_any_field_stays_text(desk: Client, fern: Employee, field: str) -> None:
    desk.post(NEW, form(fern, **{field: "<script>alert(1)</script>"}))

    page = desk.get(f"/desk/complaints/{Case.objects.get().reference}/").content.decode()

    assert "<script>alert" not in page


def test_what_cannot_be_seen_is_dropped_before_it_is_kept(desk: Client, fern: Employee) -> None:
    desk.post(NEW, form(fern, what_happened="Cold \u202esoup\x00.\r\nTwice.", place="Hall\x07way"))

    case = Case.objects.get()
    assert (case.what_happened, case.place) == ("Cold soup.\nTwice.", "Hallway")


@pytest.mark.parametrize("typed", ["cast", "castillo & s", "cara@demo", "555 0142", "Cara Castillo"])
def test_a_customer_is_found_by_any_part_as_one_types(desk: Client, cara: Customer, typed: str) -> None:
    page = desk.get("/desk/customers/find/", {"look": typed}).content.decode()

    assert f'value="{cara.pk}"' in page


def test_a_customer_is_found_by_an_earlier_reference(desk: Client, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara)

    page = desk.get("/desk/customers/find/", {"look": case.reference.lower().replace("-", " ")}).content.decode()

    assert f'value="{cara.pk}"' in page


def test_a_reference_of_another_branch_leads_nowhere(desk: Client, otto: Employee, cara: Customer) -> None:
    case = a_complaint(by=otto, customer=cara)

    assert "Nobody found" in desk.get("/desk/customers/find/", {"look": case.reference}).content.decode()


def test_without_scripts_looking_up_is_a_round_trip_that_keeps_everything(
    desk: Client, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    a_complaint(by=fern, customer=cara, failure_type=late_room.pk)

    answer = desk.post(NEW, form(fern, name="", email="", phone="", look="castillo", look_up="1"))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "High floor, no feather pillows." in page
    assert "Arrival × 1" in page
    assert "The dessert was not free of nuts." in page
    assert "Please choose" not in page
    assert Case.objects.count() == 1


def test_a_complaint_for_somebody_on_file_makes_no_second_customer(
    desk: Client, fern: Employee, cara: Customer
) -> None:
    desk.post(NEW, form(fern, customer=cara.pk, name="", email="", phone=""))

    assert Case.objects.get().customer == cara
    assert Customer.objects.count() == 1


def test_somebody_chosen_and_somebody_new_are_not_mixed_up(desk: Client, fern: Employee, cara: Customer) -> None:
    answer = desk.post(NEW, form(fern, customer=cara.pk))

    assert answer.status_code == 400
    assert "Please keep only one of them." in answer.content.decode()
    assert not Case.objects.exists()


def test_a_choice_that_the_words_left_behind_is_dropped(desk: Client, cara: Customer) -> None:
    chosen = f'value="{cara.pk}"'

    alone = desk.get("/desk/customers/find/", {"look": "cara"}).content.decode()
    kept = desk.get("/desk/customers/find/", {"look": "castillo", "customer": str(cara.pk)}).content.decode()
    left = desk.get("/desk/customers/find/", {"look": "somebody else", "customer": str(cara.pk)}).content.decode()

    assert "checked" in alone[alone.index(chosen) :][:400]
    assert "High floor, no feather pillows." in alone
    assert "checked" in kept[kept.index(chosen) :][:400]
    assert chosen not in left


def test_whoever_reads_chinese_sees_the_chinese_catalogue(desk: Client, late_room: FailureType) -> None:
    page = desk.get(NEW, headers={"Accept-Language": "zh-hans"}).content.decode()

    assert '<optgroup label="客房">' in page
    assert "客房未按时备妥" in page


def _value(answer: Any, name: str) -> str:
    page = answer.content.decode()
    found = page[page.index(f'name="{name}"') :]
    return str(found[found.index('value="') + 7 :].split('"', 1)[0])


def test_who_only_reads_is_told_who_files(client: Client, quinn: Employee) -> None:
    client.force_login(quinn)

    answer = client.get(NEW)

    assert answer.status_code == 403
    assert "Complaints are filed by those who also handle them" in answer.content.decode()
