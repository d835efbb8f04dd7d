"""What a search found, and the searches people keep."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from complaints.cases.excerpts import excerpts
from complaints.cases.models import SavedSearch
from complaints.cases.saved import one_saved, saved_by
from complaints.cases.search import Narrowing, Order, find
from complaints.cases.states import Status
from complaints.causes import search as causes
from complaints.common.errors import Invalid
from complaints.common.words import clean_line
from complaints.desk.fields import Day
from complaints.desk.filters import FilterForm
from complaints.desk.request import at_desk
from complaints.handling.drop_search import drop_search
from complaints.handling.keep_search import keep_search

LONGEST: Final = 200
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2999, 12, 31)
NOT_CLOSED: Final = "not_closed"
ORDERS: Final = ((Order.BEST, gettext_lazy("Best first")), (Order.NEWEST, gettext_lazy("Newest first")))


class SearchForm(FilterForm):
    """What a search is narrowed to; a value that makes no sense narrows nothing and is named beside its field."""

    since = Day(label=gettext_lazy("Filed from"), required=False)
    until = Day(label=gettext_lazy("Filed until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        any_status = [("", gettext_lazy("Any")), (NOT_CLOSED, gettext_lazy("Not closed")), *Status.choices]
        del self.fields["tier"]  # who has it changes too often to be part of an index
        self.fields["status"] = forms.ChoiceField(
            label=gettext_lazy("Status"),
            required=False,
            choices=any_status,
            widget=forms.Select(attrs={"class": "form-select"}),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or lies where no calendar of ours goes."""
        told = {**(super().clean() or {})}
        since, until = told.get("since"), told.get("until")
        for name, day in (("since", since), ("until", until)):
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, _("No complaint is that old, or that new."))
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        return told

    def narrowing(self) -> Narrowing:
        """The filters as the noun takes them; days begin in the zone of whoever asks."""
        self.is_valid()
        told = dict(self.cleaned_data)
        status, since, until = told.pop("status", ""), told.pop("since", None), told.pop("until", None)
        return Narrowing(
            **told,
            status="" if status == NOT_CLOSED else status,
            is_closed=False if status == NOT_CLOSED else None,
            since=_beginning(since),
            until=_beginning(until and until + timedelta(days=1)),
        )


FIELDS: Final = ("q", "order", *(name for name in SearchForm.base_fields if name != "tier"))
"""What of an address belongs to a search, and is kept with it; the rest says which page of it is looked at."""
PLACES: Final = ("after", "back")


def is_asked(request: HttpRequest) -> bool:
    """Whether the address of the worklist is that of a search."""
    return bool(clean_line(request.GET.get("q", "")))


def results(
    request: HttpRequest, *, saved: SavedSearch | None = None, name: str = "", refusal: str = "", status: int = 200
) -> HttpResponse:
    """Show a page of what was found, with where it stands; a saved search asks what was kept with it."""
    employee, asked = at_desk(request).user, _asked(request, saved)
    query = clean_line(asked.get("q", ""))[:LONGEST]
    form = SearchForm(employee, asked)
    order = Order(chosen) if (chosen := str(asked.get("order", ""))) in list(Order) else Order.BEST
    places = {name: clean_line(asked.get(name, "")) for name in PLACES}
    page = find(employee, query, form.narrowing(), order=order, **places)
    shown = excerpts(page.cases, page.asked)
    context = {
        "page": page,
        "rows": [(case, shown[case.pk]) for case in page.cases],
        "only_excludes": bool(page.asked.terms) and not page.asked.wanted,
        "causes": [] if form.used() or any(places.values()) else causes.find(employee, page.asked),
        "form": form,
        "query": query,
        "order": order,
        "orders": ORDERS,
        "search": saved,
        "saved": saved_by(employee),
        "kept": [(field, value) for field in FIELDS if (value := asked.get(field))],
        "name": name,
        "refusal": refusal,
    }
    return render(request, "desk/search.html", context, status=status)


@require_safe
def saved_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what one of one's own searches finds now."""
    return results(request, saved=one_saved(at_desk(request).user, pk))


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a search under a name; one that cannot be kept is shown again with what was typed."""
    name = request.POST.get("name", "")
    asked = {field: value[:LONGEST] for field in FIELDS if (value := clean_line(request.POST.get(field, "")))}
    try:
        kept = keep_search(name, asked, by=at_desk(request).user, at=timezone.now())
    except Invalid as error:
        return results(request, name=name, refusal=error.sentence, status=error.status)
    messages.success(request, _("Kept: you find it on your worklist, and nobody else does."))
    return redirect("desk:saved_search", pk=kept.pk)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one of one's own searches."""
    name = drop_search(pk, by=at_desk(request).user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return redirect("desk:worklist")


def _asked(request: HttpRequest, saved: SavedSearch | None) -> QueryDict:
    """What is asked for: in the address, in the form that keeps it, or in a saved search with another order or page."""
    if saved is None:
        return request.POST if request.method == "POST" else request.GET
    asked = QueryDict(mutable=True)
    changed = {name: request.GET[name] for name in (*PLACES, "order") if name in request.GET}
    asked.update({**saved.asked, **changed})
    return asked


def _beginning(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time.min))
