from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.cases import texts
from complaints.cases.attachments import path_of
from complaints.cases.models import Attachment, Case, CaseText, Channel, Clock, TimelineEntry, TrackingLink
from complaints.common.errors import Invalid, NotFound, NotPermitted
from complaints.common.tokens import token_hash
from complaints.common.words import places
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.outbox.models import Kind, Message
from complaints.outbox.render import words_of
from complaints.staff.models import Employee, Tier
from complaints.standards.models import FailureType, ServiceStandard, Severity
from tests.cast import Organisation
from tests.factories import PNG, a_complaint, a_picture

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def facts(**told: Any) -> ComplaintFacts:
    """What Cara tells on the public form."""
    who = CustomerFacts(name="Cara Castillo", email="Cara@Demo.Example")
    return ComplaintFacts(**{"customer": who, "what_happened": "The room was not ready.", **told})


def test_a_complaint_from_the_public_goes_to_the_catch_all_and_gets_a_link(organisation: Organisation) -> None:
    filed = file_complaint(facts(wanted="An apology"), by=None, at=AT)
    case = Case.objects.get(pk=filed.case.pk)
    assert case.unit == organisation.harbour
    assert case.responsible is None
    assert case.tier == Tier.FRONT_LINE
    assert filed.token is not None
    assert bytes(TrackingLink.objects.get(case=case).token_hash) == token_hash(filed.token)


def test_filing_starts_both_clocks_and_the_case_is_due_at_the_first(organisation: Organisation) -> None:
    case = file_complaint(facts(severity=Severity.CRITICAL), by=None, at=AT).case
    due = {clock.kind: clock.due_at for clock in Clock.objects.filter(case=case)}
    assert due == {"acknowledge": AT + timedelta(hours=1), "resolve": AT + timedelta(days=1)}
    assert case.due_at == AT + timedelta(hours=1)


def test_the_customer_is_told_at_once_in_the_same_transaction(organisation: Organisation) -> None:
    case = file_complaint(facts(), by=None, at=AT).case
    message = Message.objects.get(about=case.reference)
    assert message.kind == Kind.RECEIVED
    assert message.recipient == "cara@demo.example"
    words = words_of(message)
    assert case.reference in words.subject
    assert "[[link]]" in words.text, "what we keep of a message holds no secret link"


def test_every_row_of_a_filing_is_whole(organisation: Organisation, fern: Employee, cara: Customer) -> None:
    told = facts(customer=cara.pk, what_happened="The 房间 wasn't ready; 100% sure \\.", submission="form-1")
    before = Case.objects.count()
    case = file_complaint(told, by=fern, at=AT).case
    assert Case.objects.count() == before + 1
    stored = Case.objects.get(reference=case.reference)
    as_it_was = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    assert {name: getattr(stored, name) for name in as_it_was} == as_it_was
    assert (stored.status, stored.version, stored.submission) == ("open", 1, "form-1")
    entry = TimelineEntry.objects.get(case=case)
    assert {field.attname: getattr(entry, field.attname) for field in TimelineEntry._meta.concrete_fields} == {
        "id": entry.pk,
        "case_id": case.pk,
        "at": AT,
        "kind": "complaint.filed",
        "actor_kind": "employee",
        "actor_id": fern.pk,
        "actor_name": fern.name,
        "public": True,
        "text": "",
        "facts": {"channel": "web"},
    }
    for clock in Clock.objects.filter(case=case):
        assert (clock.started_at, clock.paused_at, clock.pauses) == (AT, None, [])
        assert clock.due_at == AT + clock.budget
    text = CaseText.objects.get(case=case)
    assert (text.unit_id, text.filed_at) == (case.unit_id, AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(document) FROM complaints_casetext WHERE case_id = %s", [case.pk])
        found_by = set(cursor.fetchone()[0])
    written = (case.reference, case.customer.name, case.customer.company, case.what_happened, case.wanted, case.place)
    assert found_by == {word for text in written for word, _place in places(text)[0]}
    assert text.marks == texts.marks_of(case)
    message = Message.objects.get(about=case.reference)
    assert (message.state, message.reason, message.attempts, message.to_customer) == ("queued", "", 0, True)
    assert (message.created_at, message.look_again_at) == (AT, AT + timedelta(seconds=15))
    assert message.facts["due_at"] == case.due_at.isoformat().replace("+00:00", "Z")
    assert message.facts["what_happened"] == case.what_happened


def test_who_hears_of_it_owns_it(fern: Employee, cara: Customer) -> None:
    case = file_complaint(facts(customer=cara.pk, channel=Channel.COUNTER), by=fern, at=AT).case
    assert case.responsible == fern
    assert case.filed_by == fern


def test_a_complaint_for_another_unit_waits_on_that_units_list(
    max_: Employee, vera: Employee, cara: Customer, organisation: Organisation
) -> None:
    case = file_complaint(facts(customer=cara.pk, unit=organisation.lakeside.pk), by=vera, at=AT).case
    assert (case.unit, case.responsible) == (organisation.lakeside, None)
    with pytest.raises(NotFound):
        file_complaint(facts(customer=cara.pk, unit=organisation.lakeside.pk), by=max_, at=AT)


def test_the_same_form_twice_is_one_complaint(organisation: Organisation) -> None:
    first = file_complaint(facts(submission="form-1"), by=None, at=AT)
    second = file_complaint(facts(submission="form-1", what_happened="typed again"), by=None, at=AT)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.case == second.case
    assert Message.objects.count() == Case.objects.count() == 1


def test_without_a_key_the_same_words_on_the_same_day_are_one_complaint(organisation: Organisation) -> None:
    file_complaint(facts(), by=None, at=AT)
    assert not file_complaint(facts(), by=None, at=AT + timedelta(seconds=8)).is_new
    assert file_complaint(facts(), by=None, at=AT + timedelta(days=1)).is_new
    assert file_complaint(facts(what_happened="Something else."), by=None, at=AT).is_new


def test_a_customer_known_by_name_and_address_is_not_stored_twice(cara: Customer, organisation: Organisation) -> None:
    assert file_complaint(facts(), by=None, at=AT).case.customer == cara
    stranger = CustomerFacts(name="Carl Other", email="cara@demo.example")
    assert file_complaint(facts(customer=stranger), by=None, at=AT).case.customer != cara


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"what_happened": " \u202e\x00 "}, "what_happened"),
        ({"what_happened": "x" * 20_001}, "what_happened"),
        ({"wanted": "x" * 20_001}, "wanted"),
        ({"occurred_at": AT + timedelta(minutes=1)}, "occurred_at"),
        ({"failure_type": 999_999}, "failure_type"),
        ({"failure_type": 10**30}, "failure_type"),
        ({"failure_type": "²"}, "failure_type"),
        ({"unit": 999_999}, "unit"),
        ({"customer": CustomerFacts(name=" \u200e ")}, "name"),
        ({"customer": 999_999}, "customer"),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(
    organisation: Organisation, told: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        file_complaint(facts(**told), by=None, at=AT)
    assert refused.value.field == field
    assert refused.value.sentence
    assert not Case.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.png", b""),
        ("huge.txt", b"a" * (10 * 1024 * 1024 + 1)),
        ("holiday.jpg", b"MZ\x90\x00" + b"\x00" * 200),
        ("page.txt", b"<html><script>alert(1)</script></html>"),
        ("page.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("run.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("binary.txt", b"\x00\x01\x02"),
        ("program.exe", b"MZ\x90\x00" + b"\x00" * 200),
    ],
)
def test_a_file_is_judged_by_what_it_holds(organisation: Organisation, name: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        file_complaint(facts(), by=None, at=AT, files=[SimpleUploadedFile(name, content)])
    assert refused.value.field == "attachments"
    assert name.rpartition(".")[0] in refused.value.sentence
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("room.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + b"\xff\xd9", "image/jpeg"),
        ("room.GIF", b"GIF89a\x01\x00\x01\x00", "image/gif"),
        ("room.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 \x04\x00\x00\x00\x00\x00\x00\x00", "image/webp"),
        ("IMG_0001.HEIC", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heif"),
        ("bill.pdf", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "application/pdf"),
        ("说明.txt", "房间没有准备好。".encode(), "text/plain"),
    ],
)
def test_what_people_send_is_taken(organisation: Organisation, name: str, content: bytes, media_type: str) -> None:
    case = file_complaint(facts(), by=None, at=AT, files=[SimpleUploadedFile(name, content)]).case
    kept = Attachment.objects.get(case=case)
    assert (kept.name, kept.media_type) == (name, media_type)
    assert path_of(kept).read_bytes() == content


def test_a_picture_is_kept_with_the_complaint(organisation: Organisation) -> None:
    case = file_complaint(facts(), by=None, at=AT, files=[a_picture("../../room.png")]).case
    kept = Attachment.objects.get(case=case)
    assert (kept.name, kept.media_type, kept.public) == ("room.png", "image/png", True)


def test_a_picture_is_kept_without_the_place_where_it_was_taken(organisation: Organisation) -> None:
    place = b"\x00\x00\x00\x06tEXtLisbon\x00\x00\x00\x00"
    taken = SimpleUploadedFile("room.png", PNG[:33] + place + PNG[33:])
    case = file_complaint(facts(), by=None, at=AT, files=[taken]).case
    kept = Attachment.objects.get(case=case)
    assert path_of(kept).read_bytes() == PNG
    assert (kept.size, kept.sha256) == (len(PNG), hashlib.sha256(PNG).hexdigest())


def test_a_damaged_picture_is_refused_with_a_sentence(organisation: Organisation) -> None:
    with pytest.raises(Invalid, match=r"“room.png” is damaged"):
        file_complaint(facts(), by=None, at=AT, files=[SimpleUploadedFile("room.png", PNG[:-6])])


def test_an_analyst_files_nothing(quinn: Employee, cara: Customer) -> None:
    with pytest.raises(NotPermitted):
        file_complaint(facts(customer=cara.pk), by=quinn, at=AT)


@pytest.mark.parametrize("by_staff", [True, False])
def test_filing_takes_at_most_twelve_queries(
    organisation: Organisation, fern: Employee, cara: Customer, late_room: FailureType, *, by_staff: bool
) -> None:
    nina = CustomerFacts(name="Nina New", email="nina@demo.example", phone="+12125550111")
    promise = ServiceStandard.objects.create(name="Room ready at 15:00")
    kinds = {"failure_type": late_room.pk, "service_standard": promise.pk}
    told = facts(customer=cara.pk, **kinds) if by_staff else facts(customer=nina)
    with CaptureQueriesContext(connection) as queries:
        file_complaint(told, by=fern if by_staff else None, at=AT)
    statements = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 12, "\n".join(statements)


def test_a_reference_that_is_taken_is_drawn_again(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter([17, 17, 18])
    monkeypatch.setattr(secrets, "randbelow", lambda _below: next(draws))
    first, second = a_complaint(by=None), a_complaint(by=None)
    assert first.reference != second.reference
    assert Case.objects.count() == 2
