"""The steps the case page offers: for each legal move its form and the one verb it calls.

`remedy_steps` is the same for what can be done with a remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.forms.models import model_to_dict
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from complaints.cases.failures import linked_with
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.errors import Invalid
from complaints.common.rulebook import edition
from complaints.desk.choices import failure_types, service_standards, units
from complaints.desk.fields import Amount, Files, Line, LongSelect, Styled, Words
from complaints.desk.guidance import APOLOGY, Beside, reckoned, worth_words
from complaints.desk.wording import name_of
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.assign import assign, take
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.escalate import escalate
from complaints.handling.link_failure import link_failure
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.offer_remedy import words_of
from complaints.handling.part_failure import part_failure
from complaints.handling.promises import is_held_to_another
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.reassess import NONE_MISSED, Judged, Judgement, foresee, reassess
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.step_down import step_down
from complaints.handling.unmark_duplicate import unmark_duplicate
from complaints.handling.withdraw import withdraw
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.remedies.catalogue import is_tangible, offered
from complaints.remedies.exchange import currencies
from complaints.remedies.models import Remedy
from complaints.remedies.queries import last_requests
from complaints.remedies.states import RemedyStatus
from complaints.remedies.worth import Parts, Reckoning
from complaints.staff.models import Employee
from complaints.staff.queries import colleagues
from complaints.standards.models import Complainer, Severity


class StepForm(Styled):
    """What every step carries: the state of the case that the page was drawn with, and the key of the form."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    entry = forms.IntegerField(widget=forms.HiddenInput, required=False)
    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def offer(self, case: Case, *, by: Employee, at: datetime) -> None:
        """Offer what can be chosen for this case; most steps leave nothing to choose."""

    def guide(self, guidance: Beside, asked: Mapping[str, str]) -> None:
        """Begin an empty form with what the playbook says; `asked` is what a link to the step names."""


class WriteForm(StepForm):
    text = Words(label=_("Your message"), error_messages={"required": _("Please write something here.")})

    def guide(self, guidance: Beside, asked: Mapping[str, str]) -> None:
        """Begin with the apology where a link asks for it."""
        if asked.get("words") == APOLOGY and guidance.apology:
            self.fields["text"].initial = guidance.apology


class WriteWithFilesForm(WriteForm):
    attachments = Files(label=_("Files"), required=False)


class NoteForm(WriteWithFilesForm):
    text = Words(label=_("Your note"), error_messages={"required": _("Please write something here.")})


class ReasonForm(StepForm):
    reason = Words(label=_("Reason"), error_messages={"required": _("Please write something here.")})


class AssignForm(StepForm):
    to = forms.TypedChoiceField(
        label=_("Colleague"), coerce=int, error_messages={"required": _("Please choose a colleague.")}
    )

    def offer(self, case: Case, *, by: Employee, at: datetime) -> None:
        """Offer the colleagues who can be responsible for this case."""
        offered = [
            (one.pk, f"{one.name} · {one.get_role_display()} · {one.unit.name}") for one in colleagues(case.unit)
        ]
        cast("forms.ChoiceField", self.fields["to"]).choices = [("", "—"), *offered]


class OfferForm(StepForm):
    """What to offer. The words begin with an apology in the customer's language, to be written on."""

    kind = forms.ChoiceField(label=_("What"), error_messages={"required": _("Please choose what to offer.")})
    amount = Amount(label=_("Worth"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    words = Words(label=_("What we tell the customer"), error_messages={"required": _("Please write something here.")})
    on_the_spot = forms.BooleanField(
        label=_("The customer takes it right now"),
        required=False,
        help_text=_("A voucher is issued at once; anything else needs a reference."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    proof = Line(
        label=_("Reference"),
        max_length=120,
        required=False,
        help_text=_("What proves it, such as the number of the payment."),
    )
    reason = Words(
        label=_("Why"),
        required=False,
        help_text=_("For colleagues, and for whoever has to approve it; the customer never sees it."),
    )
    price = Amount(label=_("What they paid"), required=False)
    contacts = forms.IntegerField(label=_("Times they turned to us"), required=False, min_value=0, max_value=999)
    days = forms.IntegerField(label=_("Days they waited"), required=False, min_value=0, max_value=3660)
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        required=False,
        choices=Severity.choices,
        coerce=lambda typed: Severity(int(typed)),
        empty_value=None,
    )
    reckons = True
    parts_named = ("price", "contacts", "days", "severity")
    reckoning: Reckoning | None = None
    """What the form was drawn with, where that could be reckoned."""

    def offer(self, case: Case, *, by: Employee, at: datetime) -> None:
        """Offer the catalogue, and the currencies that somebody's authority is in."""
        kinds, money = (
            cast("forms.ChoiceField", self.fields["kind"]),
            cast("forms.ChoiceField", self.fields["currency"]),
        )
        rows = offered()
        kinds.choices = [
            ("", "—"),
            (gettext("Worth a sum"), [(one.code, one.label) for one in rows if one.is_tangible]),
            (gettext("Costs no money"), [(one.code, one.label) for one in rows if not one.is_tangible]),
        ]
        money.choices = [(one, one) for one in currencies(at=at)]
        with translation.override(case.customer.language):
            self.fields["words"].initial = gettext("We are sorry for what happened, and we want to put it right.")

    def guide(self, guidance: Beside, asked: Mapping[str, str]) -> None:
        """Begin with the words and the parts that the case tells of, and with the remedy that a link names."""
        parts, proposed = guidance.parts, guidance.proposed(asked.get("advice", ""))
        self.initial = {name: getattr(parts, name) for name in self.parts_named} | dict(self.initial)
        if guidance.apology and not guidance.was_said:
            self.initial.setdefault("words", guidance.apology)
        if proposed is not None:
            self.initial.update(kind=proposed.advice.kind)
            if proposed.amount is not None:
                self.initial.update(amount=proposed.amount.amount, currency=str(proposed.amount.currency))
                self.fields["amount"].widget.attrs["data-begin"] = True
        self.initial.setdefault("currency", guidance.currency)
        self.reckoning = self.reckoning or guidance.reckoning

    def worth_words(self) -> str:
        """What it should be worth, for a page without scripts."""
        return worth_words(self.reckoning) if self.reckoning else ""

    def parts(self) -> Parts | None:
        """What it is reckoned from, as far as it can be read; None where it was not asked for."""
        told: dict[str, Any] = {name: self.cleaned_data.get(name) for name in self.parts_named}
        if any(told[name] is None for name in ("contacts", "days", "severity")) or self.errors.keys() & set(told):
            return None
        return Parts(**told)

    def reckon_anew(self) -> bool:
        """Turn what was typed into an empty form that begins with it, and with the sum that it should be worth.

        False, and the form as it is, where a part cannot be read.
        """
        self.is_valid()
        parts, currency = self.parts(), self.cleaned_data.get("currency")
        if parts is None or not currency:
            return False
        try:
            self.reckoning = reckoned(parts, currency, edition())
        except Invalid as error:
            self.add_error(error.field, error.sentence)
            return False
        typed = {name: self.data.get(self.add_prefix(name)) for name in self.fields}
        sum_ = {"amount": self.reckoning.least} if self.reckoning else {}
        self.initial, self.is_bound = {**self.initial, **typed, **sum_}, False
        self.full_clean()  # nothing is wrong with an empty form
        return True

    def clean(self) -> dict[str, Any]:
        """Ask for the sum of what is worth one, and in which currency."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        told["parts"] = self.parts()
        if not told.get("kind") or not is_tangible(told["kind"]):
            return told
        if told.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", gettext("Please say what it is worth."))
        if not told.get("currency") and "currency" not in self.errors:
            self.add_error("currency", gettext("Nothing worth money can be offered without a currency."))
        return told


_ASKED: Final = ("failure_type", "service_standard", "complainer", "following", "unit")


class ReassessForm(StepForm):
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        choices=Severity.choices,
        coerce=lambda typed: Severity(int(typed)),
        widget=forms.RadioSelect,
    )
    failure_type = forms.TypedChoiceField(
        label=_("Failure type"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    service_standard = forms.TypedChoiceField(
        label=_("Promise that was missed"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    complainer = forms.ChoiceField(
        label=_("Kind of complainer"), required=False, choices=[("", _("not judged")), *Complainer.choices]
    )
    following = forms.IntegerField(
        label=_("People who follow the customer in public"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
        help_text=_("Such as on social media, as far as it is known."),
    )
    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None, widget=LongSelect)
    to_current = forms.BooleanField(
        label=_("Hold it to the standard that is in force now"),
        required=False,
        help_text=_(
            "It is held to an older one, which it was promised. Another severity, failure or unit does the same."
        ),
    )

    def offer(self, case: Case, *, by: Employee, at: datetime) -> None:
        """Offer what this case could be judged as, beginning with what it is; what leaves no choice is not asked."""
        self.initial.update(model_to_dict(case, fields=["severity", *_ASKED]))
        kind, missed = case.failure_type, case.service_standard
        self._offer("failure_type", failure_types(), [(kind.pk, name_of(kind)) if kind else ("", _("Not known yet"))])
        nothing = [(NONE_MISSED, _("None that we know of")), *([(missed.pk, missed.name)] if missed else [])]
        self._offer("service_standard", service_standards(), nothing)
        self._offer("unit", units(by, also=str(case.unit_id)), [])
        if not is_held_to_another(case):
            del self.fields["to_current"]

    def _offer(self, name: str, offered: list[Any], first: list[Any]) -> None:
        """Offer a list, and before it what is not in it; without a choice, no question."""
        listed = {pk for one, under in offered for pk, _n in (under if isinstance(under, list) else [(one, under)])}
        before = [one for one in first if one[0] not in listed]
        if len(before) + len(listed) > 1:
            cast("forms.ChoiceField", self.fields[name]).choices = [*before, *offered]
        else:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """What the verb needs; what was not asked stays as it is."""
        told = super().clean() or {}
        asked = [name for name in ("severity", *_ASKED, "to_current") if name in told and name in self.data]
        return {**told, "judgement": Judgement(**{name: told[name] for name in asked})}


class DuplicateForm(StepForm):
    original = Line(
        label=_("Reference of the complaint that goes on"),
        max_length=40,
        error_messages={"required": _("Please give the reference of the other complaint, such as C-7K3M9QXR.")},
    )


class LinkForm(StepForm):
    other = Line(
        label=_("Reference of the other complaint"),
        max_length=40,
        error_messages={"required": _("Please give the reference of the other complaint, such as C-7K3M9QXR.")},
    )


class PartForm(LinkForm, ReasonForm):
    field_order = ("other", "reason")

    def offer(self, case: Case, *, by: Employee, at: datetime) -> None:
        """Begin with the one that was linked last."""
        self.initial["other"] = next((one.reference for one in linked_with(case, seen_by=by)), "")


@dataclass(frozen=True, slots=True)
class Step:
    """How a move is offered and done. `verb` takes the reference and the named facts, `fields` come from the form.

    A step that `foresees` tells what it would change before it is taken. One that is drawn `on_demand` has much to
    choose from, and is asked for by a page of its own. One that is `rare` is folded away under “More”.
    """

    verb: Callable[..., Any]
    icon: str
    done: Promise | Callable[[Any], str]
    explains: Promise | str = ""
    form: type[StepForm] = StepForm
    fields: tuple[str, ...] = ()
    checks_version: bool = True
    primary: bool = False
    fields_template: str = "desk/_fields.html"
    foresees: Callable[..., Judged] | None = None
    on_demand: bool = False
    rare: bool = False

    @property
    def has_foresight(self) -> bool:
        """Whether the page can tell what it would change; a template would call `foresees`."""
        return self.foresees is not None

    def take(self, reference: str, told: dict[str, Any], *, by: Employee, at: datetime) -> str:
        """Call the verb and say what is done; a page without a readable version counts as an old one."""
        facts = {name: told[name] for name in self.fields}
        if "attachments" in facts:
            facts["files"] = facts.pop("attachments")
        if self.checks_version:
            facts["seen_version"] = told.get("version") or 0
        done = self.verb(reference, by=by, at=at, **facts)
        return self.done(done) if callable(self.done) else str(self.done)


def _offer(
    reference: str, *, kind: str, amount: Decimal | None, currency: str, on_the_spot: bool, proof: str, **facts: Any
) -> Remedy:
    when = {name: facts.pop(name) for name in ("by", "at", "seen_version", "submission")}
    sum_ = None if amount is None else Money(amount, currency)
    what = RemedyFacts(kind=kind, amount=sum_, proof=proof if on_the_spot else None, **facts)
    return propose_remedy(reference, what, **when)


def what_became_of(remedy: Remedy) -> str:
    """Say what happened to a proposal: offered already, or whose decision it waits for."""
    if remedy.status == RemedyStatus.FULFILLED:
        return gettext("Given to the customer: %(remedy)s.") % {"remedy": words_of(remedy)}
    if remedy.status != RemedyStatus.AWAITING:
        return gettext("The customer is offered: %(remedy)s.") % {"remedy": words_of(remedy)}
    asked = last_requests([remedy])[remedy.pk].asked_of
    if asked is None:
        return gettext("Nobody's authority covers this now. It waits, and the administrators are told.")
    return gettext("%(name)s is asked to approve it. The customer hears of it once it is approved.") % {
        "name": asked.name
    }


STEPS: Final[dict[Move, Step]] = {
    Move.ACKNOWLEDGE: Step(
        acknowledge,
        icon="check",
        done=_("The customer is told that you have read the complaint."),
        explains=_("The customer is told that a person has read the complaint and looks after it."),
        primary=True,
    ),
    Move.TAKE: Step(
        take,
        icon="hand",
        done=_("The complaint is yours now."),
        explains=_("You become responsible for this complaint."),
    ),
    Move.RESOLVE: Step(
        resolve,
        icon="handshake",
        done=_("Your proposal is on its way to the customer."),
        explains=_("The customer reads this and says whether it is solved. The clock stands still until then."),
        form=WriteForm,
        fields=("text", "submission"),
        primary=True,
    ),
    Move.CONFIRM: Step(
        confirm_solved,
        icon="badge-check",
        done=_("The complaint is closed as solved."),
        explains=_("Put right on the spot: say what was done. The customer gets it in writing and can still object."),
        form=WriteForm,
        fields=("text", "submission"),
    ),
    Move.WRITE: Step(
        write_to_customer,
        icon="mail",
        done=_("Your message is on its way to the customer."),
        explains=_("The customer gets this by e-mail and sees it on the tracking page."),
        form=WriteWithFilesForm,
        fields=("text", "attachments", "submission"),
    ),
    Move.ASK: Step(
        ask_customer,
        icon="circle-question-mark",
        done=_("Your question is on its way; the clock stands still until the customer answers."),
        explains=_("The clock stands still until the customer answers."),
        form=WriteForm,
        fields=("text", "submission"),
    ),
    Move.PROPOSE_REMEDY: Step(
        _offer,
        icon="gift",
        done=what_became_of,
        form=OfferForm,
        fields=("kind", "amount", "currency", "words", "on_the_spot", "proof", "reason", "parts", "submission"),
        primary=True,
        fields_template="desk/_offer_fields.html",
    ),
    Move.NOTE: Step(
        write_note,
        icon="sticky-note",
        done=_("The note is kept."),
        explains=_("For colleagues only; the customer never sees it."),
        form=NoteForm,
        fields=("text", "attachments", "submission"),
        checks_version=False,
    ),
    Move.ASSIGN: Step(
        assign,
        icon="user-check",
        done=_("The complaint is in other hands, and they were told."),
        explains=_("Your colleague is told, and the customer sees who looks after the complaint."),
        form=AssignForm,
        fields=("to",),
    ),
    Move.ESCALATE: Step(
        escalate,
        icon="arrow-up-from-line",
        done=_("The complaint was handed up the ladder."),
        explains=_("The next tier becomes responsible and reads your reason. You keep sight of the complaint."),
        form=ReasonForm,
        fields=("reason", "submission"),
    ),
    Move.STEP_DOWN: Step(
        step_down,
        icon="arrow-down-to-line",
        done=_("The complaint was sent back with your guidance."),
        explains=_("Goes back one step of the ladder; whoever gets it reads your guidance."),
        form=ReasonForm,
        fields=("reason", "submission"),
        rare=True,
    ),
    Move.REASSESS: Step(
        reassess,
        icon="scale",
        done=_("The complaint is assessed anew."),
        explains=_(
            "Open deadlines are reckoned anew from their own start. The customer is not told of this by itself."
        ),
        form=ReassessForm,
        fields=("judgement",),
        foresees=foresee,
        on_demand=True,
        rare=True,
    ),
    Move.REOPEN: Step(
        reopen,
        icon="rotate-ccw",
        done=_("The complaint is open again."),
        explains=_("The complaint is open again and its clock runs. The customer is told."),
        form=ReasonForm,
        fields=("reason", "submission"),
    ),
    Move.WITHDRAW: Step(
        withdraw,
        icon="circle-x",
        done=_("The complaint is closed at the customer's wish."),
        explains=_(
            "Closes the complaint at the customer's wish; what was offered and not accepted goes with it. "
            "Say how they told us."
        ),
        form=ReasonForm,
        fields=("reason", "submission"),
        rare=True,
    ),
    Move.MARK_DUPLICATE: Step(
        mark_duplicate,
        icon="copy",
        done=_("The complaint is closed as a duplicate."),
        explains=_(
            "Closes this complaint; the other one carries the matter on. What waits for approval here is withdrawn."
        ),
        form=DuplicateForm,
        fields=("original",),
        rare=True,
    ),
    Move.UNMARK_DUPLICATE: Step(
        unmark_duplicate,
        icon="undo-2",
        done=_("The complaint goes on as it was."),
        explains=_(
            "Takes the mark back: the complaint goes on as it was, and its deadlines with it. The customer is told. "
            "What was withdrawn with the mark is to be proposed anew. Say why."
        ),
        form=ReasonForm,
        fields=("reason",),
    ),
    Move.LINK_FAILURE: Step(
        link_failure,
        icon="link",
        done=_("Noted: both complaints are about the same failure."),
        explains=_(
            "For two complaints that each go on, about one and the same failure. What is given for it on either "
            "counts together; the customers see nothing of this."
        ),
        form=LinkForm,
        fields=("other",),
        rare=True,
    ),
    Move.PART_FAILURE: Step(
        part_failure,
        icon="unlink",
        done=_("Noted: these are two failures, each with a cap of its own."),
        explains=_("From now on what is given counts for each complaint by itself. Say why."),
        form=PartForm,
        fields=("other", "reason"),
        on_demand=True,
        rare=True,
    ),
}
