"""Causes: the lists, an investigation and its steps, and asking a department for one."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from complaints.causes.models import CauseCode, CauseEntry, Investigation
from complaints.causes.queries import (
    action_page,
    actions_of,
    cases_named_in,
    cases_of,
    departments,
    entries_of,
    hearing_page,
    hearings_in,
    investigation_for,
    investigation_page,
)
from complaints.common.errors import CausesNotYours, Invalid
from complaints.common.tokens import read_reference
from complaints.common.words import clean_line
from complaints.desk import kept
from complaints.desk.causes.investigation_steps import CHOOSE, INVESTIGATION_STEPS, WRITE
from complaints.desk.causes.stepping import NOTHING, Sent, is_offered, offered, take_step
from complaints.desk.causes.wording import told
from complaints.desk.choices import MOST_OFFERED, failure_types, tree
from complaints.desk.fields import Line, LongSelect, Styled, Words
from complaints.desk.insights.forms import asked_of
from complaints.desk.request import at_desk
from complaints.handling.open_investigation import MOST_CASES, InvestigationFacts, open_investigation
from complaints.insights import listing
from complaints.staff.permissions import Permission, require
from complaints.standards.models import BusinessCalendar

LISTS: Final = {
    "open": _("To be answered"),
    "closed": pgettext_lazy("causes", "Accepted"),
    "actions": _("Actions"),
    "no_effect": _("Without effect"),
    "ended": pgettext_lazy("corrective actions", "Ended"),
    "confidence": _("In confidence"),
}
"""The lists of the page, by the word in the address."""
MINUTES_OF_A_DAY: Final = 24 * 60


class AskForm(Styled):
    """What is asked of which department, about which complaints, and until when."""

    title = Line(label=_("What it is about"), max_length=160, error_messages=WRITE)
    question = Words(label=_("What is to be found out"), error_messages=WRITE)
    references = Words(
        label=_("Complaints"),
        error_messages={"required": _("Please name a complaint.")},
    )
    failure_type = forms.TypedChoiceField(
        label=_("Failure type"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    department = forms.TypedChoiceField(
        label=_("Department that answers"),
        coerce=int,
        widget=LongSelect,
        help_text=_("Never the one it happened in."),
        error_messages=CHOOSE,
    )
    days = forms.IntegerField(label=_("Days to answer"), min_value=1, max_value=366, initial=5)
    calendar = forms.TypedChoiceField(
        label=_("Counted in the open hours of"), required=False, coerce=int, empty_value=None
    )
    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, typed: QueryDict | None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(typed, initial=initial)
        # reckoned here: a sentence with a number in it would be fixed in the language of the start
        most = gettext("Their references, one a line or with commas; up to %(most)s.") % {"most": MOST_CASES}
        self.fields["references"].help_text = most
        calendars = BusinessCalendar.objects.order_by("name").values_list("pk", "name")
        choices: dict[str, list[Any]] = {
            "failure_type": [("", "—"), *failure_types()],
            "department": [("", "—"), *tree(departments())],
            "calendar": [("", gettext("every hour of the week")), *calendars[:MOST_OFFERED]],
        }
        for field, offered_here in choices.items():
            cast("forms.ChoiceField", self.fields[field]).choices = offered_here

    def facts(self) -> InvestigationFacts:
        """What was asked, for the verb."""
        asked = {**self.cleaned_data}
        named = asked.pop("references").replace(",", "\n").replace(";", "\n").split()
        return InvestigationFacts(references=named, minutes=asked.pop("days") * MINUTES_OF_A_DAY, **asked)


@require_safe
def causes(request: HttpRequest) -> HttpResponse:
    """List what is asked, planned, without effect or ended, and what concerns the reader in confidence."""
    employee, at = at_desk(request).user, timezone.now()
    show = request.GET.get("show", "")
    show = show if show in LISTS else "open"
    after = clean_line(request.GET.get("after", ""))
    page: Any
    if show == "confidence":
        page = hearing_page(employee, at=at, after=after)
    elif show in {"open", "closed"}:
        page = investigation_page(employee, closed=show == "closed", after=after)
    else:
        page = action_page(employee, state=show, after=after)
    context = {"page": page, "show": show, "lists": LISTS.items(), "at": at}
    return render(request, "desk/causes/causes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_investigation(request: HttpRequest) -> HttpResponse:
    """Ask a department for the cause of the complaints named in the address, or in the form."""
    employee = at_desk(request).user
    require(employee, Permission.INVESTIGATE, CausesNotYours)
    if request.method != "POST":
        typed = kept.typed_before(request, at=timezone.now())
        return _asking(request, AskForm(typed, initial=None if typed else _begin(request)), 200)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _asking(request, form, 400)
    try:
        found = open_investigation(form.facts(), by=employee, at=timezone.now())
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _asking(request, form, error.status)
    messages.success(request, gettext("%(name)s is asked.") % {"name": found.department.name})
    return redirect("desk:investigation", found.pk)


@require_safe
def investigation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was asked, the cause as it was found, and what is done about it."""
    return _page(request, investigation_for(at_desk(request).user, pk), NOTHING, 200)


@require_http_methods(["GET", "HEAD", "POST"])
def investigation_step(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Take one step with an investigation, or show its page with the form of the step open."""
    employee = at_desk(request).user
    found = investigation_for(employee, pk)

    def page(sent: Sent, status: int) -> HttpResponse:
        return _page(request, investigation_for(employee, pk), sent, status)

    return take_step(request, INVESTIGATION_STEPS, found, move, page=page, back="desk:investigation")


def _begin(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: the complaints of the address, or those of a number of the page of measures."""
    begun: dict[str, Any] = {"submission": str(uuid4())}
    if "label" not in request.GET:
        told = request.GET.getlist("complaint")[:MOST_CASES]
        return begun | {"references": "\n".join(reference for one in told if (reference := read_reference(one)))}
    employee = at_desk(request).user
    asked, _form = asked_of(employee, request.GET, at=timezone.now())
    cases = listing.page(employee, asked, size=MOST_CASES).cases
    word, _sep, kind = asked.label.partition(":")
    begun["failure_type"] = kind if word == "type" else ""
    return begun | {"references": "\n".join(case.reference for case in cases)}


def _asking(request: HttpRequest, form: AskForm, status: int) -> HttpResponse:
    return render(request, "desk/causes/new_investigation.html", {"form": form}, status=status)


def _page(request: HttpRequest, found: Investigation, sent: Sent, status: int) -> HttpResponse:
    employee, at = at_desk(request).user, timezone.now()
    steps = offered(INVESTIGATION_STEPS, found, employee, sent=sent, at=at)
    cases = cases_of(found, seen_by=employee)
    context = {
        "investigation": found,
        "bones": [(code.label, found.bones[code]) for code in CauseCode if found.bones.get(code)],
        "cases": cases,
        "others": cases_named_in(found, but=cases),
        "actions": actions_of(found, seen_by=employee),
        "hearings": hearings_in(found, seen_by=employee, at=at),
        "may_see_measures": listing.may_see_measures(employee, found.unit_id),
        "told": _told(entries_of(found)),
        "steps": steps,
        "sent": sent,
        "sent_is_offered": is_offered(sent, steps),
        "at": at,
    }
    return render(request, "desk/causes/investigation.html", context, status=status)


def _told(entries: list[CauseEntry]) -> list[tuple[CauseEntry, str]]:
    return [(entry, told(entry)) for entry in entries]
