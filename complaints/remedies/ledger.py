"""Write the ledger. What may be taken is judged by the database: see `remedies.guards`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from djmoney.money import Money

from complaints.common.errors import BeyondAuthority
from complaints.common.money import converted
from complaints.remedies.authority import Allowance
from complaints.remedies.models import GivenBackFor, LedgerEntry, LedgerKind, Remedy

_REFUSED = "23514"  # PostgreSQL's check_violation


def hold(remedy: Remedy, amount: Money, allowance: Allowance, *, at: datetime) -> LedgerEntry:
    """Set a sum aside for a remedy within somebody's authority, for the case's lock; raises BeyondAuthority."""
    if allowance.rule is None:
        raise BeyondAuthority
    with _judged():
        return LedgerEntry.objects.create(
            kind=LedgerKind.HOLD,
            remedy=remedy,
            authority=allowance.rule,
            holder=allowance.employee,
            amount=converted(amount, allowance.rate),
            rate=None if allowance.rate == 1 else allowance.rate,
            at=at,
        )


def spend(held: LedgerEntry, *, at: datetime) -> None:
    """Spend what was set aside, in the month it was set aside in; raises BeyondAuthority where a cap was lowered."""
    with _judged():
        _follow(held, LedgerKind.SPEND, at=at)


def give_back(
    remedy: Remedy, *, at: datetime, given: bool = False, why: GivenBackFor | None = None
) -> LedgerEntry | None:
    """Give back what a remedy holds or has spent, once; None where it took nothing or gave it back already.

    `given` says that the customer had it: then the entry is a reversal. It counts in the month the sum was taken in.
    """
    held = standing(remedy)
    if held is not None:
        _follow(held, LedgerKind.REVERSE if given else LedgerKind.RELEASE, at=at, why=why)
    return held


def queue_for_moving() -> None:
    """Let those who move a sum from one employee's authority to another's do so one after the other.

    Asked for before anything is given back: two who moved in opposite directions would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('complaints_ledger_moves'))")


def standing(remedy: Remedy) -> LedgerEntry | None:
    """The hold of a remedy that was not given back; None where it took nothing."""
    given_back = LedgerEntry.objects.filter(kind__in=[LedgerKind.RELEASE, LedgerKind.REVERSE], remedy=remedy)
    return (
        LedgerEntry.objects.filter(kind=LedgerKind.HOLD, remedy=remedy)
        .exclude(pk__in=given_back.values("hold"))
        .select_related("authority", "holder")
        .first()
    )


def discrepancies() -> list[str]:
    """Balances that are not the sum of their entries: the proof of every night, none while the ledger is sound."""
    with connection.cursor() as cursor:
        cursor.execute(_PROOF)
        return [
            f"{scope} {key}: {held} + {spent}, by the entries {sum_held} + {sum_spent} {currency}"
            for scope, key, currency, held, spent, sum_held, sum_spent in cursor.fetchall()
        ]


def _follow(held: LedgerEntry, kind: LedgerKind, *, at: datetime, why: GivenBackFor | None = None) -> None:
    LedgerEntry.objects.create(
        kind=kind,
        hold=held,
        remedy=held.remedy,
        authority=held.authority,
        holder=held.holder,
        amount=held.amount,
        at=at,
        why=why or "",
    )


@contextmanager
def _judged() -> Iterator[None]:
    """Let the database judge an entry; what it refuses leaves the transaction as it was."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != _REFUSED:
            raise
        raise BeyondAuthority from error


_PROOF = """
WITH moved AS (
    SELECT customer_id, case_id, authority_id, holder_id, month, currency,
        CASE kind WHEN 'hold' THEN amount WHEN 'spend' THEN -amount
            WHEN 'release' THEN CASE WHEN was_spent THEN 0 ELSE -amount END ELSE 0 END AS held,
        CASE kind WHEN 'spend' THEN amount WHEN 'reverse' THEN -amount
            WHEN 'release' THEN CASE WHEN was_spent THEN -amount ELSE 0 END ELSE 0 END AS spent
    FROM (
        SELECT e.*, kind = 'release' AND EXISTS (
            SELECT FROM complaints_ledgerentry AS s WHERE s.hold_id = e.hold_id AND s.kind = 'spend'
        ) AS was_spent FROM complaints_ledgerentry AS e OFFSET 0
    ) AS entry
), sums AS (
    SELECT 'customer' AS scope, customer_id::text AS key, currency, SUM(held) AS held, SUM(spent) AS spent
        FROM moved GROUP BY customer_id, currency
    UNION ALL SELECT 'failure', case_id::text, currency, SUM(held), SUM(spent) FROM moved GROUP BY case_id, currency
    UNION ALL SELECT 'month', authority_id || '/' || holder_id || '/' || month, MIN(currency), SUM(held), SUM(spent)
        FROM moved GROUP BY authority_id, holder_id, month
), balances AS (
    SELECT scope, COALESCE(customer_id::text, case_id::text, authority_id || '/' || holder_id || '/' || month) AS key,
        currency, held, spent FROM complaints_balance
)
SELECT scope, key, currency, COALESCE(b.held, 0), COALESCE(b.spent, 0), COALESCE(s.held, 0), COALESCE(s.spent, 0)
FROM balances AS b FULL JOIN sums AS s USING (scope, key, currency)
WHERE (COALESCE(b.held, 0), COALESCE(b.spent, 0)) <> (COALESCE(s.held, 0), COALESCE(s.spent, 0))
ORDER BY scope, key
"""
