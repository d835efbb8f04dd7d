"""Reads over mail that came in: what it answers, whose it is, and whether everything that was seen was dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from complaints.cases import queries as cases
from complaints.cases.models import Case
from complaints.common.errors import NotFound
from complaints.common.keyset import read_id
from complaints.customers.models import Customer, EmailAddress
from complaints.incoming.belonging import Thread
from complaints.incoming.models import Mail, Mailbox, MailState, Tally
from complaints.outbox.models import Message
from complaints.outbox.reply_address import answered, is_reply_address
from complaints.staff.models import Employee, Unit
from complaints.staff.queries import catch_all, sees_whole_organisation, visible_unit_ids, visible_units

PAGE: Final = 25
WALK: Final = 5_000  # rows of an index a list page reads at most; the rest is one click further
LATE: Final = timedelta(minutes=10)  # by then a mail that was seen has been dealt with, or something is wrong
DAYS_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class MailPage:
    """One page of mails, and the key to go on from; `more_unseen` when the walk ended before the page was full."""

    mails: Sequence[Mail]
    next_key: str = ""
    more_unseen: bool = False


def signed_thread(recipients: Sequence[str]) -> Thread | None:
    """The message behind the first signed reply address among the recipients of a mail."""
    marked = (address for address in recipients if is_reply_address(address))
    message = next(filter(None, map(answered, marked)), None)
    return _threads([message])[0] if message else None


def threads_named(answers: Sequence[str]) -> list[Thread]:
    """The messages to customers that a mail says it answers, by our name for them or a provider's, nearest first."""
    if not answers:
        return []
    bare = [name.strip("<>") for name in answers]
    named = Q(message_id__in=answers) | (Q(provider_id__in=[*answers, *bare]) & ~Q(provider_id=""))
    found = list(Message.objects.filter(named, to_customer=True).exclude(about="")[:PAGE])
    order = {name: place for place, name in enumerate(answers)}
    return _threads(sorted(found, key=lambda one: order.get(one.message_id, len(order))))


def our_addresses() -> set[str]:
    """Every address that we send from or receive at, in lower case."""
    mailbox = settings.MAIL_IN_IMAP.user if settings.MAIL_IN_IMAP else ""
    told = [settings.DEFAULT_FROM_EMAIL, settings.MAIL_REPLY_ADDRESS, mailbox, *settings.MAIL_IN_ADDRESSES]
    return {one.rpartition("<")[2].rstrip(">").strip().lower() for one in told if "@" in one[1:]}


def is_colleague(address: str) -> bool:
    """Whether somebody who works here signs in with this address."""
    return bool(address) and Employee.objects.filter(email__iexact=address, is_active=True).exists()


def how_many_from(sender: str, *, before: datetime, apart_from: int) -> int:
    """How many mails a sender has sent in the day before a moment, beside one, up to as many as are too many."""
    that_day = Mail.objects.filter(sender=sender, received_at__gt=before - timedelta(days=1), received_at__lte=before)
    most = settings.MAIL_IN_MOST_A_DAY
    return len(that_day.exclude(pk=apart_from).order_by().values_list("pk", flat=True)[:most])


def unit_of_the_mailbox() -> Unit:
    """The unit whose complaints come in by mail: the configured one, or the one that takes what nobody else would.

    Raises Invalid where the organisation has no unit at all.
    """
    named = Unit.objects.filter(code=settings.MAIL_IN_UNIT, is_active=True).first() if settings.MAIL_IN_UNIT else None
    return named or catch_all()


def only_customer_at(address: str) -> Customer | None:
    """The customer with this address, where exactly one has it."""
    found = Customer.objects.filter(emails__address=address, merged_into=None).order_by("pk").distinct()[:2]
    return found[0] if len(found) == 1 else None


def unsorted_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
    """The mails that were seen and not dealt with by whoever stored them, the longest waiting first."""
    due = Mail.objects.filter(state=MailState.SEEN, look_again_at__lte=at).order_by("look_again_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def mails_seen_by(employee: Employee, *, state: str = "", after: str = "") -> MailPage:
    """A page of mails of the units one sees, newest first; without their originals. Keyset pages, no counting."""
    walk = Mail.objects.order_by("-pk")
    key = read_id(after)
    if key is not None:
        walk = walk.filter(pk__lt=key)
    units = None if sees_whole_organisation(employee) else visible_unit_ids(employee)
    if units is not None and len(units) == 1:
        walk = walk.filter(unit_id=units[0])
    if state == MailState.ASIDE:
        walk = walk.filter(state=state)
    found = Mail.objects.filter(pk__in=walk.values("pk")[:WALK]).order_by("-pk").defer("raw", "said", "quoted")
    if state:
        found = found.filter(state=state)
    if units is not None:
        found = found.filter(unit_id__in=units)
    page = list(found.select_related("case")[: PAGE + 1])
    if len(page) > PAGE:
        return MailPage(page[:PAGE], str(page[PAGE - 1].pk))
    last = walk.values_list("pk", flat=True)[WALK - 1 : WALK].first()
    return MailPage(page, str(last or ""), more_unseen=last is not None)


def one_visible(employee: Employee, pk: int) -> Mail:
    """One mail without its original: seen with its complaint once it is part of one, before that with its unit.

    Raises NotFound where the employee may not see it.
    """
    mail = _all_but_raw().filter(pk=pk).first()
    if mail is None:
        raise NotFound
    if mail.case is not None:
        visible = cases.visible_to(employee).filter(pk=mail.case.pk).exists()
    else:
        visible = visible_units(employee).filter(pk=mail.unit_id).exists()
    if not visible:
        raise NotFound
    return mail


def original_of(mail: Mail) -> bytes:
    """A mail as it came."""
    return bytes(Mail.objects.values_list("raw", flat=True).get(pk=mail.pk))


def case_of(reference: str) -> Case | None:
    """A case by its reference."""
    return Case.objects.filter(reference=reference).only("pk", "reference", "customer_id").first()


def recent_tallies(*, at: datetime) -> list[Tally]:
    """What came in today and yesterday (UTC), by the way it came, the newest first."""
    since = at.astimezone(UTC).date() - timedelta(days=DAYS_SHOWN - 1)
    return list(Tally.objects.filter(day__gte=since).order_by("-day", "source"))


def not_adding_up(*, at: datetime) -> list[Tally]:
    """Tallies of the last days that miss mails: seen and not dealt with for too long, or counted and not there."""
    late = Q(received_at__lte=at - LATE)
    wrong = []
    for tally in recent_tallies(at=at):
        start = datetime.combine(tally.day, datetime.min.time(), tzinfo=UTC)
        that_day = Mail.objects.filter(
            source=tally.source, received_at__gte=start, received_at__lt=start + timedelta(days=1)
        )
        there = that_day.aggregate(
            seen=Count("pk"),
            taken=Count("pk", filter=Q(state=MailState.TAKEN)),
            aside=Count("pk", filter=Q(state=MailState.ASIDE)),
            stuck=Count("pk", filter=Q(state=MailState.SEEN) & late),
        )
        counted = {"seen": tally.seen, "taken": tally.taken, "aside": tally.aside}
        if there.pop("stuck") or there != counted:
            wrong.append(tally)
    return wrong


def mailboxes_in_trouble() -> list[Mailbox]:
    """The mailboxes that did not answer when they were asked last."""
    return list(Mailbox.objects.filter(trouble_since__isnull=False).order_by("name"))


def _all_but_raw() -> QuerySet[Mail]:
    return Mail.objects.select_related("unit", "case__unit", "taken_by").defer("raw")


def _threads(messages: Sequence[Message]) -> list[Thread]:
    """Messages as threads, with what is on file for the customers of their cases; those about no case are left out."""
    about = {message.about for message in messages}
    on_file: dict[str, set[str]] = {}
    rows = EmailAddress.objects.filter(customer__cases__reference__in=about)
    for reference, address in rows.values_list(F("customer__cases__reference"), "address"):
        on_file.setdefault(reference, set()).add(address)
    return [
        Thread(message.about, message.recipient.lower(), frozenset(on_file.get(message.about, ())))
        for message in messages
    ]
