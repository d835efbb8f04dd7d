"""Mail that a provider hands over: its view checks who speaks and reads what came, and one verb takes it."""

from __future__ import annotations

from email.encoders import encode_base64
from email.message import Message
from typing import Any, Final

import structlog
from anymail.signals import AnymailInboundEvent, inbound
from anymail.webhooks.base import AnymailBasicAuthMixin
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt

from complaints.handling.receive_mail import receive_mail
from complaints.incoming.letter import Envelope
from complaints.incoming.models import Source

LARGEST_POST: Final = 50 * 1024 * 1024  # bytes: a mail of 25 MB with its files in base 64, and room
log = structlog.get_logger(__name__)


@csrf_exempt
def mail_in(request: HttpRequest) -> HttpResponse:
    """Let the configured provider's view take a mail; 404 where none is configured, 400 for a forged one."""
    if not settings.MAIL_IN_VIEW:
        raise Http404
    view = import_string(settings.MAIL_IN_VIEW)
    AnymailBasicAuthMixin.validate_request(view(), request)
    _let_it_be_large(request)
    answer: HttpResponse = view.as_view()(request)
    return answer


def _let_it_be_large(request: HttpRequest) -> None:
    """Read a mail that comes as JSON, files and all, beyond what a form may have; only after the secret was told.

    Files in forms are not counted by Django and need no such thing.
    """
    length = request.headers.get("Content-Length", "")
    if request.content_type == "application/json" and length.isdigit() and int(length) <= LARGEST_POST:
        request._body = request.read(LARGEST_POST)  # noqa: SLF001 - `request.body` knows one limit for all addresses


def _came(sender: Any, event: AnymailInboundEvent, esp_name: str, **_more: Any) -> None:
    """Take one mail. What goes wrong before it is stored becomes a 500, and the provider comes again."""
    message = event.message
    envelope = Envelope(sender=message.envelope_sender, recipient=message.envelope_recipient)
    mail = receive_mail(_as_bytes(message), source=Source.PROVIDER, at=now(), envelope=envelope)
    log.info("mail.handed_over", provider=esp_name, mail=mail.pk)


def _as_bytes(message: Message) -> bytes:
    """A mail as it travels. Files that a provider sent beside the text lie in it as they are, and need base 64."""
    for part in message.walk():
        encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        bare = part.get_content_maintype() not in {"multipart", "message", "text"}
        if bare and encoding not in {"base64", "quoted-printable"}:
            del part["Content-Transfer-Encoding"]
            encode_base64(part)
    return message.as_bytes()


inbound.connect(_came)
