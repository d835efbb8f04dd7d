"""Turn a kind of message and its facts into subject, text and HTML, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe

from complaints.common.moments import zone_words
from complaints.outbox.models import Channel, Kind, Message
from complaints.outbox.placeholders import CODE, LINK, is_for_customers
from complaints.outbox.texts import Texts, Wording, in_force

log = structlog.get_logger(__name__)
SUMMARIES = frozenset({Kind.SEVERAL, Kind.STAFF_SEVERAL})


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of a message, their language, and by which version of its text; None for the one that ships.

    Those of an SMS are one line of text, without HTML and without the layout.
    """

    subject: str
    text: str
    html: str
    language: str
    version: int | None = None


def render(
    kind: Kind,
    *,
    language: str,
    zone: str,
    facts: Mapping[str, Any],
    wordings: Iterable[Wording] | None = None,
    channel: Channel = Channel.EMAIL,
) -> Rendered:
    """The words of a message, times in `zone`; the tracking link is still `LINK`, the code of a voucher `CODE`.

    Of several wordings the first that comes to something is taken: nobody gets an empty mail because of an edited
    text. They are those in force, unless others are handed in.
    """
    choices = in_force().choices(kind, language) if wordings is None else wordings
    for wording in choices:
        try:
            with translation.override(wording.language), timezone.override(ZoneInfo(zone)):
                told = {**facts, "zone": zone_words(zone), "link": LINK, "code": CODE}
                words = _for_sms(wording, told) if channel == Channel.SMS else _for_mail(wording, kind, told)
        except Exception:
            log.exception("text.cannot_be_rendered", kind=kind.value, language=wording.language, text=wording.version)
            continue
        if words.subject and words.text:
            return words
    raise ValueError(f"no text of {kind.value} comes to anything")


def _for_sms(wording: Wording, told: Mapping[str, Any]) -> Rendered:
    subject, _text, _html = wording.render(told)
    return Rendered(subject[:250], wording.render_for_sms(told), "", wording.language, wording.version)


def _for_mail(wording: Wording, kind: Kind, told: Mapping[str, Any]) -> Rendered:
    subject, text, html = wording.render(told)
    if not (subject and text):
        return Rendered("", "", "", wording.language)
    around = {
        **told,
        "language": wording.language,
        "folder": f"messages/{kind.value}",
        "frame": wording.frame.render(told) if wording.frame else None,
        "may_answer": is_for_customers(kind) and bool(settings.MAIL_REPLY_ADDRESS),
    }
    return Rendered(
        subject[:250],
        render_to_string("messages/around.txt", {**around, "edited": text}).strip() + "\n",
        render_to_string("messages/around.html", {**around, "edited": mark_safe(html)}),  # noqa: S308 - sanitised
        wording.language,
        wording.version,
    )


def words_of(message: Message, texts: Texts | None = None) -> Rendered:
    """The words of a message: as it left or was tried to be sent, or as it would leave now.

    For a batch the `texts` in force are asked for once.
    """
    if message.subject:
        return Rendered(message.subject, message.body_text, message.body_html, message.language, message.worded_by_id)
    kind = Kind(message.kind)
    choices = (texts or in_force()).choices(kind, message.language)
    zone = message.unit.time_zone
    facts, channel = facts_of(message), Channel(message.channel)
    return render(kind, language=message.language, zone=zone, facts=facts, wordings=choices, channel=channel)


def facts_of(message: Message) -> dict[str, Any]:
    """The facts of a message as texts get them."""
    facts = {name: _moment(value) if name.endswith("_at") else value for name, value in message.facts.items()}
    if message.kind in SUMMARIES:
        with translation.override(message.language):
            told = [f"{about} · {Kind(kind).label}" for about, kind in _folded_into(message)]
        facts |= {"lines": list(dict.fromkeys(told)), "how_many": len(told)}
    return {**facts, "recipient_name": message.recipient_name, "reference": message.about}


def with_link(words: str, url: str) -> str:
    """Put the tracking link where it belongs, at the moment of sending."""
    return words.replace(LINK, url)


def with_code(words: Rendered, code: str) -> Rendered:
    """Put the code of a voucher where it belongs, at the moment of sending."""
    return replace(words, text=words.text.replace(CODE, code), html=words.html.replace(CODE, code))


def _folded_into(summary: Message) -> list[tuple[str, str]]:
    """What a summary stands for, by reference and kind, in the order in which it was queued."""
    return list(summary.folded.order_by("pk").values_list("about", "kind"))


def _moment(value: Any) -> Any:
    """A moment among the facts, which were kept as JSON."""
    return parse_datetime(value) if isinstance(value, str) else value
