"""Write the outbox: queue a message with the change it tells of, claim it for sending, mark what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from complaints.common.inserting import insert_rows
from complaints.outbox import kick
from complaints.outbox.models import PENDING, Kind, Message, MessageState
from complaints.outbox.render import Rendered
from complaints.staff.models import Unit

HINT_GRACE = timedelta(seconds=15)  # a hint that has not led to a claim by then was lost
FLIGHT_LIMIT = timedelta(minutes=2)  # longer than any transport may take: the sender died on the way
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is written to; without an address the message is withheld, and staff see why."""

    address: str
    name: str
    language: str
    is_customer: bool = True


def enqueue(*rows: Model) -> None:
    """Store drafted messages in the transaction of the change they tell of, and hint at them after the commit.

    Rows of that change may come along: all are stored in one trip, in their order. A message that was told already is
    left out. Raises RuntimeError outside a transaction: a message must stand or fall with its cause.
    """
    for row in rows:
        if isinstance(row, Message):
            hint(row)
    insert_rows(*rows, unless_known=(Message,))


def drafted(
    kind: Kind, *, to: Recipient, about: str, unit: Unit, occasion: str, facts: dict[str, Any], at: datetime
) -> Message:
    """A message not yet stored. `occasion` tells one event from the next of its kind; the same one is one message."""
    return Message(
        about=about,
        unit=unit,
        kind=kind,
        recipient=to.address,
        recipient_name=to.name,
        to_customer=to.is_customer,
        language=to.language,
        facts=_in_language(to.language, facts),
        dedupe_key=_told_once(about, kind, to.address, occasion),
        message_id=f"<{about.lower()}.{secrets.token_hex(12)}@{_domain()}>",
        state=MessageState.QUEUED if to.address else MessageState.WITHHELD,
        reason="" if to.address else gettext("No e-mail address is on file."),
        created_at=at,
        look_again_at=at + HINT_GRACE,
    )


def hint(message: Message) -> None:
    """Let a worker hear of a message after the commit; one without an address waits for nobody.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a message belongs into the transaction of the change it tells of")
    if message.state == MessageState.QUEUED:
        kick.on_commit(message.message_id)


def claim(message_id: str, *, at: datetime, swept: bool = False) -> Message | None:
    """Take a message for sending, or None when somebody else has it or it is done.

    Locks the message row, skipping a locked one. A hint takes only what was never tried; the sweep takes what is due.
    """
    with transaction.atomic():
        wanted = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(message_id=message_id)
        wanted = (
            wanted.filter(state__in=PENDING, look_again_at__lte=at)
            if swept
            else wanted.filter(state=MessageState.QUEUED)
        )
        message = wanted.select_related("unit").first()
        if message is None:
            return None
        message.state = MessageState.IN_FLIGHT
        message.attempts += 1
        message.look_again_at = at + FLIGHT_LIMIT
        message.save(update_fields=["state", "attempts", "look_again_at"])
        return message


def mark_sent(message: Message, words: Rendered, *, at: datetime) -> None:
    """Note that the transport took it, and with which words."""
    kept = {"subject": words.subject, "body_text": words.text, "body_html": words.html}
    _mark(message, state=MessageState.SENT, sent_at=at, reason="", **kept)


def mark_failed(message: Message, *, permanent: bool, reason: str, at: datetime) -> None:
    """Note a failure: for good, or to be tried again after a pause that grows."""
    if permanent or message.attempts > len(BACKOFF):
        _mark(message, state=MessageState.FAILED, reason=reason[:500] or "?")
    else:
        _mark(message, state=MessageState.RETRY, reason=reason[:500], look_again_at=at + BACKOFF[message.attempts - 1])


def retry(message: Message, *, at: datetime, address: str | None = None) -> None:
    """Queue once more what failed for good; staff have mended the cause, or it goes to another address."""
    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, state=MessageState.FAILED).update(
            state=MessageState.QUEUED,
            attempts=0,
            reason="",
            look_again_at=at + HINT_GRACE,
            recipient=address or message.recipient,
        )
        if changed:
            kick.on_commit(message.message_id)


def release(about: Sequence[str], *, to: Recipient, at: datetime) -> int:
    """Queue what was withheld from the customer about these cases, to the address that is there now; say how many.

    Locks the messages. Whatever the address was told on the same occasion already stays withheld: told once.
    """
    withheld = Message.objects.select_for_update(of=("self",)).filter(
        about__in=about, state=MessageState.WITHHELD, to_customer=True, recipient=""
    )
    released = 0
    for message in withheld.order_by("pk"):
        nobody = _told_once(message.about, message.kind, "", "")
        key = _told_once(message.about, message.kind, to.address, message.dedupe_key.removeprefix(nobody))
        if Message.objects.filter(dedupe_key=key).exists():
            continue
        message.recipient, message.recipient_name, message.dedupe_key = to.address, to.name, key
        message.state, message.reason, message.look_again_at = MessageState.QUEUED, "", at + HINT_GRACE
        message.save(update_fields=["recipient", "recipient_name", "dedupe_key", "state", "reason", "look_again_at"])
        kick.on_commit(message.message_id)
        released += 1
    return released


def told_since(kind: Kind, *, about: str, since: datetime) -> bool:
    """Whether a message of this kind about a case was queued lately."""
    return Message.objects.filter(about=about, kind=kind, created_at__gt=since).exists()


def due_ids(*, at: datetime, limit: int | None = 500) -> list[str]:
    """Messages that wait and that no hint has reached, oldest first, by Message-ID."""
    due = Message.objects.filter(state__in=PENDING, look_again_at__lte=at).order_by("look_again_at", "id")
    return list(due.values_list("message_id", flat=True)[:limit])


def move_to_unit(about: str, unit: Unit) -> None:
    """Let the messages about a case be seen where the case is seen."""
    Message.objects.filter(about=about).update(unit=unit)


def _told_once(about: str, kind: str, address: str, occasion: str) -> str:
    """The key by which one occasion is told to one address once."""
    return f"{about}:{kind}:{address}:{occasion}"[:200]


def _in_language(language: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts, with words that wait for a language told in the reader's, in lists as well."""
    with translation.override(language):
        return {
            name: [_told(one) for one in value] if isinstance(value, list) else _told(value)
            for name, value in facts.items()
        }


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, Promise) else value


def _mark(message: Message, **changes: Any) -> None:
    """Write the outcome only on the flight it belongs to: a claim taken over meanwhile keeps its own."""
    Message.objects.filter(pk=message.pk, state=MessageState.IN_FLIGHT, attempts=message.attempts).update(**changes)


def _domain() -> str:
    """The right half of our Message-IDs: where our mails come from."""
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")[:60] or "localhost"
