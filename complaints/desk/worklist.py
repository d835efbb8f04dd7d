"""The worklist: what is due first, of mine, of my unit's, of nobody's, of all I see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from complaints.cases.models import Case
from complaints.cases.queries import Page, Whose, worklist
from complaints.cases.saved import saved_by
from complaints.desk import search
from complaints.desk.filters import FilterForm
from complaints.desk.request import at_desk

TABS: tuple[tuple[Whose, Promise], ...] = (
    (Whose.MINE, _("Mine")),
    (Whose.UNIT, _("My unit's")),
    (Whose.UNASSIGNED, _("Unassigned")),
    (Whose.ALL, _("All I see")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for in the address of the worklist, and the page of it that was found."""

    page: Page
    form: FilterForm
    whose: Whose


@require_safe
def worklist_page(request: HttpRequest) -> HttpResponse:
    """Show one page of the worklist, or what a search found."""
    if search.is_asked(request):
        return search.results(request)
    asked = asked_for(request)
    context = {
        "page": asked.page,
        "form": asked.form,
        "saved": saved_by(at_desk(request).user),
        "whose": asked.whose,
        "tabs": TABS,
        "state": state_of(asked.page.cases),
    }
    return render(request, "desk/worklist.html", context)


def asked_for(request: HttpRequest) -> Asked:
    """Read the address of a worklist, and find its page."""
    employee = at_desk(request).user
    whose = Whose(asked) if (asked := request.GET.get("whose", "")) in list(Whose) else Whose.ALL
    form = FilterForm(employee, request.GET)
    after = request.GET.get("after", "")
    return Asked(worklist(employee, form.filters(whose), after=after), form, whose)


def state_of(cases: Sequence[Case]) -> str:
    """Which cases a page shows and as they were: tells one state of a list from the next."""
    return "-".join(f"{case.pk}.{case.version}" for case in cases)
