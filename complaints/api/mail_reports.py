"""What mail providers report: their views check who speaks and read what they say, and one verb writes it down."""

from __future__ import annotations

from typing import Any, Final

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt

from complaints.handling.note_delivery import Fate, note_delivery

log = structlog.get_logger(__name__)
_GONE: Final = frozenset({RejectReason.INVALID, RejectReason.BOUNCED})
_SOFT: Final = {"Type": {"SoftBounce"}, "event": {"soft_bounce", "softBounce"}, "severity": {"temporary"}}
"""How Postmark, Brevo and Mailgun say in their own words that a mailbox is there, though it did not take this mail."""


@csrf_exempt
def mail_reports(request: HttpRequest) -> HttpResponse:
    """Let the configured provider's view take a report; 404 where none is configured, 400 for a forged one."""
    if not settings.MAIL_REPORTS_VIEW:
        raise Http404
    view = import_string(settings.MAIL_REPORTS_VIEW).as_view()
    answer: HttpResponse = view(request)
    return answer


def _heard(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """Take one report. What goes wrong here becomes a 500, and the provider reports again."""
    fate = _fate_of(event)
    if fate is None:
        return
    told = note_delivery(
        fate,
        message_id=str((event.metadata or {}).get("message", "")),
        provider_id=event.message_id or "",
        reason=" ".join(filter(None, (event.description, event.mta_response)))[:500],
        at=now(),
    )
    log.info("message.reported", provider=esp_name, fate=fate, provider_id=event.message_id, is_news=told)


def _fate_of(event: AnymailTrackingEvent) -> Fate | None:
    """What a report means for us; None for openings, clicks, and what is still under way."""
    match event.event_type:
        case EventType.DELIVERED:
            return Fate.DELIVERED
        case EventType.COMPLAINED:
            return Fate.UNWANTED
        case EventType.BOUNCED:
            raw = event.esp_event or {}
            is_soft = any(raw.get(name) in words for name, words in _SOFT.items())
            return Fate.NO_MAILBOX if event.reject_reason in _GONE and not is_soft else Fate.CAME_BACK
        case EventType.REJECTED | EventType.FAILED:
            return Fate.NO_MAILBOX if event.reject_reason in _GONE else Fate.REFUSED
        case _:
            return None


tracking.connect(_heard)
