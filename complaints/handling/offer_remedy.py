"""What happens once a remedy is authorised, by whatever way; and how remedies are named in timeline and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.common.actors import Actor
from complaints.common.errors import Invalid
from complaints.common.money import lazy_money_words
from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.remedies import lifecycle as remedies
from complaints.remedies.catalogue import RemedyKind, catalogue, is_tangible, lazy_name_of_remedy
from complaints.remedies.lifecycle import OFFERED_FOR
from complaints.remedies.models import Remedy, Voucher
from complaints.remedies.states import RemedyMove
from complaints.staff.models import Employee


def authorise_and_offer(
    case: Case,
    remedy: Remedy,
    *,
    by: Employee,
    at: datetime,
    reason: str = "",
    submission: str = "",
    proof: str | None = None,
) -> None:
    """Authorise a remedy whose money is spent, and tell the customer of it: only now, and once.

    What takes no money needs no answer: the words are the remedy. With a proof, it is given on the spot as well. For a
    locked case, which is stored.
    """
    remedies.apply(remedy, RemedyMove.AUTHORISE)
    note(case, remedy, Entry.REMEDY_AUTHORISED, by=by.actor, at=at, reason=reason, submission=submission)
    remedies.apply(remedy, RemedyMove.OFFER, lapses_at=at + OFFERED_FOR)
    if not is_tangible(remedy.kind):
        remedies.apply(remedy, RemedyMove.FULFIL, given_at=at)
    note(case, remedy, Entry.REMEDY_OFFERED, by=by.actor, at=at, text=remedy.words)
    if proof is not None and remedy.given_at is None:
        give(case, remedy, proof=proof, by=by.actor, at=at)
    lifecycle.store(case)
    who = (remedy.proposed_by or by).name
    facts: dict[str, Any] = {
        "by": who,
        "remedy": words_of(remedy),
        "text": remedy.words,
        "awaits_answer": remedy.given_at is None,
    }
    tell.customer(case, Kind.REMEDY_OFFERED, occasion=f"remedy {remedy.pk}", at=at, **facts)


def tell_of_voucher(case: Case, remedy: Remedy, *, at: datetime) -> None:
    """Send the customer the code of a voucher that was issued while they were away, once; the mail alone holds it."""
    voucher = Voucher.objects.get(remedy=remedy)
    facts: dict[str, Any] = {
        "remedy": remedy.pk,
        "worth": lazy_money_words(voucher.amount),
        "expires_at": voucher.expires_at,
    }
    tell.customer(case, Kind.VOUCHER_ISSUED, occasion=f"remedy {remedy.pk}", at=at, **facts)


def give(case: Case, remedy: Remedy, *, proof: str, by: Actor, at: datetime, endpoint: str = "") -> None:
    """Note that the customer has it, with what proves it; a voucher is issued, and its code is the proof.

    `endpoint` names the system outside that gave it.
    """
    is_voucher = remedy.kind == RemedyKind.VOUCHER
    remedies.check(remedy, RemedyMove.FULFIL)
    if is_voucher:
        proof = remedies.issue_voucher(remedy, at=at).code
    elif not proof:
        raise Invalid(field="proof", sentence=_("Please say what proves it, such as the number of the payment."))
    remedies.apply(remedy, RemedyMove.FULFIL, given_at=at, proof=proof, lapses_at=None)
    reason = "" if is_voucher else proof
    if endpoint:
        note(case, remedy, Entry.REMEDY_SENT, by=by, at=at, reason=reason, endpoint=endpoint)
    else:
        note(case, remedy, Entry.REMEDY_FULFILLED, by=by, at=at, reason=reason)


def note(
    case: Case,
    remedy: Remedy,
    kind: Entry,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    public: bool | None = None,
    **facts: str | int | None,
) -> None:
    """Write on the timeline what happened to a remedy: its kind as the catalogue names it that day, and its sum."""
    row = catalogue().get(remedy.kind)
    named: dict[str, str | int | None] = {"remedy": row.name if row else remedy.kind, "remedy_id": remedy.pk}
    if row and row.name_zh:
        named["remedy_zh"] = row.name_zh
    if remedy.amount is not None:
        named |= {"amount": str(remedy.amount.amount), "currency": str(remedy.amount.currency)}
    timeline.record(case, kind, by=by, at=at, text=text, public=public, **named, **facts)


def words_of(remedy: Remedy) -> Promise | str:
    """A remedy in the reader's language: `Voucher, $150.00`."""
    label = lazy_name_of_remedy(remedy.kind)
    if remedy.amount is None:
        return label
    return format_lazy(gettext_lazy("{remedy}, {amount}"), remedy=label, amount=lazy_money_words(remedy.amount))
