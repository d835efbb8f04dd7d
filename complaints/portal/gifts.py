"""What the customer accepted and what they were given, as their page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from complaints.cases.models import Case
from complaints.common.errors import NotFound
from complaints.handling.offer_remedy import words_of
from complaints.remedies.models import Remedy, Voucher
from complaints.remedies.queries import given_to_customer
from complaints.remedies.states import RemedyStatus


@dataclass(frozen=True, slots=True)
class Gift:
    """One thing that the customer has, or is about to get."""

    number: int
    words: str | Promise
    is_given: bool
    given_at: datetime | None
    voucher: Voucher | None
    is_good: bool


def gifts_of(case: Case, *, at: datetime) -> Sequence[Gift]:
    """Everything worth a sum that the customer has accepted or got."""
    return [_gift(one, at=at) for one in given_to_customer(case)]


def voucher_on(case: Case, number: int) -> Voucher:
    """The voucher of a remedy that the customer has; raises NotFound."""
    voucher = next((_voucher(one) for one in given_to_customer(case) if one.pk == number), None)
    if voucher is None:
        raise NotFound
    return voucher


def _gift(remedy: Remedy, *, at: datetime) -> Gift:
    voucher = _voucher(remedy)
    return Gift(
        number=remedy.pk,
        words=words_of(remedy),
        is_given=remedy.status == RemedyStatus.FULFILLED,
        given_at=remedy.given_at,
        voucher=voucher,
        is_good=voucher is not None and voucher.is_good(at=at),
    )


def _voucher(remedy: Remedy) -> Voucher | None:
    return getattr(remedy, "voucher", None) if remedy.status == RemedyStatus.FULFILLED else None
