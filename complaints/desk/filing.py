"""File a complaint in one screen, with the customer on the phone."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from phonenumber_field.formfields import PhoneNumberField

from complaints.cases.models import Channel, Mood
from complaints.cases.queries import Story, story_of
from complaints.common.errors import FilingNotYours, Invalid
from complaints.common.words import clean_line
from complaints.customers.models import Customer, Language
from complaints.customers.records import CustomerFacts
from complaints.desk import kept
from complaints.desk.choices import failure_types, languages, service_standards, units
from complaints.desk.fields import Files, Line, LongSelect, Styled, Words
from complaints.desk.lookup import look_up, one_customer
from complaints.desk.request import at_desk
from complaints.handling.file_complaint import ComplaintFacts, Filed, file_complaint
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require
from complaints.standards.models import Severity

OFFERED_CHANNELS: Final = [choice for choice in Channel.choices if "referral" not in choice[0]]
OF_A_NEW_CUSTOMER: Final = ("name", "company", "email", "phone", "preferences")
"""What is typed for somebody new. The language is not among them: it stands filled in."""


class FilingForm(Styled):
    """A complaint as it is told: who, what, where, when, how bad."""

    look = Line(label=_("Find the customer"), required=False, max_length=200)
    customer = forms.IntegerField(required=False, min_value=1)
    name = Line(label=_("Name"), required=False, max_length=160)
    company = Line(label=_("Company"), required=False, max_length=160)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    phone = PhoneNumberField(label=_("Telephone"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=languages)

    preferences = Words(
        label=_("Preferences"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    what_happened = Words(label=_("What went wrong"), error_messages={"required": _("Please say what went wrong.")})
    wanted = Words(label=_("What the customer asks for"), required=False)
    failure_type = forms.TypedChoiceField(
        label=_("Failure type"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=LongSelect,
        error_messages={"invalid_choice": _("This failure type is not in the catalogue.")},
    )
    service_standard = forms.TypedChoiceField(
        label=_("Promise that was missed"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    channel = forms.ChoiceField(label=_("How it came to us"), choices=OFFERED_CHANNELS)
    occurred_at = forms.DateTimeField(
        label=_("When it happened"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Please give a date and a time, such as 2026-05-17 14:30.")},
    )
    place = Line(label=_("Where it happened"), required=False, max_length=200)
    severity = forms.TypedChoiceField(
        label=_("Severity, if not as usual for this failure"),
        required=False,
        choices=Severity.choices,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    mood = forms.TypedChoiceField(
        label=_("How upset"),
        choices=Mood.choices,
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int, widget=LongSelect)
    attachments = Files(label=_("Files"), required=False)
    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, employee: Employee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("Not known yet")), *failure_types()]
        cast("forms.ChoiceField", self.fields["failure_type"]).choices = offered
        if promises := service_standards():
            cast("forms.ChoiceField", self.fields["service_standard"]).choices = [("", "—"), *promises]
        else:
            del self.fields["service_standard"]
        cast("forms.ChoiceField", self.fields["unit"]).choices = units(employee, also=str(employee.unit_id))

    def clean(self) -> dict[str, Any]:
        """Ask for one customer: somebody on file, or a new one with a name."""
        facts = super().clean() or {}
        if not {"customer", "name"} & set(self.errors):
            if not facts.get("customer") and not facts.get("name"):
                self.add_error("look", _("Please choose a customer, or enter a new one."))
            elif facts.get("customer") and any(facts.get(name) for name in OF_A_NEW_CUSTOMER):
                self.add_error("look", _("You chose a customer and entered a new one. Please keep only one of them."))
        return facts

    def facts(self) -> ComplaintFacts:
        """What the verb needs."""
        told = self.cleaned_data
        new = CustomerFacts(
            name=told["name"],
            company=told["company"],
            email=told["email"],
            phone=str(told["phone"] or ""),
            language=told["language"] or Language.ENGLISH,
            preferences=told["preferences"],
        )
        return ComplaintFacts(
            customer=told["customer"] or new,
            **{
                name: told[name] for name in ("what_happened", "wanted", "failure_type", "occurred_at", "place", "unit")
            },
            channel=Channel(told["channel"]),
            severity=Severity(told["severity"]) if told["severity"] else None,
            mood=Mood(told["mood"]) if told["mood"] else None,
            service_standard=told.get("service_standard"),
            submission=told["submission"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
def new_complaint(request: HttpRequest) -> HttpResponse:
    """Show the empty form, or take a filled one; without scripts the look-up is a round trip of the same form."""
    employee = at_desk(request).user
    require(employee, Permission.FILE, FilingNotYours)
    if request.method != "POST":
        typed = kept.typed_before(request, at=timezone.now())
        form = FilingForm(employee, typed) if typed else FilingForm(employee, initial=_beginning(request, employee))
        return _page(request, form)
    if "look_up" in request.POST:
        form = FilingForm(employee, request.POST)
        form.is_valid()
        form.errors.clear()  # it is not being sent yet
        return _page(request, form)
    form = FilingForm(employee, request.POST, request.FILES)
    filed = _file(form, employee) if form.is_valid() else None
    if filed is None:
        return _page(request, form, status=400)
    if not filed.is_new and filed.case.what_happened != form.cleaned_data["what_happened"]:
        return _page(request, _renewed(request.POST, employee), status=409, sent_as=filed.case.reference)
    messages.success(request, gettext("Complaint %(reference)s is filed.") % {"reference": filed.case.reference})
    return redirect("desk:complaint", reference=filed.case.reference)


@require_safe
def find_customer(request: HttpRequest) -> HttpResponse:
    """The customers that what is typed so far leads to, as choices, and what we know of the chosen one; for htmx."""
    employee = at_desk(request).user
    choice = _choice(employee, request.GET.get("look", ""), request.GET.get("customer"), looking=True)
    return render(request, "desk/_found_and_known.html", {**choice, "story": _story(choice["chosen"], employee)})


@require_safe
def known_customer(request: HttpRequest) -> HttpResponse:
    """What we know of the chosen customer, beside the form; for htmx."""
    employee = at_desk(request).user
    chosen = _chosen(request.GET.get("customer"))
    return render(request, "desk/_known.html", {"story": _story(chosen, employee)})


def _file(form: FilingForm, employee: Employee) -> Filed | None:
    try:
        return file_complaint(form.facts(), by=employee, at=timezone.now(), files=form.cleaned_data["attachments"])
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None


def _page(request: HttpRequest, form: FilingForm, *, status: int = 200, sent_as: str = "") -> HttpResponse:
    employee = at_desk(request).user
    looking = "look_up" in request.POST
    choice = _choice(employee, form["look"].value() or "", form["customer"].value(), looking=looking)
    context = {
        "form": form,
        **choice,
        "story": _story(choice["chosen"], employee),
        "files_lost": bool(request.FILES),
        "new_open": any(form[name].value() or form[name].errors for name in OF_A_NEW_CUSTOMER),
        "sent_as": sent_as,
    }
    return render(request, "desk/new_complaint.html", context, status=status)


def _beginning(request: HttpRequest, employee: Employee) -> dict[str, Any]:
    return {
        "customer": clean_line(request.GET.get("customer", "")),
        "channel": Channel.PHONE,
        "unit": employee.unit_id,
        "language": get_language(),
        "submission": str(uuid4()),
    }


def _renewed(typed: QueryDict, employee: Employee) -> FilingForm:
    """The same words under a new key: the form was sent before, with other words."""
    fields = typed.copy()
    fields["submission"] = str(uuid4())
    return FilingForm(employee, fields)


def _choice(employee: Employee, look: str, customer: object, *, looking: bool) -> dict[str, Any]:
    """Whom to choose from. While one is still looking, a choice that the words have left behind is dropped again."""
    found = look_up(employee, look)
    chosen = _chosen(customer)
    if looking and chosen not in found:
        chosen = found[0] if len(found) == 1 else None
    if chosen is not None:
        found = [chosen, *(one for one in found if one != chosen)]
    return {"found": found, "chosen": chosen, "looked": bool(clean_line(look))}


def _chosen(customer: object) -> Customer | None:
    return one_customer(str(customer or ""))


def _story(customer: Customer | None, employee: Employee) -> Story | None:
    return None if customer is None else story_of(customer, seen_by=employee)
