"""What an SMS gateway reports: who speaks is proved by a signature of Twilio's, or by the secret of the settings."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from complaints.handling.note_delivery import Fate, note_delivery
from complaints.outbox.sms import NOBODY_THERE, STOPPED

log = structlog.get_logger(__name__)
_FAILED: Final = frozenset({"undelivered", "failed"})


@csrf_exempt
@require_POST
def sms_reports(request: HttpRequest) -> HttpResponse:
    """Take one report; 404 where no gateway is configured, 403 for a forged one, 204 otherwise."""
    gateway: Mapping[str, str] = settings.SMS
    if not gateway:
        raise Http404
    signed = _by_twilio(request, gateway["signing_key"]) if gateway["signing_key"] else _by_secret(request, gateway)
    if not signed:
        return HttpResponse(status=403)
    told = _told(request)
    fate = _fate_of(told)
    if fate is not None:
        key = str(told.get("key") or "")
        is_news = note_delivery(
            fate,
            message_id=f"<{key}>" if key else "",
            provider_id=str(told.get("MessageSid") or told.get("id") or ""),
            reason=" ".join(filter(None, (str(told.get(name) or "") for name in ("ErrorCode", "reason"))))[:500],
            at=now(),
        )
        log.info("sms.reported", fate=fate, is_news=is_news)
    return HttpResponse(status=204)


def _by_twilio(request: HttpRequest, key: str) -> bool:
    """Whether Twilio signed it: HMAC-SHA1 over the address and the fields in their order, as its documents say."""
    fields = "".join(f"{name}{value}" for name, value in sorted(request.POST.items()))
    address = f"{settings.BASE_URL}{request.get_full_path()}"
    digest = hmac.new(key.encode(), f"{address}{fields}".encode(), hashlib.sha1).digest()
    return constant_time_compare(base64.b64encode(digest).decode(), request.headers.get("X-Twilio-Signature", ""))


def _by_secret(request: HttpRequest, gateway: Mapping[str, str]) -> bool:
    secret = gateway["reports_secret"]
    return bool(secret) and constant_time_compare(f"Bearer {secret}", request.headers.get("Authorization", ""))


def _told(request: HttpRequest) -> Mapping[str, Any]:
    """What it says, as a form or as JSON; empty for anything else."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _fate_of(told: Mapping[str, Any]) -> Fate | None:
    """What a report means for us; None for what is still under way."""
    state, code = str(told.get("MessageStatus") or told.get("status") or "").lower(), str(told.get("ErrorCode") or "")
    if state == "delivered":
        return Fate.DELIVERED
    if state not in _FAILED:
        return None
    if code == STOPPED:
        return Fate.UNWANTED
    return Fate.NO_MAILBOX if code in NOBODY_THERE or told.get("gone") is True else Fate.CAME_BACK
