"""Turn a kind of message and its facts into subject, text and HTML, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from complaints.common.moments import zone_words
from complaints.outbox.models import Kind, Message

LINK = "[[link]]"  # stands for the tracking link until the message leaves: what we keep holds no secret


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(kind: Kind, *, language: str, zone: str, facts: dict[str, Any]) -> Rendered:
    """The words of a message, times in `zone`; the tracking link is still `LINK`."""
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        context = {**facts, "language": language, "link": LINK, "zone": zone_words(zone)}
        folder = f"messages/{kind.value}"
        subject = " ".join(render_to_string(f"{folder}/subject.txt", context).split())
        return Rendered(
            subject[:250],
            render_to_string(f"{folder}/body.txt", context).strip() + "\n",
            render_to_string(f"{folder}/body.html", context),
        )


def words_of(message: Message) -> Rendered:
    """The words of a message: as it left, or as it would leave now."""
    if message.subject:
        return Rendered(message.subject, message.body_text, message.body_html)
    facts = {name: _moment(value) if name.endswith("_at") else value for name, value in message.facts.items()}
    known = {"recipient_name": message.recipient_name, "reference": message.about}
    return render(Kind(message.kind), language=message.language, zone=message.unit.time_zone, facts={**facts, **known})


def with_link(words: str, url: str) -> str:
    """Put the tracking link where it belongs, at the moment of sending."""
    return words.replace(LINK, url)


def _moment(value: Any) -> Any:
    """A moment among the facts, which were kept as JSON."""
    return parse_datetime(value) if isinstance(value, str) else value
