"""What can be done with one remedy on the case page: for each legal move its form and the one verb it calls.

What waits for a decision is decided on a page of its own, with all that is needed for it: see `approvals`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from complaints.desk.fields import Amount, Line, Words
from complaints.desk.steps import ReasonForm, StepForm, what_became_of
from complaints.handling.answer_offer import note_answer
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.propose_remedy import answer_question
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.handling.withdraw_remedy import withdraw_remedy
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyMove
from complaints.staff.models import Employee


class RemedyForm(StepForm):
    """What every step with a remedy carries: its sum as the page showed it is what is decided on."""

    def suit(self, remedy: Remedy) -> None:
        """Begin with what stands in the remedy."""


class ReasonedForm(RemedyForm, ReasonForm):
    pass


class AnswerForm(RemedyForm):
    amount = Amount(label=_("Worth"))
    text = Words(label=_("Your answer"), error_messages={"required": _("Please write something here.")})

    def suit(self, remedy: Remedy) -> None:
        """Begin with the sum that was proposed; it may be another one now."""
        amount = self.fields["amount"]
        amount.label = _("Worth, in %(currency)s") % {"currency": remedy.amount.currency}
        amount.initial = remedy.amount.amount


class ProofForm(RemedyForm):
    proof = Line(
        label=_("Reference"),
        max_length=120,
        required=False,
        help_text=_("What proves it, such as the number of the payment."),
    )

    def suit(self, remedy: Remedy) -> None:
        """A voucher is proved by its own code."""
        if remedy.kind == RemedyKind.VOUCHER:
            del self.fields["proof"]


@dataclass(frozen=True, slots=True)
class RemedyStep:
    """How a move of a remedy is offered and done; `fields` come from the form and go to the verb by name."""

    label: Promise
    verb: Callable[..., Remedy]
    icon: str
    done: Promise | Callable[[Remedy], str]
    form: type[RemedyForm] = RemedyForm
    fields: tuple[str, ...] = ()
    explains: Promise | str = ""
    primary: bool = False

    def take(self, reference: str, remedy: Remedy, told: dict[str, Any], *, by: Employee, at: datetime) -> str:
        """Call the verb, with the sum in the currency of the remedy, and say what is done."""
        facts = {name: told[name] for name in self.fields if name in told}
        if isinstance(sum_ := facts.get("amount"), Decimal):
            facts["amount"] = Money(sum_, remedy.amount.currency)
        done = self.verb(reference, remedy=remedy.pk, by=by, at=at, **facts)
        return self.done(done) if callable(self.done) else str(self.done)

    def label_for(self, remedy: Remedy) -> str:
        """What stands on the button."""
        is_issued = self.verb is fulfil_remedy and remedy.kind == RemedyKind.VOUCHER
        return str(_("Issue the voucher") if is_issued else self.label)


def _accept(reference: str, **facts: Any) -> Remedy:
    return note_answer(reference, accepted=True, **facts)


def _decline(reference: str, **facts: Any) -> Remedy:
    return note_answer(reference, accepted=False, **facts)


REMEDY_STEPS: Final[dict[RemedyMove, RemedyStep]] = {
    RemedyMove.SUBMIT: RemedyStep(
        _("Answer the question"),
        answer_question,
        icon="message-circle-reply",
        done=what_became_of,
        form=AnswerForm,
        fields=("amount", "text", "submission"),
        primary=True,
    ),
    RemedyMove.FULFIL: RemedyStep(
        _("Tick off as given"),
        fulfil_remedy,
        icon="package-check",
        done=_("It is ticked off as given."),
        form=ProofForm,
        fields=("proof",),
    ),
    RemedyMove.ACCEPT: RemedyStep(
        _("The customer accepts"),
        _accept,
        icon="thumbs-up",
        done=_("The customer's answer is noted."),
        explains=_("For an answer that you were given in person or by telephone."),
    ),
    RemedyMove.DECLINE: RemedyStep(
        _("The customer declines"),
        _decline,
        icon="thumbs-down",
        done=_("The customer's answer is noted."),
        explains=_("For an answer that you were given in person or by telephone. The money is free again."),
    ),
    RemedyMove.WITHDRAW: RemedyStep(
        _("Take it back"),
        withdraw_remedy,
        icon="undo-2",
        done=_("It is withdrawn, and the money is free again."),
        explains=_("Where the customer knows of it, they are told that it is withdrawn."),
        form=ReasonedForm,
        fields=("reason",),
    ),
    RemedyMove.REVERSE: RemedyStep(
        _("Reverse"),
        reverse_remedy,
        icon="rotate-ccw",
        done=_("It is reversed, and the money is back where it came from."),
        explains=_("For what was given by mistake. A voucher becomes void."),
        form=ReasonedForm,
        fields=("reason",),
    ),
}
