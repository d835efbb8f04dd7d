"""Tracking links: minted for a customer, found again by the hash."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaints.cases.models import Case, TrackingLink
from complaints.common.errors import NotFound
from complaints.common.tokens import Token, new_token, token_hash

VALID_FOR = timedelta(days=365)


def mint(case: Case, *, at: datetime) -> Token:
    """A new link to the tracking page of a case; only its hash is stored."""
    token = new_token()
    TrackingLink.objects.create(case=case, token_hash=token_hash(token), created_at=at, expires_at=at + VALID_FOR)
    return token


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
