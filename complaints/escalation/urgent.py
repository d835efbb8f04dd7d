"""What cannot wait: rules that send a case up at once, and signals by which a customer is taken for more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from complaints.cases.models import Case
from complaints.cases.states import Outcome
from complaints.common.rulebook import InForce, Mark
from complaints.common.words import fold
from complaints.escalation.ladder import TIERS
from complaints.escalation.models import UrgentRule
from complaints.staff.models import Tier
from complaints.standards.models import Complainer, Severity

YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule, and what finds its words; None where it names none."""

    rule: UrgentRule
    words: re.Pattern[str] | None

    def fits(self, case: Case, text: str) -> bool:
        """Whether all that the rule names holds."""
        kind = case.failure_type
        kinds = {kind.pk, kind.parent_id} if kind is not None else set()
        return (
            (self.words is None or self.words.search(text) is not None)
            and (self.rule.failure_type_id is None or self.rule.failure_type_id in kinds)
            and (not self.rule.customer_group or self.rule.customer_group == case.customer.group)
            and (not self.rule.complainer or self.rule.complainer == case.complainer)
            and (self.rule.following is None or self.rule.following <= (case.following or 0))
            and (self.rule.complaints is None or _complained_before(case, self.rule.complaints - 1))
        )


def urgent_rule(case: Case, edition: Mark | None, *, said: str) -> UrgentRule | None:
    """The rule in force that sends this case highest, for what the customer has just said; None when it can wait.

    Case, accents and how wide a gap is do not matter. A word in Latin letters counts as a whole: "sue" is no part of
    "issue". One in a script without gaps counts wherever it stands. Queries for a new edition of the rules, and where
    a rule asks for earlier complaints.
    """
    text, here = fold(said), TIERS.index(Tier(case.tier))
    rules = [one for one in _WRITTEN.of(edition) if one.rule.tier and TIERS.index(Tier(one.rule.tier)) > here]
    fitting = [one.rule for one in rules if one.fits(case, text)]
    return max(fitting, key=lambda rule: TIERS.index(Tier(rule.tier)), default=None)


def signal(case: Case, edition: Mark | None, *, said: str) -> UrgentRule | None:
    """The rule in force by which the customer is taken for most, for what they have just said, before any other.

    None where no rule takes them for more than the case says already. Words are found as by `urgent_rule`.
    """
    text = fold(said)
    rules = [one for one in _WRITTEN.of(edition) if Complainer.is_more(one.rule.takes_as, case.complainer)]
    fitting = [one.rule for one in rules if one.fits(case, text)]
    return max(fitting, key=lambda rule: Complainer.values.index(rule.takes_as), default=None)


def cannot_wait(case: Case, edition: Mark | None) -> bool:
    """Whether a case is critical, or a rule in force fits what the customer complained of, wherever it stands now."""
    text = fold(f"{case.what_happened} {case.wanted}")
    return case.severity == Severity.CRITICAL or any(
        one.rule.tier and one.fits(case, text) for one in _WRITTEN.of(edition)
    )


def groups_with_a_rule() -> set[str]:
    """The customer groups that a rule in force names."""
    named = UrgentRule.objects.filter(is_active=True).exclude(customer_group="")
    return set(named.values_list("customer_group", flat=True))


def _complained_before(case: Case, times: int) -> bool:
    """Whether the customer had complained so many times within the year before this complaint, duplicates aside."""
    since = case.filed_at - YEAR
    theirs = Case.objects.filter(customer=case.customer_id, filed_at__range=(since, case.filed_at))
    return theirs.exclude(pk=case.pk).exclude(outcome=Outcome.DUPLICATE)[:times].count() >= times


def _read() -> list[_Written]:
    rules = UrgentRule.objects.filter(is_active=True).order_by("pk")
    return [
        _Written(rule, _any_of([word for line in rule.words.splitlines() if (word := fold(line).strip())]))
        for rule in rules
    ]


def _any_of(words: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(_said, words))) if words else None


def _said(words: str) -> str:
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    begins = "(?<![a-z0-9])" if re.match("[a-z0-9]", words) else ""
    ends = "(?![a-z0-9])" if re.search("[a-z0-9]$", words) else ""
    return begins + pattern + ends


_WRITTEN: Final = InForce(_read)
