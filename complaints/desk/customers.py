"""Customers: found as on the telephone, each with what the viewer may know of them, and their file kept right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from djmoney.money import Money

from complaints.cases.queries import cases_of, may_change, story_of
from complaints.cases.sentences import sentence_for_staff
from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound
from complaints.common.money import money_words
from complaints.common.words import clean_line
from complaints.customers.models import Customer, Purpose, Reach
from complaints.customers.records import LONGEST, CustomerFile, file_of, read_emails, read_phones
from complaints.desk import kept
from complaints.desk.choices import customer_groups, languages
from complaints.desk.fields import Amount, Hour, Line, Styled, Words
from complaints.desk.lookup import contacts_of, look_up, one_customer
from complaints.desk.request import at_desk
from complaints.handling.change_customer import change_customer, require_change
from complaints.handling.merge_customers import may_merge
from complaints.handling.note_consent import note_consent
from complaints.handling.offer_remedy import words_of
from complaints.handling.trust_address import trust_address
from complaints.insights.whole_customer import whole
from complaints.outbox.texts import language_name
from complaints.remedies.models import Remedy
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may

MOST_FOUND = 25


class CustomerForm(Styled):
    """What is on file, as it was when the page was drawn, and as it should be."""

    name = Line(label=_("Name"), max_length=LONGEST["name"])
    company = Line(label=_("Company"), required=False, max_length=LONGEST["company"])
    emails = Words(
        label=_("E-mail addresses"), required=False, help_text=_("One a line; the first one is where we write.")
    )
    phones = Words(label=_("Telephone numbers"), required=False, help_text=_("One a line."))
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    group = forms.ChoiceField(
        label=_("Customer group"),
        required=False,
        help_text=_(
            "Decides what is promised from now on. Open complaints keep what they have until they are assessed anew."
        ),
    )
    preferences = Words(label=_("Preferences"), required=False, max_length=LONGEST["preferences"])
    special_needs = Words(
        label=_("Special needs"),
        required=False,
        max_length=LONGEST["special_needs"],
        help_text=_("Only what the customer wants us to know, and with their consent."),
    )
    customer_since = forms.DateField(
        label=_("Customer since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    revenue = Amount(label=_("Revenue per year"), required=False)
    revenue_currency = Line(
        label=_("Currency of the revenue"), required=False, max_length=3, help_text=_("ISO code, such as USD.")
    )
    notes = Words(
        label=_("Notes"),
        required=False,
        max_length=LONGEST["notes"],
        help_text=_("For colleagues only; the customer never sees it."),
    )
    channel = forms.ChoiceField(
        label=_("Write by"),
        choices=Reach,
        help_text=_("An SMS goes to the first mobile number."),
    )
    quiet_from = Hour(label=_("No messages from"), required=False)
    quiet_until = Hour(
        label=_("Until"),
        required=False,
        help_text=_("On the clocks of the unit. What cannot wait is sent all the same."),
    )
    no_progress = forms.BooleanField(
        label=_("No messages on progress"),
        required=False,
        help_text=_("Answers, questions, offers and what closes a complaint are always sent."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, on_file: CustomerFile, typed: QueryDict | None = None, *, by: Employee) -> None:
        self._on_file = on_file
        super().__init__(typed, initial={**_as_typed(on_file), "seen": on_file.fingerprint})
        groups = customer_groups(also=on_file.group) if may(by, Permission.CHANGE_GROUP) else []
        if groups:
            cast("forms.ChoiceField", self.fields["group"]).choices = groups
        else:
            del self.fields["group"]
        if not settings.SMS:
            del self.fields["channel"]
        self.fields["name"].error_messages["required"] = gettext("Please say who the customer is.")

    def clean_emails(self) -> tuple[str, ...]:
        """The addresses, or a sentence that names the one that is none."""
        return _each(read_emails, self.cleaned_data["emails"])

    def clean_phones(self) -> tuple[str, ...]:
        """The numbers, or a sentence that names the one that is none."""
        return _each(lambda typed: read_phones(typed, kept=self._on_file.phones), self.cleaned_data["phones"])

    def file(self) -> CustomerFile:
        """What the verb needs."""
        told = self.cleaned_data
        worth = {} if told["revenue"] is not None else {"revenue_currency": ""}
        return replace(self._on_file, **{name: told[name] for name in told if name != "seen"} | worth)

    def on_file_instead(self) -> list[tuple[str, str]]:
        """What is on file where it is not as typed, by label: what a colleague has just written."""
        on_file = {**_as_typed(self._on_file), "language": language_name(self._on_file.language)}
        on_file = {name: "" if value is None else str(value) for name, value in on_file.items()}
        on_file["channel"] = str(Reach(self._on_file.channel).label)
        on_file["no_progress"] = gettext("Yes") if self._on_file.no_progress else gettext("No")
        return [(str(self[name].label), on_file[name]) for name in self.file().differs_in(self._on_file)]


class ConsentForm(Styled):
    """What a customer said they agree to, or not any more."""

    purpose = forms.ChoiceField(
        label=_("About"),
        choices=[("", "—"), *Purpose.choices],
        error_messages={"required": _("Please choose what it is about.")},
    )
    says = forms.ChoiceField(label=_("The customer"), choices=[("yes", _("agrees")), ("no", _("does not agree"))])
    words = Line(
        label=_("How they told us"),
        max_length=200,
        error_messages={"required": _("Please say how they told us, such as “on the telephone”.")},
    )


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """Find customers by any part of name, company, e-mail, telephone, or by a reference."""
    query = clean_line(request.GET.get("q", ""))[:200]
    found = look_up(at_desk(request).user, query, limit=MOST_FOUND)
    return render(request, "desk/customers.html", {"query": query, "found": found})


@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer, and of their complaints those that the viewer may see."""
    found = _customer(pk)
    if found.pk != pk:
        return redirect("desk:customer", pk=found.pk)
    return _whole(request, found, ConsentForm())


@require_POST
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Take down that the customer agrees to something, or does not any more."""
    form = ConsentForm(request.POST)
    found = _customer(pk)
    require_change(found, by=at_desk(request).user)
    if not form.is_valid():
        return _whole(request, found, form, status=400)
    told = form.cleaned_data
    try:
        note_consent(
            pk,
            purpose=told["purpose"],
            agrees=told["says"] == "yes",
            words=told["words"],
            by=at_desk(request).user,
            at=timezone.now(),
        )
    except Invalid as error:
        form.add_error(error.field, error.sentence)
        return _whole(request, found, form, status=error.status)
    messages.success(request, gettext("What the customer said is on file."))
    return redirect("desk:customer", pk=pk)


def _whole(request: HttpRequest, found: Customer, form: ConsentForm, *, status: int = 200) -> HttpResponse:
    employee = at_desk(request).user
    seen = whole(found, seen_by=employee)
    context = {
        "customer": found,
        "whole": seen,
        "given": [money_words(one) for one in seen.given],
        "cost": [money_words(one) for one in seen.cost],
        "contacts": [(one, sentence_for_staff(one)) for one in seen.contacts],
        "remedies": [(one, words_of(one), _cost_words(one)) for one in seen.remedies],
        "form": form,
        **contacts_of(found),
        "story": story_of(found, seen_by=employee),
        "page": cases_of(found, seen_by=employee, after=request.GET.get("after", "")),
        "can_change": may_change(employee, found),
        "can_merge": may_merge(employee, found),
    }
    return render(request, "desk/customer.html", context, status=status)


def _cost_words(remedy: Remedy) -> str:
    """What a remedy cost us, where that is known."""
    if remedy.cost is None or remedy.amount is None:
        return ""
    return money_words(Money(remedy.cost, remedy.amount.currency))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is on file to be written over, or take it; after a collision what was typed stands beside the news."""
    employee = at_desk(request).user
    found = _customer(pk)
    if found.pk != pk:
        return redirect("desk:customer", pk=found.pk)
    require_change(found, by=employee)
    if request.method != "POST":
        form = CustomerForm(file_of(found), kept.typed_before(request, at=timezone.now()), by=employee)
        return _page(request, found, form)
    form = CustomerForm(file_of(found), request.POST, by=employee)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    try:
        change_customer(pk, file=form.file(), by=employee, at=timezone.now(), seen=form.cleaned_data["seen"])
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, found, form, status=error.status)
    except ChangedMeanwhile as error:
        return _page(
            request,
            found,
            _redrawn(_customer(pk), request.POST, by=employee),
            collision=error.sentence,
            status=error.status,
        )
    messages.success(request, gettext("What is on file for this customer is changed."))
    return redirect("desk:customer", pk=pk)


@require_POST
def trust(request: HttpRequest, pk: int) -> HttpResponse:
    """Let mail go again to an address from which it came back."""
    address = clean_line(request.POST.get("address", ""))
    if trust_address(pk, address=address, by=at_desk(request).user, at=timezone.now()):
        messages.success(request, gettext("Mail goes to this address again."))
    return redirect("desk:customer", pk=pk)


def _page(
    request: HttpRequest, customer: Customer, form: CustomerForm, *, collision: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "customer": customer,
        "form": form,
        "collision": collision,
        "instead": form.on_file_instead() if collision and form.is_valid() else [],
    }
    return render(request, "desk/edit_customer.html", context, status=status)


def _redrawn(customer: Customer, typed: QueryDict, *, by: Employee) -> CustomerForm:
    """The same words on a page that has seen what is on file now: sent again, they are taken."""
    on_file = file_of(customer)
    fields = typed.copy()
    fields["seen"] = on_file.fingerprint
    return CustomerForm(on_file, fields, by=by)


def _customer(pk: int) -> Customer:
    found = one_customer(str(pk))
    if found is None:
        raise NotFound
    return found


def _as_typed(file: CustomerFile) -> dict[str, Any]:
    """A file as its form shows it: one address or number a line."""
    return {
        "name": file.name,
        "company": file.company,
        "emails": "\n".join(file.emails),
        "phones": "\n".join(file.phones),
        "language": file.language,
        "group": file.group,
        "preferences": file.preferences,
        "special_needs": file.special_needs,
        "customer_since": file.customer_since,
        "revenue": file.revenue,
        "revenue_currency": file.revenue_currency,
        "notes": file.notes,
        "channel": file.channel,
        "quiet_from": _hour(file.quiet_from),
        "quiet_until": _hour(file.quiet_until),
        "no_progress": file.no_progress,
    }


def _hour(told: time | None) -> str:
    return f"{told:%H:%M}" if told else ""


def _each(read: Callable[[Sequence[str]], tuple[str, ...]], typed: str) -> tuple[str, ...]:
    try:
        return read(typed.splitlines())
    except Invalid as error:
        raise forms.ValidationError(error.sentence) from error
