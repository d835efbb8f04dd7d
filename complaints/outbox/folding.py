"""So many messages an hour reach one address; the news beyond that is told in one, when the hour is over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count

from complaints.outbox import queue
from complaints.outbox.models import FOLDED, Channel, Kind, Message, MessageState, Trouble

CUSTOMERS_AN_HOUR: Final = 10
COLLEAGUES_AN_HOUR: Final = 30
_SETTLED: Final = timedelta(minutes=1)  # after the hour: by then its last messages have been decided on


def beyond_the_cap(claimed: Sequence[Message], *, at: datetime) -> list[Message]:
    """Those of the claimed messages that are news, and one too many for their address in this hour.

    What other workers have in flight counts as well where it was queued before.
    """
    news = [message for message in claimed if message.kind in FOLDED]
    addresses = {message.recipient for message in news}
    if not addresses:
        return []
    sent = Message.objects.filter(recipient__in=addresses, sent_at__gte=_hour(at)).order_by()
    got = Counter(dict(sent.values_list("recipient").annotate(Count("pk"))))
    ours = {message.pk for message in claimed}
    in_flight: defaultdict[str, list[int]] = defaultdict(list)
    flying = Message.objects.filter(recipient__in=addresses, state=MessageState.IN_FLIGHT)
    for address, key in flying.values_list("recipient", "pk"):
        if key not in ours:
            in_flight[address].append(key)
    beyond = []
    for message in claimed:
        before = got[message.recipient] + sum(key < message.pk for key in in_flight[message.recipient])
        if message.kind in FOLDED and before >= (CUSTOMERS_AN_HOUR if message.to_customer else COLLEAGUES_AN_HOUR):
            beyond.append(message)
        else:
            got[message.recipient] += 1
    return beyond


@transaction.atomic
def fold(message: Message, *, at: datetime) -> bool:
    """Tell a claimed message in the summary of the hour; False where that has left already. Locks the summary."""
    key = f"several:{_hour(at):%Y-%m-%dT%H}:{message.unit_id}:{message.recipient}"
    summary = queue.drafted(
        Kind.SEVERAL if message.to_customer else Kind.STAFF_SEVERAL,
        to=queue.Recipient(
            address=message.recipient,
            name=message.recipient_name,
            language=message.language,
            is_customer=message.to_customer,
            channel=Channel(message.channel),
        ),
        about=message.about,
        unit=message.unit,
        occasion="",
        facts={"page": message.facts["page"]} if "page" in message.facts else {},
        at=at,
    )
    summary.dedupe_key, summary.look_again_at = key, _hour(at) + timedelta(hours=1) + _SETTLED
    Message.objects.bulk_create([summary], ignore_conflicts=True)
    summary = Message.objects.select_for_update(of=("self",)).get(dedupe_key=summary.dedupe_key)
    if summary.state != MessageState.QUEUED:
        return False
    queue.withhold([message], Trouble.FOLDED, folded_into=summary)
    return True


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
