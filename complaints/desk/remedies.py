"""The panel "Making it right": what is given on a case, what similar ones got, and what the reader may decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from djmoney.money import Money

from complaints.cases.models import Case, TimelineEntry
from complaints.cases.queries import one_visible
from complaints.cases.states import MOVES, Move
from complaints.common.errors import Invalid, NotFound, RateMissing
from complaints.common.money import money_words
from complaints.common.rulebook import edition
from complaints.desk.guidance import Beside, beside, reckoned, short_of, worth_words
from complaints.desk.remedy_steps import REMEDY_STEPS, RemedyForm, RemedyStep
from complaints.desk.request import at_desk
from complaints.desk.steps import OfferForm
from complaints.fulfilment.models import Order
from complaints.fulfilment.queries import orders_of
from complaints.handling.offer_remedy import words_of
from complaints.handling.who_decides import next_above, who_decides
from complaints.remedies.authority import Allowance, allowance
from complaints.remedies.catalogue import RemedyKind, cost_of, is_given_outside, is_tangible, name_of_remedy
from complaints.remedies.models import Approval, Decision, Remedy
from complaints.remedies.queries import Similar, last_requests, legal_moves, remedies_of, similar_to, stays
from complaints.remedies.states import RemedyMove, RemedyStatus
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import last_training

TONES: Final = {
    RemedyStatus.PROPOSED: "tag-warn",
    RemedyStatus.AWAITING: "tag-warn",
    RemedyStatus.OFFERED: "tag-info",
    RemedyStatus.ACCEPTED: "tag-ok",
    RemedyStatus.FULFILLED: "tag-ok",
}

ORDERED: Final = frozenset({RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED, RemedyStatus.REVERSED})
"""Where a remedy can have been ordered from a system outside."""


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step with a remedy as the page draws it; `place` names it among all forms of the page."""

    move: RemedyMove
    step: RemedyStep
    label: str
    form: RemedyForm
    place: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Given:
    """One remedy as the panel draws it."""

    remedy: Remedy
    words: str | Promise
    tone: str
    waits_for: Approval | None
    question: Approval | None
    refused: Approval | None
    steps: Sequence[OfferedStep]
    may_print: bool
    shows_proof: bool
    may_decide: bool
    may_approve: str
    order: Order | None

    @property
    def waits_for_reader(self) -> bool:
        """Whether nothing goes on before the reader has decided or answered."""
        return self.may_decide or any(one.move == RemedyMove.SUBMIT for one in self.steps)


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel shows."""

    given: Sequence[Given]
    may_offer: bool
    authority: Sequence[str] = ()
    is_suspended: bool = False
    similar: Similar | None = None
    beside: Beside | None = None

    @property
    def waiting(self) -> list[Given]:
        """What waits for the reader: it stands first."""
        return [one for one in self.given if one.waits_for_reader]

    @property
    def others(self) -> list[Given]:
        """What does not."""
        return [one for one in self.given if not one.waits_for_reader]

    @property
    def waits_for_reader(self) -> bool:
        """Whether the panel comes before everything else."""
        return bool(self.waiting)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the panel, and what they may decide on the case; without that, why it cannot be said."""

    employee: Employee
    own: Allowance | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The form that is open on the page, with what was typed into it where it was not taken."""

    place: str = ""
    form: forms.Form | None = None


def panel_of(
    case: Case, employee: Employee, entries: Sequence[TimelineEntry], *, opened: Opened, newest: int, at: datetime
) -> Panel:
    """Gather the panel for one reader, beside the timeline that the page shows; the playbook while a case is open."""
    reader = _reader_of(case, employee, at=at)
    remedies = remedies_of(case)
    asked = last_requests(remedies) if remedies else {}
    orders = orders_of([one for one in remedies if one.status in ORDERED and is_given_outside(one.kind)])
    given = [
        _given(one, asked.get(one.pk), orders.get(one.pk), reader, opened=opened, newest=newest) for one in remedies
    ]
    if case.status not in MOVES[Move.PROPOSE_REMEDY].start:
        return Panel(given, may_offer=False)
    own = reader.own
    currency = own.rule.currency if own and own.rule else ""
    guidance = beside(case, entries, remedies, currency=currency, at=at)
    if not may(employee, Permission.PROPOSE_REMEDY):
        return Panel(given, may_offer=False, beside=guidance)
    if own is None:
        return Panel(given, may_offer=True, authority=(reader.why_not,), beside=guidance)
    sentences = _authority_in_words(own, above=next_above(case, by=employee, at=at))
    similar = similar_to(case, currency=currency)
    return Panel(
        given,
        may_offer=True,
        authority=sentences,
        is_suspended=own.is_suspended,
        similar=similar,
        beside=guidance,
    )


def remedy_form(move: RemedyMove, remedy: Remedy, typed: QueryDict | None = None, *, newest: int = 0) -> RemedyForm:
    """The form of a step with a remedy, under ids of its own."""
    start = {"entry": newest, "submission": str(uuid4())}
    form = REMEDY_STEPS[move].form(typed, initial=start, auto_id=f"{place_of(move, remedy)}-%s")
    form.suit(remedy)
    return form


def place_of(move: RemedyMove, remedy: Remedy) -> str:
    """The name of a step with a remedy among all forms of the case page."""
    return f"remedy-{remedy.pk}-{move.value}"


def remedy_on(case: Case, remedy: int) -> Remedy:
    """One of the remedies that the page shows; raises NotFound."""
    found = next((one for one in remedies_of(case) if one.pk == remedy), None)
    if found is None:
        raise NotFound(case=case.reference)
    return found


@require_safe
def outlook(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what would become of an offer that is being typed: offered at once, or whose decision it needs. For htmx."""
    employee, at = at_desk(request).user, timezone.now()
    case = one_visible(employee, reference)
    form = OfferForm(request.GET)
    form.offer(case, by=employee, at=at)
    form.is_valid()
    said = {"sentence": _outlook(case, form, by=employee, at=at), "cost": _cost(form), "worth": _worth(form)}
    return render(request, "desk/_outlook.html", said)


def _worth(form: OfferForm) -> list[str]:
    """What it should be worth by the parts that are typed, and whether the sum that is typed is less."""
    told, parts = form.cleaned_data, form.parts()
    kind, currency = told.get("kind"), told.get("currency")
    if parts is None or not currency or (kind and not is_tangible(kind)):
        return []
    try:
        reckoning = reckoned(parts, currency, edition())
    except Invalid:
        return []
    if reckoning is None:
        return []
    amount = Money(told["amount"], currency) if told.get("amount") is not None else None
    return [worth_words(reckoning), short_of(reckoning, amount)]


def _cost(form: OfferForm) -> str:
    """What it costs us by the catalogue, where that is not what it is worth."""
    told = form.cleaned_data
    kind, amount, currency = told.get("kind"), told.get("amount"), told.get("currency")
    cost = cost_of(kind, Money(amount, currency), edition()) if kind and currency and amount else None
    return "" if cost is None else _("It costs us about %(cost)s.") % {"cost": money_words(Money(cost, currency))}


def _outlook(case: Case, form: OfferForm, *, by: Employee, at: datetime) -> str:
    told = form.cleaned_data
    kind, amount, currency = told.get("kind"), told.get("amount"), told.get("currency")
    if kind and not is_tangible(kind):
        return _("The customer gets this at once.")
    if not (kind and currency and amount and amount > 0):
        return ""
    try:
        return _decided_by(case, kind, Money(amount, currency), by=by, at=at)
    except RateMissing as error:
        return error.sentence


def _decided_by(case: Case, kind: str, amount: Money, *, by: Employee, at: datetime) -> str:
    seen = who_decides(case, kind, amount, by=by, at=at)
    words = {"amount": money_words(amount), "name": seen.by.name if seen.by else ""}
    if seen.at_once:
        return _("%(amount)s is yours to decide: the customer is offered it at once.") % words
    if seen.by:
        return _("%(amount)s goes to %(name)s for approval. The customer hears of it only when it is approved.") % words
    return _("Nobody's authority covers %(amount)s now: it would wait, and the administrators are told.") % words


def _reader_of(case: Case, employee: Employee, *, at: datetime) -> Reader:
    if not may(employee, Permission.PROPOSE_REMEDY):
        return Reader(employee)
    try:
        return Reader(employee, allowance(employee, case, at=at))
    except RateMissing as error:
        return Reader(employee, why_not=error.sentence)


def _given(
    remedy: Remedy, asked: Approval | None, order: Order | None, reader: Reader, *, opened: Opened, newest: int
) -> Given:
    status, employee = RemedyStatus(remedy.status), reader.employee
    moves = legal_moves(remedy, employee)
    if stays(remedy, employee):
        moves = [one for one in moves if one != RemedyMove.REVERSE]
    steps = []
    for move in [one for one in REMEDY_STEPS if one in moves]:
        place = place_of(move, remedy)
        typed = opened.form if opened.place == place else None
        form = typed if isinstance(typed, RemedyForm) else remedy_form(move, remedy, newest=newest)
        step = REMEDY_STEPS[move]
        steps.append(OfferedStep(move, step, step.label_for(remedy), form, place, is_open=opened.place == place))
    voucher = getattr(remedy, "voucher", None)
    decided = asked.decision if asked else ""
    may_decide, may_approve = _may_approve(remedy, asked, reader) if RemedyMove.AUTHORISE in moves else (False, "")
    return Given(
        remedy,
        words=words_of(remedy),
        tone=TONES.get(status, ""),
        waits_for=asked if status == RemedyStatus.AWAITING else None,
        question=asked if status == RemedyStatus.PROPOSED and decided == Decision.ASKED_BACK else None,
        refused=asked if status == RemedyStatus.REFUSED else None,
        steps=steps,
        may_print=voucher is not None
        and status == RemedyStatus.FULFILLED
        and voucher.redeemed_at is None
        and may(employee, Permission.FULFIL_REMEDY),
        shows_proof=bool(remedy.proof) and remedy.kind != RemedyKind.VOUCHER,
        may_decide=may_decide,
        may_approve=may_approve,
        order=order,
    )


def _may_approve(remedy: Remedy, asked: Approval | None, reader: Reader) -> tuple[bool, str]:
    """Whether the reader may approve some of what waits, and how much: what is left, and what is set aside for it."""
    own = reader.own
    if own is None or (own.rule is not None and own.rule.currency != str(remedy.amount.currency)):
        return True, reader.why_not
    aside = remedy.amount.amount if asked and asked.asked_of else Decimal(0)
    is_mine = asked is not None and asked.asked_of == reader.employee
    without = replace(
        own,
        left_for_failure=own.left_for_failure + aside,
        left_for_customer=None if own.left_for_customer is None else own.left_for_customer + aside,
        left_this_month=own.left_this_month + (aside if is_mine else 0),
    )
    if without.left is None or not without.covers_some(remedy.kind):
        return False, _("This is not within your own authority: somebody else has to decide on it.")
    return True, _("You can approve up to %(amount)s for this.") % {"amount": money_words(without.left)}


def _authority_in_words(own: Allowance, *, above: Employee | None) -> list[str]:
    """What the reader may decide by themselves, and who decides beyond that."""
    left = own.left
    beyond = (
        _("Anything more goes to %(name)s, or on to whoever's authority covers it.") % {"name": above.name}
        if above
        else _("Nobody stands above you on this ladder: anything more waits, and the administrators are told.")
    )
    if own.is_suspended:
        return [_why_suspended(own), _("An apology needs no authority."), beyond]
    if left is None:
        return [_("You have no authority over money on this case; an apology needs none."), beyond]
    if not left.amount:
        return [_why_used_up(own), beyond]
    sentences = [_("You can decide up to %(amount)s on this case yourself.") % {"amount": money_words(left)}]
    if own.rule and own.rule.kinds:
        kinds = ", ".join(name_of_remedy(kind) for kind in own.rule.kinds)
        sentences.append(_("This holds for: %(kinds)s.") % {"kinds": kinds})
    return [*sentences, beyond]


def _why_used_up(own: Allowance) -> str:
    if own.rule is None:
        return ""
    if own.left_for_failure <= 0:
        taken = own.rule.per_failure - own.left_for_failure
        told = {
            name: money_words(Money(sum_, own.rule.currency))
            for name, sum_ in (("cap", own.rule.per_failure), ("taken", taken))
        }
        if own.left_for_failure == 0:
            return _("What you may decide on this case by yourself (%(cap)s) is used up.") % told
        return _("%(taken)s is given or set aside on this case, more than you may decide by yourself (%(cap)s).") % told
    if own.left_for_customer is not None and own.left_for_customer <= 0:
        words = {"cap": money_words(Money(own.rule.per_customer, own.rule.currency)), "days": own.rule.customer_days}
        return _("What you may give one customer within %(days)s days (%(cap)s) is used up.") % words
    return _("Your budget of this month (%(cap)s) is used up.") % {
        "cap": money_words(Money(own.rule.per_month, own.rule.currency))
    }


def _why_suspended(own: Allowance) -> str:
    course = own.course
    if course is None:
        return ""
    taken = last_training(own.employee, course)
    if taken is None or taken.expires_on is None:
        sentence = _("Your authority rests until you have taken the training “%(course)s”.")
        return sentence % {"course": course.name}
    sentence = _("Your authority rests: your training “%(course)s” ended on %(day)s. It is back once you renew it.")
    return sentence % {"course": course.name, "day": date_format(taken.expires_on, "DATE_FORMAT")}
