"""The playbook beside a case: what to say, ask, offer and avoid, what it should be worth, what it did elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from djmoney.money import Money

from complaints.cases.models import Case, TimelineEntry
from complaints.common.money import money_words
from complaints.common.rulebook import Mark, edition
from complaints.customers.models import Language
from complaints.desk.wording import name_of
from complaints.insights.outcomes import FEW, Outcome, outcomes_for
from complaints.insights.shares import Share, interval
from complaints.remedies.catalogue import catalogue
from complaints.remedies.models import Advice, Remedy
from complaints.remedies.playbooks import Guidance, advised, playbook_for, weights_in
from complaints.remedies.states import UNTOLD
from complaints.remedies.worth import Parts, Reckoning, parts_of, reckon

APOLOGY: Final = "apology"


@dataclass(frozen=True, slots=True)
class Advised:
    """One remedy of the playbook: the sum to propose, why it is not what was reckoned, and what it did elsewhere."""

    advice: Advice
    amount: Money | None
    remark: str
    outcome: Sequence[str]


@dataclass(frozen=True, slots=True)
class Beside:
    """All that stands beside a case. `model` are the words of an apology in a language that is not the customer's.

    `was_said`: the customer got the apology with a remedy already, and the next one does not begin with it.
    """

    mark: Mark | None
    parts: Parts
    currency: str
    reckoning: Reckoning | None
    guidance: Guidance | None = None
    apology: str = ""
    was_said: bool = False
    model: str = ""
    advised: Sequence[Advised] = ()
    others: Sequence[tuple[str, Sequence[str]]] = ()
    counted_at: datetime | None = None

    def proposed(self, key: str) -> Advised | None:
        """The remedy of the version in force that a link names."""
        return next((one for one in self.advised if str(one.advice.pk) == key), None)


def beside(
    case: Case, entries: Iterable[TimelineEntry], remedies: Collection[Remedy], *, currency: str, at: datetime
) -> Beside:
    """Gather it, reckoned in a currency; without one in that of the first remedy that has one.

    Of the price the last proposal on the case knows most; it counts in its own currency alone. Two queries, and a few
    more in a new edition of the rules.
    """
    mark = edition()
    guidance = playbook_for(case.failure_type, case.severity, mark)
    advice = guidance.advice if guidance else ()
    currency = currency or next((one.currency for one in advice if one.currency), "")
    parts = parts_of(case, entries, price=_price_known(remedies, currency), at=at)
    outcomes = outcomes_for(case.failure_type)
    apology = guidance.apology(case.customer.language) if guidance else ""
    did = {kind: outcome_words(outcome, case) for kind, outcome in outcomes.items()}
    named = {one.kind for one in advice}
    return Beside(
        mark,
        parts,
        currency,
        reckoned(parts, currency, mark),
        guidance=guidance,
        apology=apology,
        was_said=bool(apology) and any(apology in one.words for one in remedies if one.status not in UNTOLD),
        model=_in_another_language(guidance) if guidance else "",
        advised=[
            _advised(
                one,
                reckoned(parts if one.currency == currency else replace(parts, price=None), one.currency, mark),
                did.get(one.kind, ()),
            )
            for one in advice
        ],
        others=[(row.label, did[kind]) for kind, row in catalogue(mark).items() if kind in did.keys() - named],
        counted_at=next((one.as_of for one in outcomes.values()), None),
    )


def reckoned(parts: Parts, currency: str, mark: Mark | None) -> Reckoning | None:
    """What a remedy should be worth; None where nobody has said what trouble counts for in the currency.

    Raises Invalid for a part that cannot be.
    """
    weights = weights_in(currency, mark)
    return None if weights is None else reckon(parts, weights)


def worth_words(reckoning: Reckoning) -> str:
    """What it should be worth, and how that comes about, in a sentence."""
    told = {
        "least": money_words(reckoning.money(reckoning.least)),
        "trouble": money_words(reckoning.money(reckoning.trouble)),
    }
    if reckoning.parts.price is None:
        return _("It should be worth at least %(least)s for their trouble alone: what they paid is not known.") % told
    told["price"] = money_words(reckoning.money(reckoning.parts.price))
    return _("It should be worth at least %(least)s: %(price)s paid, and %(trouble)s for their trouble.") % told


def short_of(reckoning: Reckoning, amount: Money | None) -> str:
    """Say where a sum is less than what it should be worth; nothing where it is not, or is in another currency."""
    if amount is None or str(amount.currency) != reckoning.currency or amount.amount >= reckoning.least:
        return ""
    missing = money_words(reckoning.money(reckoning.least - amount.amount))
    return _("%(amount)s is %(missing)s less than that.") % {"amount": money_words(amount), "missing": missing}


def outcome_words(outcome: Outcome, case: Case) -> list[str]:
    """What a kind of remedy did in similar cases, in sentences; of few cases also what to expect of the next."""
    told = []
    if outcome.accepted.of:
        told.append(_("Accepted by %(hits)s of %(of)s (%(rate)s %%, %(low)s–%(high)s %%)") % _share(outcome.accepted))
    if outcome.satisfied.of:
        told.append(
            _("%(hits)s of %(of)s say it was solved (%(rate)s %%, %(low)s–%(high)s %%)") % _share(outcome.satisfied)
        )
    told += _where_few(outcome)
    if outcome.is_of_area and case.failure_type and case.failure_type.parent:
        told.append(_("All of “%(area)s”") % {"area": name_of(case.failure_type.parent)})
    return told


def _where_few(outcome: Outcome) -> list[str]:
    told = []
    if 0 < outcome.accepted.of < FEW:
        told.append(
            _("Few cases: with all failures in view, about %(rate)s %% accept it")
            % {"rate": _percent(outcome.accepted_expected)}
        )
    if 0 < outcome.satisfied.of < FEW:
        told.append(
            _("Few answers: with all failures in view, it solves about %(rate)s %%")
            % {"rate": _percent(outcome.satisfied_expected)}
        )
    return told


def _share(share: Share) -> dict[str, str | int]:
    (low, high), rate = interval(share), share.hits / share.of
    counts = {"hits": _number(share.hits), "of": _number(share.of)}
    return {**counts, "rate": _percent(rate), "low": _percent(low), "high": _percent(high)}


def _number(count: int) -> str:
    """A number as it is written in the reader's language: `4,508`."""
    return str(format_decimal(count, locale=to_locale(get_language() or "en")))


def _percent(rate: float) -> int:
    return round(100 * rate)


def _price_known(remedies: Iterable[Remedy], currency: str) -> Decimal | None:
    """The price that the newest proposal with one was reckoned from."""
    kept = (Reckoning.of_facts(one.reckoning) for one in remedies)
    return next(
        (one.parts.price for one in kept if one and one.parts.price is not None and one.currency == currency), None
    )


def _in_another_language(guidance: Guidance) -> str:
    return next((words for language in Language.values if (words := guidance.apology(language))), "")


def _advised(advice: Advice, reckoning: Reckoning | None, outcome: Sequence[str]) -> Advised:
    amount = advised(advice, reckoning)
    return Advised(
        advice,
        amount=None if amount is None else Money(amount, advice.currency),
        remark=_remark(advice, reckoning),
        outcome=outcome,
    )


def _remark(advice: Advice, reckoning: Reckoning | None) -> str:
    """Why the sum is the end of the range and not what was reckoned."""
    if reckoning is None or advice.least is None or advice.most is None:
        return ""
    told = {"sum": money_words(reckoning.money(reckoning.least))}
    if reckoning.least > advice.most:
        return _("It should be worth %(sum)s, more than this range.") % told
    return ""
