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

SUMMARIES = frozenset({Kind.SEVERAL, Kind.STAFF_SEVERAL})
CODE = "[[code]]"  # stands for the code of a voucher, likewise
LINK = "[[link]]"  # stands for the tracking link until the message leaves: what we keep holds no secret


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(kind: Kind, *, language: str, zone: str, facts: dict[str, Any]) -> Rendered:
    """The words of a message, times in `zone`; the tracking link is still `LINK`, the code of a voucher `CODE`."""
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        context = {**facts, "language": language, "link": LINK, "code": CODE, "zone": zone_words(zone)}
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
    if message.kind in SUMMARIES:
        with translation.override(message.language):
            told = [f"{about} · {Kind(kind).label}" for about, kind in _folded_into(message)]
        facts |= {"lines": list(dict.fromkeys(told)), "how_many": len(told)}
    known = {"recipient_name": message.recipient_name, "reference": message.about}
    return render(Kind(message.kind), language=message.language, zone=message.unit.time_zone, facts={**facts, **known})


def with_link(words: str, url: str) -> str:
    """Put the tracking link where it belongs, at the moment of sending."""
    return words.replace(LINK, url)


def with_code(words: Rendered, code: str) -> Rendered:
    """Put the code of a voucher where it belongs, at the moment of sending."""
    return Rendered(words.subject, words.text.replace(CODE, code), words.html.replace(CODE, code))


def _folded_into(summary: Message) -> list[tuple[str, str]]:
    """What a summary stands for, by reference and kind, in the order in which it was queued."""
    return list(summary.folded.order_by("pk").values_list("about", "kind"))


def _moment(value: Any) -> Any:
    """A moment among the facts, which were kept as JSON."""
    return parse_datetime(value) if isinstance(value, str) else value
