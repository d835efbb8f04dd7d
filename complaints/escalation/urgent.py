"""What cannot wait: rules that send a case up at once."""

from __future__ import annotations

import re

from complaints.cases.models import Case
from complaints.common.words import fold
from complaints.escalation.ladder import TIERS
from complaints.escalation.models import UrgentRule
from complaints.staff.models import Tier


def urgent_rule(case: Case, *, said: str) -> UrgentRule | None:
    """The rule in force that sends this case highest, for what the customer has just said; None when it can wait.

    Case, accents and how wide a gap is do not matter. A word in Latin letters counts as a whole: "sue" is no part of
    "issue". One in a script without gaps counts wherever it stands.
    """
    text = fold(said)
    fitting = [rule for rule in UrgentRule.objects.filter(is_active=True).order_by("pk") if _fits(rule, case, text)]
    higher = [rule for rule in fitting if TIERS.index(Tier(rule.tier)) > TIERS.index(Tier(case.tier))]
    return max(higher, key=lambda rule: TIERS.index(Tier(rule.tier)), default=None)


def groups_with_a_rule() -> set[str]:
    """The customer groups that a rule in force names."""
    named = UrgentRule.objects.filter(is_active=True).exclude(customer_group="")
    return set(named.values_list("customer_group", flat=True))


def _fits(rule: UrgentRule, case: Case, text: str) -> bool:
    kind = case.failure_type
    kinds = {kind.pk, kind.parent_id} if kind is not None else set()
    words = [fold(word).strip() for word in rule.words.splitlines() if word.strip()]
    return (
        (not words or any(_says(text, word) for word in words))
        and (rule.failure_type_id is None or rule.failure_type_id in kinds)
        and (not rule.customer_group or rule.customer_group == case.customer.group)
    )


def _says(text: str, words: str) -> bool:
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    begins = "(?<![a-z0-9])" if re.match("[a-z0-9]", words) else ""
    ends = "(?![a-z0-9])" if re.search("[a-z0-9]$", words) else ""
    return re.search(begins + pattern + ends, text) is not None
