"""Tell what happened, in the language that is active."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext as _
from djmoney.money import Money

from complaints.cases.entries import TOLD
from complaints.cases.models import TimelineEntry
from complaints.common.actors import ActorKind
from complaints.common.money import money_words
from complaints.common.words import name_in
from complaints.standards.models import ClockKind, Complainer


def sentence_for_staff(told: TimelineEntry) -> str:
    """What happened, for the desk, in the language that is active."""
    return str(TOLD[told.entry].to_staff) % _facts(told)


def sentence_for_customer(told: TimelineEntry) -> str:
    """What happened, for the customer; empty where it is none of their business."""
    telling = TOLD[told.entry].to_customer
    return "" if telling is None or not told.public else str(telling) % _facts(told)


def reason_of(told: TimelineEntry) -> str:
    """Why something was done, in somebody's words; else the deadlines that were missed, in the active language."""
    return str(told.facts.get("reason") or deadline_names(str(told.facts.get("deadlines") or "")))


def _names(codes: str) -> str:
    kinds = {kind.value: str(kind.label) for kind in ClockKind}
    return ", ".join(kinds.get(code, code) for code in codes.split(", "))


deadline_names = lazy(_names, str)
"""The names of deadlines from what an entry keeps of them, in the language that is active when they are read."""


def _facts(told: TimelineEntry) -> dict[str, object]:
    names = {ActorKind.SYSTEM: _("The system"), ActorKind.CUSTOMER: told.actor_name or _("The customer")}
    return {
        "remedy": _remedy(told.facts),
        "to": _("our team"),
        "old": _("none"),
        "new": _("none"),
        **{k: v for k, v in told.facts.items() if v and k != "remedy"},
        "deadlines": deadline_names(str(told.facts.get("deadlines") or "")),
        "complainer": _complainer(str(told.facts.get("complainer") or "")),
        "actor": names.get(ActorKind(told.actor_kind), told.actor_name),
    }


def _complainer(code: str) -> str:
    return str(Complainer(code).label) if code in Complainer.values else code


def _remedy(facts: dict[str, Any]) -> str:
    """A remedy by its kind, as the catalogue named it that day, and its sum."""
    kind, amount = facts.get("remedy"), facts.get("amount")
    if not kind:
        return ""
    words = name_in(kind, facts["remedy_zh"]) if facts.get("remedy_zh") else _(kind)
    if not amount:
        return words
    return _("{remedy}, {amount}").format(remedy=words, amount=money_words(Money(Decimal(amount), facts["currency"])))
