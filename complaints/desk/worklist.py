"""The worklist: what is due first, of mine, of my unit's, of nobody's, of all I see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from complaints.cases import search
from complaints.cases.models import Case, Channel
from complaints.cases.queries import Filters, Page, Whose, worklist
from complaints.cases.states import Status
from complaints.common.words import clean_line
from complaints.desk.choices import failure_filters, units
from complaints.desk.fields import Line, LongSelect, Styled
from complaints.desk.request import at_desk
from complaints.staff.models import Employee, Tier
from complaints.standards.models import Severity

TABS: tuple[tuple[Whose, Promise], ...] = (
    (Whose.MINE, _("Mine")),
    (Whose.UNIT, _("My unit's")),
    (Whose.UNASSIGNED, _("Unassigned")),
    (Whose.ALL, _("All I see")),
)


class FilterForm(Styled):
    """What the list is narrowed to; a value that does not exist narrows nothing and is named beside its field."""

    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("Not closed")), *Status.choices])
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("Any")), *Tier.choices])
    severity = forms.TypedChoiceField(
        label=_("Severity"), required=False, choices=[("", _("Any")), *Severity.choices], coerce=int, empty_value=None
    )
    failure_type = forms.TypedChoiceField(
        label=_("Failure type"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("Any")), *Channel.choices])
    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None, widget=LongSelect)

    def __init__(self, employee: Employee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["failure_type"].choices = [("", _("Any")), *failure_filters()]  # type: ignore[attr-defined]
        asked = self.data.get("unit", "")
        self.fields["unit"].choices = [("", _("Any")), *units(employee, also=asked)]  # type: ignore[attr-defined]

    def filters(self, whose: Whose) -> Filters:
        """The filters as the noun takes them."""
        self.is_valid()
        return Filters(whose=whose, **self.cleaned_data)

    def used(self) -> int:
        """How many filters narrow the list."""
        self.is_valid()
        return sum(value not in {"", None} for value in self.cleaned_data.values())


class SearchForm(forms.Form):
    q = Line(required=False, max_length=200)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for in the address of the worklist, and the page of it that was found."""

    page: Page
    form: FilterForm
    whose: Whose
    query: str


@require_safe
def worklist_page(request: HttpRequest) -> HttpResponse:
    """Show one page of the worklist, or what a search found."""
    asked = asked_for(request)
    context = {
        "page": asked.page,
        "form": asked.form,
        "query": asked.query,
        "whose": asked.whose,
        "tabs": TABS,
        "state": state_of(asked.page.cases),
    }
    return render(request, "desk/worklist.html", context)


def asked_for(request: HttpRequest) -> Asked:
    """Read the address of a worklist, and find its page."""
    employee = at_desk(request).user
    query = clean_line(request.GET.get("q", ""))[:200]
    whose = Whose(asked) if (asked := request.GET.get("whose", "")) in list(Whose) else Whose.ALL
    form = FilterForm(employee, request.GET)
    after = request.GET.get("after", "")
    page = Page(search.find(employee, query)) if query else worklist(employee, form.filters(whose), after=after)
    return Asked(page, form, whose, query)


def state_of(cases: Sequence[Case]) -> str:
    """Which cases a page shows and as they were: tells one state of a list from the next."""
    return "-".join(f"{case.pk}.{case.version}" for case in cases)
