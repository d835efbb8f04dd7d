"""What cannot wait: rules that send a case up at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from complaints.cases.models import Case
from complaints.common.rulebook import InForce, Mark
from complaints.common.words import fold
from complaints.escalation.ladder import TIERS
from complaints.escalation.models import UrgentRule
from complaints.staff.models import Tier
from complaints.standards.models import Severity


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
        )


def urgent_rule(case: Case, edition: Mark | None, *, said: str) -> UrgentRule | None:
    """The rule in force that sends this case highest, for what the customer has just said; None when it can wait.

    Case, accents and how wide a gap is do not matter. A word in Latin letters counts as a whole: "sue" is no part of
    "issue". One in a script without gaps counts wherever it stands. Queries only for a new edition of the rules.
    """
    text = fold(said)
    fitting = [written.rule for written in _WRITTEN.of(edition) if written.fits(case, text)]
    higher = [rule for rule in fitting if TIERS.index(Tier(rule.tier)) > TIERS.index(Tier(case.tier))]
    return max(higher, key=lambda rule: TIERS.index(Tier(rule.tier)), default=None)


def cannot_wait(case: Case, edition: Mark | None) -> bool:
    """Whether a case is critical, or a rule in force fits what the customer complained of, wherever it stands now."""
    text = fold(f"{case.what_happened} {case.wanted}")
    return case.severity == Severity.CRITICAL or any(one.fits(case, text) for one in _WRITTEN.of(edition))


def groups_with_a_rule() -> set[str]:
    """The customer groups that a rule in force names."""
    named = UrgentRule.objects.filter(is_active=True).exclude(customer_group="")
    return set(named.values_list("customer_group", flat=True))


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
