"""Hand text messages to a gateway over HTTPS: any that takes a form or JSON, Twilio among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.urls import reverse

from complaints.common.calling import Bounds, NoAnswer, Why, call
from complaints.outbox.models import Message, Trouble
from complaints.outbox.render import Rendered
from complaints.outbox.segments import one_segment
from complaints.outbox.transports import TransportError

WITHIN: Final = 15.0  # seconds
_TO_SIGN_IN: Final = frozenset({401, 403})
_PASSES: Final = frozenset({408, 409, 423, 425})
_TOO_MANY: Final = 429
NOBODY_THERE: Final = frozenset({"21211", "21614", "30003", "30005", "30006"})
"""Twilio's codes for a number that is none, no mobile one, or that nobody has."""
STOPPED: Final = "21610"
"""Twilio's code for a number whose owner answered STOP."""
_NAMES: Final = ("sid", "id", "message_id", "messageId", "reference")


class SmsLine:
    """The way to the gateway of the settings; each message is a call of its own."""

    def send(self, message: Message, words: Rendered, *, link: str) -> str:
        """Hand over one message, and give back what the gateway calls it; raises TransportError.

        The key stays the same whenever it is tried again, for a gateway that can tell. Twilio cannot.
        """
        gateway: Mapping[str, str] = settings.SMS
        if not gateway:
            raise TransportError(Trouble.UNREACHABLE, "SMS_GATEWAY_URL", permanent=False)
        facts = {
            "to": message.recipient,
            "text": text_of(words, link=link),
            "key": key_of(message),
            "reports": f"{settings.BASE_URL}{reverse('api:sms_reports')}",
        }
        status, told = _called(gateway, facts)
        _judge(status, told)
        return _name_in(told)


def text_of(words: Rendered, *, link: str) -> str:
    """What an SMS says: its words, and where to read on, in one segment."""
    return one_segment(words.text, link)


def key_of(message: Message) -> str:
    """What tells a message from any other, in every attempt."""
    return message.message_id.strip("<>")


def _called(gateway: Mapping[str, str], facts: Mapping[str, str]) -> tuple[int, bytes]:
    name, _colon, secret = gateway["header"].partition(":")
    headers = {"Idempotency-Key": facts["key"], **({name.strip(): secret.strip()} if name else {})}
    url, body, headers["Content-Type"] = gateway["url"], *_filled(gateway["template"], facts)
    if gateway["method"] == "GET":
        url, body = f"{url}{'&' if '?' in url else '?'}{body.decode()}", b""
    try:
        return call(gateway["method"], url, body, headers, bounds=Bounds(WITHIN, to_loopback=True))
    except NoAnswer as error:
        trouble = Trouble.TIMED_OUT if error.why == Why.TIMED_OUT else Trouble.UNREACHABLE
        raise TransportError(trouble, error.reason, permanent=False) from error


def _filled(template: str, facts: Mapping[str, str]) -> tuple[bytes, str]:
    """The template with the facts in it, and what it is."""
    if template.startswith("{") and not template.startswith("{to}"):
        return json.dumps(_put_in(json.loads(template), facts)).encode(), "application/json"
    fields = [(name, _put_in(value, facts)) for name, value in parse_qsl(template, keep_blank_values=True)]
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _put_in(piece: Any, facts: Mapping[str, str]) -> Any:
    """Facts in place of {to}, {text}, {key} and {reports}, wherever a text stands; what they say is not read again."""
    if isinstance(piece, dict):
        return {name: _put_in(value, facts) for name, value in piece.items()}
    if isinstance(piece, list):
        return [_put_in(value, facts) for value in piece]
    if not isinstance(piece, str):
        return piece
    before, brace, rest = piece.partition("{")
    name, closing, after = rest.partition("}")
    if not brace or not closing:
        return piece
    return f"{before}{facts.get(name, f'{{{name}}}')}{_put_in(after, facts)}"


def _judge(status: int, told: bytes) -> None:
    """Tell what passes from what is for good: a wrong secret is ours to mend, so it passes."""
    if 200 <= status < 300:
        return
    reason = f"{status} {told[:300].decode(errors='replace')}".strip()
    if status in _TO_SIGN_IN:
        raise TransportError(Trouble.SIGN_IN, reason, permanent=False)
    if status == _TOO_MANY:
        raise TransportError(Trouble.TOO_MANY, reason, permanent=False)
    if status >= 500 or status in _PASSES or status < 400:
        raise TransportError(Trouble.NOT_NOW, reason, permanent=False)
    raise TransportError(_for_good(str(_read(told).get("code", ""))), reason, permanent=True)


def _for_good(code: str) -> Trouble:
    if code == STOPPED:
        return Trouble.STOPPED
    return Trouble.NO_MAILBOX if code in NOBODY_THERE else Trouble.REFUSED


def _read(told: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _name_in(told: bytes) -> str:
    found = _read(told)
    return next((str(found[name])[:200] for name in _NAMES if isinstance(found.get(name), str | int)), "")
