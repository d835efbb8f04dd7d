"""Write the outbox: queue a message with the change it tells of, claim it for sending, mark what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Model, QuerySet, Value, When
from django.utils import translation
from django.utils.functional import Promise

from complaints.common.flights import HINT_GRACE, TRIES, mark, pause
from complaints.common.flights import claim as claim_rows
from complaints.common.inserting import insert_rows
from complaints.outbox import kick
from complaints.outbox.models import (
    PENDING,
    PRIORITY,
    REACHED_NOBODY,
    Bar,
    BarredAddress,
    Channel,
    Kind,
    Message,
    MessageState,
    Priority,
    Trouble,
)
from complaints.outbox.render import Rendered
from complaints.staff.models import Employee, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is written to; without an address the message is withheld, and staff see why.

    A colleague finds it on their bell as well, whether the mail arrives or not.
    """

    address: str
    name: str
    language: str
    is_customer: bool = True
    colleague: Employee | None = None
    without: Trouble = Trouble.NO_ADDRESS
    channel: Channel = Channel.EMAIL


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
        channel=to.channel,
        recipient=to.address,
        recipient_name=to.name,
        to_customer=to.is_customer,
        colleague=to.colleague,
        language=to.language,
        facts=_in_language(to.language, facts),
        dedupe_key=_told_once(about, kind, to.address, occasion),
        message_id=f"<{about.lower()}.{secrets.token_hex(12)}@{_domain()}>",
        priority=PRIORITY.get(kind, Priority.NORMAL),
        state=MessageState.QUEUED if to.address else MessageState.WITHHELD,
        trouble="" if to.address else to.without,
        reason="" if to.address else str(to.without.label),
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


def claim(message_id: str, *, at: datetime) -> Message | None:
    """Take the message a hint names, or None when somebody else has it, it was tried before, or it is done.

    Locks the message row, skipping a locked one.
    """
    claimed = _claimed(Message.objects.filter(message_id=message_id, state=MessageState.QUEUED), at=at, most=1)
    return claimed[0] if claimed else None


def channel_of(message_id: str) -> Channel | None:
    """The channel of the message a hint names; None where there is none."""
    found = Message.objects.filter(message_id=message_id).values_list("channel", flat=True).first()
    return None if found is None else Channel(found)


def claim_due(channel: Channel, *, at: datetime, most: int) -> list[Message]:
    """Take messages that wait and that no hint has reached, what matters most and has waited longest first.

    Locks the rows, skipping locked ones. Each priority is asked for by itself: that is one range of the index.
    """
    claimed: list[Message] = []
    for priority in Priority:
        if len(claimed) < most:
            due = Message.objects.filter(channel=channel, priority=priority, state__in=PENDING, look_again_at__lte=at)
            claimed += _claimed(due.order_by("look_again_at", "id"), at=at, most=most - len(claimed))
    return claimed


def let_go(claimed: Sequence[Message], *, at: datetime, **changes: Any) -> None:
    """Put back what was claimed and not tried: no attempt is used up, and from `at` on whoever is next may take it."""
    Message.objects.filter(
        pk__in=[message.pk for message in claimed],
        state=MessageState.IN_FLIGHT,
        look_again_at__in={message.look_again_at for message in claimed},
    ).update(
        state=Case(When(attempts__gt=1, then=Value(MessageState.RETRY)), default=Value(MessageState.QUEUED)),
        attempts=F("attempts") - 1,
        look_again_at=at,
        **changes,
    )


def put_off(claimed: Sequence[Message], *, until: datetime) -> None:
    """Put back claimed messages that wait for the customer's quiet hours to end, and say so."""
    let_go(claimed, at=until, trouble=Trouble.QUIET, reason=str(Trouble.QUIET.label))


def mark_sent(message: Message, words: Rendered, *, at: datetime, provider_id: str = "") -> bool:
    """Note that the transport took it, and with which words; False when its provider has told us so before.

    Who took the claim over meanwhile keeps their own.
    """
    kept = {**_kept(words), "sent_at": at, "provider_id": provider_id}
    if mark(message, state=MessageState.SENT, trouble="", reason="", **kept):
        return True
    heard_of = Message.objects.filter(pk=message.pk, state__in=(MessageState.DELIVERED, MessageState.BOUNCED))
    heard_of.filter(attempts=message.attempts, provider_id="").update(**kept)
    return False


def mark_failed(
    message: Message, *, trouble: Trouble, permanent: bool, reason: str, at: datetime, words: Rendered | None = None
) -> None:
    """Note a failure: for good, or to be tried again after a pause that grows.

    The words it was tried with are kept, so that another try says the same, whatever became of the text meanwhile.
    """
    why: dict[str, Any] = {"trouble": trouble, "reason": reason[:500] or str(trouble.label)}
    if words is not None:
        why |= _kept(words)
    if permanent or message.attempts >= TRIES:
        mark(message, state=MessageState.FAILED, **why)
    else:
        mark(message, state=MessageState.RETRY, look_again_at=at + pause(message.message_id, message.attempts), **why)


def withhold(messages: Sequence[Message], trouble: Trouble, **changes: Any) -> None:
    """Note that claimed messages are not sent, and why."""
    if not messages:
        return
    Message.objects.filter(pk__in=[one.pk for one in messages], state=MessageState.IN_FLIGHT).update(
        state=MessageState.WITHHELD, trouble=trouble, reason=str(trouble.label), **changes
    )


def reported_on(*, message_id: str, provider_id: str) -> Message | None:
    """The message that a provider speaks of, by our name for it or by theirs."""
    ours = Message.objects.filter(message_id=message_id) if message_id else Message.objects.none()
    return ours.first() or (Message.objects.filter(provider_id=provider_id).first() if provider_id else None)


def note_report(message: Message, state: MessageState, *, trouble: str, reason: str, at: datetime) -> None:
    """Write what a provider says became of a locked message; whatever it was, it has left us."""
    message.state, message.trouble, message.reason = state, trouble, reason[:500]
    message.sent_at = message.sent_at or at
    message.save(update_fields=["state", "trouble", "reason", "sent_at"])


def bar(address: str, why: Bar, *, reason: str, at: datetime) -> bool:
    """Let nothing more be sent to an address; False where that was so already."""
    row = BarredAddress(address=address.lower(), why=why, reason=reason[:500], since=at)
    before = BarredAddress.objects.filter(address=row.address).exists()
    BarredAddress.objects.bulk_create([row], ignore_conflicts=True)
    return not before


def trust(address: str) -> bool:
    """Let mail go to a barred address again; False where it was not barred."""
    return bool(BarredAddress.objects.filter(address=address.lower()).delete()[0])


def retry(messages: Mapping[int, str], *, at: datetime) -> int:
    """Queue once more what failed for good or came back, by key and the address it goes to now; how many it were.

    Staff have mended the cause. The first one gets a hint, the others wait for the sweep.
    """
    with transaction.atomic():
        failed = list(
            Message.objects.select_for_update(of=("self",))
            .filter(pk__in=messages, state__in=REACHED_NOBODY)
            .order_by("pk")
        )
        for message in failed:
            message.state, message.attempts, message.trouble, message.reason = MessageState.QUEUED, 0, "", ""
            message.recipient, message.look_again_at = messages[message.pk], at + HINT_GRACE
        changed = ["state", "attempts", "trouble", "reason", "recipient", "look_again_at"]
        Message.objects.bulk_update(failed, changed, batch_size=500)
        for message in failed[:1]:
            kick.on_commit(message.message_id)
    return len(failed)


def release(about: Sequence[str], *, to: Recipient, at: datetime) -> int:
    """Queue what was withheld from the customer about these cases, to the address that is there now; say how many.

    Locks the messages. Whatever the address was told on the same occasion already stays withheld: told once.
    """
    withheld = Message.objects.select_for_update(of=("self",)).filter(
        about__in=about,
        state=MessageState.WITHHELD,
        to_customer=True,
        trouble__in=(Trouble.NO_ADDRESS, Trouble.BARRED, ""),
    )
    released = 0
    for message in withheld.order_by("pk"):
        before = _told_once(message.about, message.kind, message.recipient, "")
        key = _told_once(message.about, message.kind, to.address, message.dedupe_key.removeprefix(before))
        if Message.objects.filter(dedupe_key=key).exclude(pk=message.pk).exists():
            continue
        message.recipient, message.recipient_name, message.dedupe_key = to.address, to.name, key
        if message.channel != to.channel:  # the words of a mail are none for an SMS
            message.channel, message.subject, message.body_text, message.body_html = to.channel, "", "", ""
            message.worded_by = None
        message.state, message.trouble, message.reason = MessageState.QUEUED, "", ""
        message.look_again_at = at + HINT_GRACE
        message.save()
        kick.on_commit(message.message_id)
        released += 1
    return released


def told_since(kind: Kind, *, about: str, since: datetime) -> bool:
    """Whether a message of this kind about a case was queued lately."""
    return Message.objects.filter(about=about, kind=kind, created_at__gt=since).exists()


def was_told(kind: Kind, *, address: str, occasion: str) -> bool:
    """Whether what is about no case was queued to somebody on an occasion."""
    return Message.objects.filter(dedupe_key=_told_once("", kind, address, occasion)).exists()


def note_seen(messages: QuerySet[Message], *, at: datetime) -> None:
    """Note that those of the messages that were new to their reader are so no longer."""
    messages.filter(seen_at=None).update(seen_at=at)


def how_many_due(*, at: datetime) -> int:
    """How many messages wait that no hint has reached; counts them all, for the command line."""
    return Message.objects.filter(state__in=PENDING, look_again_at__lte=at).count()


def move_to_unit(about: str, unit: Unit) -> None:
    """Let the messages about a case be seen where the case is seen."""
    Message.objects.filter(about=about).update(unit=unit)


def _told_once(about: str, kind: str, address: str, occasion: str) -> str:
    """The key by which one occasion is told to one address once."""
    return f"{about}:{kind}:{address}:{occasion}"


def _in_language(language: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts, with words that wait for a language told in the reader's, in lists as well."""
    with translation.override(language):
        return {
            name: [_told(one) for one in value] if isinstance(value, list) else _told(value)
            for name, value in facts.items()
        }


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, Promise) else value


def _claimed(wanted: QuerySet[Message], *, at: datetime, most: int) -> list[Message]:
    return claim_rows(wanted, at=at, most=most, related=("unit",))


def _kept(words: Rendered) -> dict[str, Any]:
    """The words as the row keeps them, with the language they came out in."""
    return {
        "language": words.language,
        "subject": words.subject,
        "body_text": words.text,
        "body_html": words.html,
        "worded_by_id": words.version,
    }


def _domain() -> str:
    """The right half of our Message-IDs: where our mails come from."""
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")[:60] or "localhost"
