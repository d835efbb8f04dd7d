"""Approvals: what waits for one's decision, and all that is needed to decide on one screen, on a telephone too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from djmoney.money import Money

from complaints.cases import sentences
from complaints.cases.models import TimelineEntry
from complaints.cases.queries import story_of, timeline_of
from complaints.common.errors import (
    BeyondAuthority,
    Invalid,
    MoveNotAllowed,
    PageNotPermitted,
    RateMissing,
    RecoveryError,
    RemedyMovedOn,
)
from complaints.common.money import converted, money_words
from complaints.desk import kept
from complaints.desk.fields import Amount, Styled, Words
from complaints.desk.guidance import short_of
from complaints.desk.request import at_desk
from complaints.desk.wording import Due, time_until
from complaints.handling.decide_approval import approve, ask_back, refuse
from complaints.remedies.models import Approval, Decision, Remedy
from complaints.remedies.queries import Dossier, dossier, inbox, legal_moves, one_asked
from complaints.remedies.states import RemedyMove, RemedyStatus
from complaints.remedies.worth import Reckoning
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may

STORY_SHOWN: Final = 8


class Choice(models.TextChoices):
    """What one can decide; each is a button of the form."""

    APPROVE = "approve", gettext_lazy("Approve")
    ASK_BACK = "ask_back", gettext_lazy("Ask back")
    REFUSE = "refuse", gettext_lazy("Refuse")


_DONE: Final[dict[str, Promise]] = {
    Choice.APPROVE: gettext_lazy("Approved: the customer is told, and so is whoever proposed it."),
    Choice.ASK_BACK: gettext_lazy("Your question is on its way to whoever proposed it."),
    Choice.REFUSE: gettext_lazy("Refused: whoever proposed it is told why."),
}

_OUTCOMES: Final[dict[str, Promise]] = {
    Decision.APPROVED: gettext_lazy("%(who)s approved it."),
    Decision.REFUSED: gettext_lazy("%(who)s refused it."),
    Decision.ASKED_BACK: gettext_lazy("%(who)s asked back."),
    Decision.PASSED_UP: gettext_lazy("Not decided in time, and taken further up; asked was: %(whom)s."),
    Decision.DROPPED: gettext_lazy("It was taken back before anybody decided."),
}


class DecisionForm(Styled):
    """The sum one approves, one's words, and which button was pressed."""

    amount = Amount(label=gettext_lazy("Sum to approve"), required=False)
    reason = Words(
        label=gettext_lazy("Your words to whoever proposed it"),
        required=False,
        help_text=gettext_lazy("Needed to refuse or to ask back."),
    )
    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    choice = forms.ChoiceField(choices=Choice.choices, required=False, widget=forms.HiddenInput)

    def clean_choice(self) -> Choice:
        """Which button; none is none of them."""
        if not self.cleaned_data["choice"]:
            raise forms.ValidationError(_("Please press one of the buttons."))
        return Choice(self.cleaned_data["choice"])

    def clean(self) -> dict[str, Any]:
        """An approval names its sum: one that was wiped out is not the whole of it. To refuse, none is needed."""
        choice, told = self.cleaned_data.get("choice"), self.cleaned_data
        if choice != Choice.APPROVE:
            self.errors.pop("amount", None)
        elif "amount" in told and told["amount"] is None:
            self.add_error("amount", _("Please name the sum that you approve."))
        return told

    def texts(self) -> list[tuple[str, str]]:
        """What was written, by label, to be saved by hand where there is nothing to decide any more."""
        return [(str(shown.label), str(shown.value())) for shown in self.visible_fields() if shown.value()]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the inbox."""

    approval: Approval
    left: Due | None
    stands_in_for: Employee | None


@dataclass(frozen=True, slots=True)
class Purse:
    """One cap of the reader's authority: what is left of it now, and what would be after this."""

    name: str
    cap: Money
    left: Money
    after: Money

    @property
    def is_short(self) -> bool:
        """Whether it does not suffice."""
        return bool(self.after.amount < 0)


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the story, ready to be shown."""

    entry: TimelineEntry
    sentence: str
    reason: str


@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """List what waits for the reader, and for those they stand in for."""
    employee, at = at_desk(request).user, timezone.now()
    if not may(employee, Permission.DECIDE_APPROVAL):
        raise PageNotPermitted(permission=Permission.DECIDE_APPROVAL)
    page = inbox(employee, at=at, after=request.GET.get("after", ""))
    rows = [
        Waiting(
            one,
            left=time_until(one.due_at, at=at) if one.due_at else None,
            stands_in_for=one.asked_of if one.asked_of_id not in {employee.pk, None} else None,
        )
        for one in page.approvals
    ]
    return render(request, "desk/approvals.html", {"rows": rows, "next_key": page.next_key})


@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all that is needed to decide on one remedy, and take the decision; then back to where one came from."""
    employee = at_desk(request).user
    asked = one_asked(employee, pk)
    if not may(employee, Permission.DECIDE_APPROVAL):
        raise PageNotPermitted(permission=Permission.DECIDE_APPROVAL)
    if request.method != "POST":
        return _page(request, asked, typed=kept.typed_before(request, at=timezone.now()))
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, form=form, status=400)
    try:
        _decide(asked, form.cleaned_data, by=employee, at=timezone.now())
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, asked, form=form, status=error.status)
    except (RemedyMovedOn, BeyondAuthority, RateMissing, MoveNotAllowed) as error:
        return _page(request, one_asked(employee, pk), form=form, trouble=error, status=error.status)
    messages.success(request, str(_DONE[form.cleaned_data["choice"]]))
    if request.GET.get("from") == "complaint":
        return redirect("desk:complaint", reference=asked.remedy.case.reference)
    return redirect("desk:approvals")


def _decide(asked: Approval, told: dict[str, Any], *, by: Employee, at: datetime) -> None:
    """Call the verb; a page that was drawn before the proposal changed decides nothing."""
    remedy = asked.remedy
    facts = {"remedy": remedy.pk, "by": by, "at": at, "submission": told["submission"]}
    reference = remedy.case.reference
    if asked.decision == Decision.ASKED_BACK and remedy.status == RemedyStatus.AWAITING:
        raise RemedyMovedOn
    match told["choice"]:
        case Choice.APPROVE:
            amount = Money(told["amount"], remedy.amount.currency) if told["amount"] is not None else None
            approve(reference, amount=amount, reason=told["reason"], **facts)
        case Choice.ASK_BACK:
            ask_back(reference, question=told["reason"], **facts)
        case Choice.REFUSE:
            refuse(reference, reason=told["reason"], **facts)


def _page(
    request: HttpRequest,
    asked: Approval,
    *,
    form: DecisionForm | None = None,
    typed: QueryDict | None = None,
    trouble: RecoveryError | None = None,
    status: int = 200,
) -> HttpResponse:
    employee, at = at_desk(request).user, timezone.now()
    read = dossier(employee, asked.remedy.case.reference, asked.remedy_id, at=at)
    may_decide = RemedyMove.AUTHORISE in legal_moves(read.remedy, employee) and asked.decision in {
        "",
        Decision.PASSED_UP,
    }
    may_approve = may_decide and read.allowance.covers_some(read.remedy.kind)
    if form is None:
        start = {"submission": str(uuid4()), "amount": read.remedy.amount.amount if read.remedy.amount else None}
        form = DecisionForm(typed, initial=start)
    purses = _purses(read)
    reckoning = Reckoning.of_facts(read.remedy.reckoning)
    context = {
        "asked": asked,
        "read": read,
        "case": read.case,
        "remedy": read.remedy,
        "cost": Money(read.remedy.cost, read.remedy.amount.currency) if read.remedy.cost is not None else None,
        "reckoning": reckoning,
        "short_of": short_of(reckoning, read.remedy.amount) if reckoning else "",
        "left": time_until(asked.due_at, at=at) if asked.due_at and not asked.decision else None,
        "stands_in_for": asked.asked_of if asked.asked_of_id not in {employee.pk, None} else None,
        "form": form,
        "choices": Choice,
        "may_decide": may_decide,
        "may_approve": may_approve,
        "may_turn_down": may_decide and read.is_covered,
        "is_own": read.remedy.proposed_by_id == employee.pk,
        "outcomes": [(one, _outcome(one, read.remedy)) for one in read.earlier],
        "asked_anew": read.asked if read.asked and read.asked.pk != asked.pk else None,
        "trouble": trouble.sentence if trouble else "",
        "unsent": form.texts() if form.is_bound and not may_approve else [],
        "purses": purses,
        "story": story_of(read.case.customer, seen_by=employee, but=read.case),
        "happened": [_happened(one) for one in timeline_of(read.case, limit=STORY_SHOWN)],
    }
    return render(request, "desk/approval.html", context, status=status)


def _purses(read: Dossier) -> list[Purse]:
    """The caps of the reader's own authority, in its currency; none where they have no authority here."""
    own = read.allowance
    if own.rule is None or read.remedy.amount is None:
        return []
    currency, costs = own.rule.currency, converted(read.remedy.amount, own.rate)
    caps = [
        (_("For this failure"), own.rule.per_failure, own.left_for_failure),
        (_("For this customer"), own.rule.per_customer, own.left_for_customer),
        (_("For this month"), own.rule.per_month, own.left_this_month),
    ]
    return [
        Purse(name, Money(cap, currency), Money(left, currency), Money(left - costs, currency))
        for name, cap, left in caps
        if cap is not None and left is not None
    ]


def _outcome(decided: Approval, remedy: Remedy) -> str:
    """What became of a request, in a sentence."""
    told = {
        "who": decided.decided_by.name if decided.decided_by else "",
        "whom": decided.asked_of.name if decided.asked_of else _("nobody"),
    }
    if decided.decision == Decision.APPROVED and remedy.amount.amount != decided.amount_asked:
        asked = Money(decided.amount_asked, remedy.amount.currency)
        sums = {"amount": money_words(remedy.amount), "asked": money_words(asked)}
        return _("%(who)s approved %(amount)s instead of %(asked)s.") % {**told, **sums}
    return str(_OUTCOMES[decided.decision]) % told


def _happened(entry: TimelineEntry) -> Happened:
    return Happened(entry, sentences.sentence_for_staff(entry), str(entry.facts.get("reason") or ""))
