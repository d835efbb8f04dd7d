"""Mail that a provider hands over, as Postmark does: forged, repeated, whole and taken apart, and large."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

import pytest
from django.test import Client

from complaints.cases.models import Attachment, Case
from complaints.incoming.models import Aside, Mail, MailState, Source
from tests.cast import Organisation
from tests.factories import PNG
from tests.incoming.letters import a_file, a_mail

SECRET: Final = "provider:" + "k" * 24
HOOK: Final = "/api/v1/mail-in/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _provider(settings: Any) -> None:
    """Mail comes from Postmark."""
    settings.MAIL_IN_VIEW = "anymail.webhooks.postmark.PostmarkInboundWebhookView"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def hand_over(told: dict[str, Any], *, secret: str = SECRET) -> int:
    """Hand a mail over as Postmark does; the status of the answer."""
    headers = {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}
    return Client(headers=headers).post(HOOK, told, content_type="application/json").status_code


def whole(raw: bytes, *, sender: str = "<cara@demo.example>") -> dict[str, Any]:
    """A mail with its original, as Postmark sends it when it is asked to."""
    return {"RawEmail": raw.decode(), "Headers": [{"Name": "Return-Path", "Value": sender}], "MessageID": "pm-1"}


def taken_apart(**more: Any) -> dict[str, Any]:
    """A mail without its original."""
    return {
        "FromFull": {"Email": "cara@demo.example", "Name": "Cara Castillo"},
        "ToFull": [{"Email": "complaints@hotel.example", "Name": ""}],
        "Subject": "Cold room",
        "TextBody": "The room was cold.",
        "Headers": [{"Name": "Message-ID", "Value": "<pm-2@demo.example>"}],
        "OriginalRecipient": "complaints@hotel.example",
        **more,
    }


def test_a_mail_is_taken(organisation: Organisation) -> None:
    assert hand_over(whole(a_file("plain"))) == 200
    mail = Mail.objects.get()
    assert (mail.source, mail.state) == (Source.PROVIDER, MailState.TAKEN)


@pytest.mark.parametrize("secret", ["", "provider:guessed", f"{SECRET}x"])
def test_a_forged_one_is_refused(organisation: Organisation, secret: str) -> None:
    assert hand_over(whole(a_file("plain")), secret=secret) == 400
    assert not Mail.objects.exists()


def test_without_a_provider_there_is_no_such_address(settings: Any) -> None:
    settings.MAIL_IN_VIEW = ""
    assert hand_over(whole(a_file("plain"))) == 404


def test_a_mail_that_was_taken_apart_and_is_handed_over_again_is_one(organisation: Organisation) -> None:
    picture = {"Name": "room.png", "ContentType": "image/png", "Content": b64encode(PNG).decode()}
    told = taken_apart(HtmlBody="<p>The room was cold.</p>", Attachments=[picture])
    assert [hand_over(told), hand_over(told)] == [200, 200]
    case = Case.objects.get()
    assert case.what_happened.endswith("The room was cold.")
    assert Attachment.objects.get(case=case).name == "room.png"


def test_what_a_program_sent_is_set_aside_here_too(organisation: Organisation) -> None:
    assert hand_over(whole(a_mail(), sender="<>")) == 200
    assert Mail.objects.get().reason == Aside.NULL_SENDER


def test_a_large_mail_is_taken_but_only_from_who_knows_the_secret(organisation: Organisation) -> None:
    film = {"Name": "film.mp4", "ContentType": "video/mp4", "Content": b64encode(b"f" * 9_000_000).decode()}
    assert hand_over(taken_apart(Attachments=[film]), secret="provider:guessed") == 400
    assert hand_over(taken_apart(Attachments=[film])) == 200
    assert Mail.objects.get().files == ["film.mp4"]


def test_where_nothing_can_be_stored_the_provider_comes_again() -> None:
    with pytest.raises(Exception, match="no unit"):
        hand_over(whole(a_file("plain")))
