"""A complaint is filed: at the desk, by the customer, or by staff who noticed before anybody complained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from complaints.cases import attachments, clocks, links, timeline
from complaints.cases import texts as found_by
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Channel, Mood
from complaints.common import rulebook
from complaints.common.actors import Actor
from complaints.common.errors import FilingNotYours, Invalid
from complaints.common.inserting import insert_together
from complaints.common.tokens import Reference, Token, new_reference
from complaints.common.words import clean, clean_line
from complaints.customers import records
from complaints.customers.guards import of_merged_customer
from complaints.customers.models import UNSHOWN, Customer
from complaints.customers.records import CustomerFacts
from complaints.handling import tell, texts
from complaints.handling.escalate import climb_if_urgent
from complaints.handling.promises import promise_of
from complaints.handling.take_by_signal import take_by_signal
from complaints.outbox.queue import hint
from complaints.staff.models import Employee, Role, Tier, Unit
from complaints.staff.permissions import Permission, require
from complaints.staff.queries import catch_all, visible_unit
from complaints.standards.models import Severity
from complaints.standards.queries import failure_type, service_standard, usual_severity

LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""Before this it is a slip of the finger; a year with few digits could not even be shown in every zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFacts:
    """What was told: by whom, what went wrong, what would put it right, where and when.

    Where nobody says how severe it is, it is as severe as such failures usually are.
    """

    customer: CustomerFacts | int
    what_happened: str
    wanted: str = ""
    channel: Channel = Channel.WEB
    severity: Severity | None = None
    mood: Mood | None = None
    failure_type: int | None = None
    service_standard: int | None = None
    occurred_at: datetime | None = None
    place: str = ""
    unit: int | None = None
    submission: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """The case, whether this very call made it, and for a complaint from the public its tracking link."""

    case: Case
    is_new: bool
    token: Token | None = None


def file_complaint(
    facts: ComplaintFacts, *, by: Employee | None, at: datetime, files: Sequence[UploadedFile[bytes]] = ()
) -> Filed:
    """Store a complaint with its clocks, timeline and first message; the same form sent twice is one complaint.

    `by` is None when the customer files it themselves. Locks nothing: the unique submission key decides a race.
    Raises Invalid, naming the field, for a fact that cannot be taken, and NotPermitted.
    """
    if by is not None:
        require(by, Permission.FILE, FilingNotYours)
    facts = _checked(facts, at=at)
    attachments.examine(files)
    submission = facts.submission or _fingerprint(facts, at=at)
    while True:
        reference = new_reference()
        try:
            with transaction.atomic():
                case, token = _store(facts, by=by, at=at, reference=reference, submission=submission, files=files)
        except IntegrityError as error:
            if of_merged_customer(error):
                continue  # they were merged since we looked them up: now we find whoever goes on in their place
            earlier = (
                Case.objects.filter(submission=submission).select_related("customer", "unit").defer(*UNSHOWN).first()
            )
            if earlier is not None:
                return Filed(earlier, is_new=False, token=links.mint(earlier, at=at) if by is None else None)
            if not Case.objects.filter(reference=reference).exists():
                raise
            # among a million cases one random reference in thirty thousand is taken: draw another
        else:
            return Filed(case, is_new=True, token=token)


def _store(
    facts: ComplaintFacts,
    *,
    by: Employee | None,
    at: datetime,
    reference: Reference,
    submission: str,
    files: Sequence[UploadedFile[bytes]],
) -> tuple[Case, Token | None]:
    unit = _unit(facts, by)
    customer, address = _customer(facts.customer, at=at)
    edition = rulebook.edition()
    kind = None if facts.failure_type is None else failure_type(facts.failure_type, edition)
    # whoever hears of it owns it, where it is their unit's; otherwise it waits on the unit's list of the unassigned
    owner = by if by is not None and by.unit_id == unit.pk and by.role in {Role.FRONT_LINE, Role.MANAGER} else None
    case = Case(
        reference=reference,
        customer=customer,
        unit=unit,
        responsible=owner,
        tier=owner.tier if owner and owner.tier else Tier.FRONT_LINE,
        channel=facts.channel,
        failure_type=kind,
        service_standard=None if facts.service_standard is None else service_standard(facts.service_standard),
        severity=facts.severity or usual_severity(kind),
        mood=facts.mood,
        what_happened=facts.what_happened,
        wanted=facts.wanted,
        occurred_at=facts.occurred_at,
        place=facts.place,
        filed_at=at,
        filed_by=by,
        submission=submission,
    )
    sign = take_by_signal(case, edition, said=f"{facts.what_happened} {facts.wanted}", at=at)
    promise = promise_of(case, edition)
    case.standard = promise.version
    promised = clocks.promised(case, promise.targets, at=at)
    case.due_at = min(clock.due_at for clock in promised)
    actor: Actor = by.actor if by is not None else customer.actor
    entry = timeline.entry(case, Entry.FILED, by=actor, at=at, channel=facts.channel)
    receipt = tell.receipt(case, address=address, at=at, what_happened=facts.what_happened, by_staff=by is not None)
    link, token = links.link(case, at=at) if by is None else (None, None)
    others = [*([sign] if sign else []), found_by.text_of(case), receipt, *([link] if link else [])]
    insert_together(case, *promised, entry, *others)
    hint(receipt)
    if files:
        attachments.keep(case, files, by=actor, at=at, public=by is None)
    climb_if_urgent(case, edition, said=f"{facts.what_happened} {facts.wanted}", at=at)
    return case, token


def _unit(facts: ComplaintFacts, by: Employee | None) -> Unit:
    if facts.unit is not None:
        if by is None:
            unit = Unit.objects.filter(pk=facts.unit).first()
            if unit is None:
                raise Invalid(field="unit", sentence=_("We do not know this place. Please choose one from the list."))
            return unit
        return by.unit if facts.unit == by.unit_id else visible_unit(by, facts.unit)
    return by.unit if by is not None else catch_all()


def _customer(told: CustomerFacts | int, *, at: datetime) -> tuple[Customer, str]:
    """The customer, and where we write to them: where they have just said, or the address on file."""
    if isinstance(told, CustomerFacts):
        texts.known_language(told.language)
        return records.same_person(told) or records.add(told, at=at), told.email
    on_file = records.on_file(told)
    if on_file is None:
        raise Invalid(field="customer", sentence=_("This customer is not on file any more. Please look them up again."))
    return on_file


def _checked(facts: ComplaintFacts, *, at: datetime) -> ComplaintFacts:
    what, wanted = clean(facts.what_happened), clean(facts.wanted)
    if not what:
        raise Invalid(field="what_happened", sentence=_("Please say what went wrong."))
    for name, text in (("what_happened", what), ("wanted", wanted)):
        if len(text) > texts.LONGEST:
            sentence = _("This is longer than %(most)s characters. Please shorten it, or attach it as a file.") % {
                "most": texts.LONGEST
            }
            raise Invalid(field=name, sentence=sentence)
    if facts.occurred_at is not None and facts.occurred_at > at:
        raise Invalid(field="occurred_at", sentence=_("This moment is still to come. When did it happen?"))
    if facts.occurred_at is not None and facts.occurred_at < LONG_AGO:
        raise Invalid(field="occurred_at", sentence=_("This is too long ago to be true. When did it happen?"))
    customer = facts.customer
    if isinstance(customer, CustomerFacts):
        if not clean_line(customer.name):
            raise Invalid(field="name", sentence=_("Please say who the customer is."))
        customer = CustomerFacts(
            name=clean_line(customer.name)[:160],
            company=clean_line(customer.company)[:160],
            email=clean_line(customer.email).lower(),
            phone=clean_line(customer.phone),
            language=customer.language,
            preferences=clean(customer.preferences),
        )
    return ComplaintFacts(
        customer=customer,
        what_happened=what,
        wanted=wanted,
        channel=facts.channel,
        severity=facts.severity,
        mood=facts.mood,
        failure_type=facts.failure_type,
        service_standard=facts.service_standard,
        occurred_at=facts.occurred_at,
        place=clean_line(facts.place)[:200],
        unit=facts.unit,
        submission=facts.submission[:64],
    )


def _fingerprint(facts: ComplaintFacts, *, at: datetime) -> str:
    """The key of a form that came without one: the same words, person and day (UTC) are one complaint."""
    who = (
        facts.customer
        if isinstance(facts.customer, int)
        else f"{facts.customer.name}\n{facts.customer.email}\n{facts.customer.phone}"
    )
    return sha256(f"{at:%Y-%m-%d}\n{who}\n{facts.what_happened}\n{facts.wanted}".encode()).hexdigest()
