"""Tracking links: minted for a customer, found again by the hash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from complaints.cases.models import Case, TrackingLink
from complaints.common.errors import NotFound
from complaints.common.tokens import Token, new_token, token_hash

VALID_FOR = timedelta(days=365)


def link(case: Case, *, at: datetime) -> tuple[TrackingLink, Token]:
    """A new link to the tracking page of a case, not yet stored, and the token that opens it: the row has its hash."""
    token = new_token()
    return TrackingLink(case=case, token_hash=token_hash(token), created_at=at, expires_at=at + VALID_FOR), token


def mint(case: Case, *, at: datetime) -> Token:
    """Store a new link to the tracking page of a case."""
    stored, token = link(case, at=at)
    stored.save(force_insert=True)
    return token


def mint_several(references: Collection[str], *, at: datetime) -> dict[str, Token]:
    """Store a new link for each of these cases, by reference, in one statement."""
    cases = Case.objects.filter(reference__in=references).only("reference").order_by("pk") if references else ()
    minted = [(case.reference, *link(case, at=at)) for case in cases]
    TrackingLink.objects.bulk_create(stored for _reference, stored, _token in minted)
    return {reference: token for reference, _stored, token in minted}


def case_behind(token: str, *, at: datetime) -> Case:
    """The case a link leads to; raises NotFound for a wrong or an expired one alike."""
    link = (
        TrackingLink.objects.select_related(
            "case__customer", "case__unit", "case__responsible", "case__failure_type", "case__duplicate_of"
        )
        .filter(token_hash=token_hash(token), expires_at__gt=at)
        .first()
    )
    if link is None:
        raise NotFound
    return link.case
