"""The language is changed with a button of the form that is being filled in: nothing is sent by it, nothing is lost."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case, TimelineEntry
from complaints.cases.states import Status
from complaints.common.tokens import Token
from complaints.handling.resolve import resolve
from complaints.portal import throttle
from complaints.portal.throttle import Deed
from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.factories import a_picture


def test_the_public_form_keeps_what_was_typed_and_files_nothing(client: Client, organisation: Organisation) -> None:
    told = {"what_happened": "<b>房间</b>", "name": "Cara", "place": "Lobby", "submission": "4f0c", "speak": "zh-hans"}

    answer = client.post("/complain/", {**told, "attachments": a_picture()})

    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Language"]) == (200, "zh-hans")
    assert "&lt;b&gt;房间&lt;/b&gt;" in page
    assert 'value="Lobby"' in page
    assert 'value="4f0c"' in page, "sent in the end, it is still the same form"
    assert "附件需要重新选择" in page
    assert not Case.objects.exists()
    assert client.get("/")["Content-Language"] == "zh-hans"


def test_the_tracking_page_keeps_an_answer(client: Client, complaint: Case, token: Token) -> None:
    answer = client.post(f"/track/{token}/answer/", {"text": "Room 4", "submission": "9a", "speak": "zh-hans"})

    assert answer["Content-Language"] == "zh-hans"
    assert "Room 4" in answer.content.decode()
    assert not TimelineEntry.objects.filter(kind="customer.answered").exists()
    assert client.get(f"/track/{token}/")["Content-Language"] == "zh-hans"


def test_the_tracking_page_keeps_a_verdict(client: Client, complaint: Case, token: Token, fern: Employee) -> None:
    resolve(complaint.reference, text="The night is free.", by=fern, at=now())

    answer = client.post(f"/track/{token}/verdict/", {"solved": "no", "text": "Not enough", "speak": "zh-hans"})

    assert "Not enough" in answer.content.decode()
    assert Case.objects.get().status == Status.RESOLVED


@pytest.mark.parametrize("wished", ["", "xx", "en; Path=/"])
def test_what_is_no_language_of_ours_sends_the_form(client: Client, complaint: Case, token: Token, wished: str) -> None:
    assert client.post(f"/track/{token}/answer/", {"text": "Room 4", "speak": wished}).status_code == 303
    assert TimelineEntry.objects.filter(kind="customer.answered").count() == 1


def test_changing_the_language_is_not_counted_and_too_much_is_still_refused(
    client: Client, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(throttle.MOST, Deed.COMPLAIN, 2)
    for _time in range(4):
        assert client.post("/complain/", {"what_happened": "x", "speak": "en"}).status_code == 200
    too_much = {"what_happened": "x" * 6_000_000, "speak": "en"}
    assert client.post("/complain/", too_much).status_code == 413


def test_a_file_is_not_kept_by_it(client: Client, complaint: Case, token: Token) -> None:
    told = {"text": "Look", "speak": "en", "attachments": SimpleUploadedFile("room.png", b"no picture")}
    assert client.post(f"/track/{token}/answer/", told).status_code == 200
    assert not complaint.attachments.exists()
