"""The profile steward's pages: files that could be one customer's, side by side; merges, and their undoing."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from complaints.cases.queries import filed_since, story_of
from complaints.common.errors import Invalid, NotFound, RecoveryError, StewardshipNotYours
from complaints.common.keyset import read_id
from complaints.common.words import clean_line
from complaints.customers import doubles, merging
from complaints.customers.doubles import Reason
from complaints.customers.models import Customer, Suspicion
from complaints.customers.records import file_of
from complaints.desk.lookup import look_up, one_customer
from complaints.desk.request import DeskRequest, at_desk
from complaints.handling.decide_double import name_double, tell_apart
from complaints.handling.merge_customers import may_merge, merge_customers
from complaints.handling.undo_merge import undo_merge
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require

MOST_FOUND: Final = 25
REASONS: Final = {reason.value: reason.label for reason in Reason}


@require_safe
def suspected(request: HttpRequest) -> HttpResponse:
    """List the files that could be one customer's, found last first."""
    _steward(request)
    page = doubles.open_ones(after=clean_line(request.GET.get("after", "")))
    rows = [(one, _reasons(one)) for one in page.suspicions]
    return render(request, "desk/doubles.html", {"rows": rows, "next_key": page.next_key})


@require_http_methods(["GET", "HEAD", "POST"])
def double(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two files side by side, or take what the steward decides: which of them goes on, or that they are two."""
    desk = _steward(request)
    found = doubles.one(pk)
    if request.method != "POST":
        return _side_by_side(request, found)
    if request.POST.get("choice") == "two":
        tell_apart(pk, by=desk.user, at=timezone.now())
        messages.success(request, _("Noted: these are two customers. Nobody is asked again."))
        return redirect("desk:doubles")
    goes_on = read_id(request.POST.get("goes_on", ""))
    if goes_on not in {found.first_id, found.second_id}:
        return _side_by_side(request, found, refusal=_("Please choose whose file goes on."), status=400)
    ends = found.second_id if goes_on == found.first_id else found.first_id
    try:
        merge_customers(goes_on, ends, by=desk.user, at=timezone.now())
    except (Invalid, StewardshipNotYours) as error:
        return _side_by_side(request, found, refusal=error.sentence, status=error.status)
    messages.success(request, _("Merged: everything is in this file now. It can be undone under “Merged files”."))
    return redirect("desk:customer", pk=goes_on)


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Look up another file of a customer, and put the two side by side."""
    desk = _steward(request)
    customer = one_customer(str(pk))
    if customer is None:
        raise NotFound
    query, refusal = clean_line(request.GET.get("q", ""))[:200], ""
    if request.method == "POST":
        try:
            other = read_id(request.POST.get("other", ""))
            named = name_double(customer.pk, other or 0, by=desk.user, at=timezone.now())
        except RecoveryError as error:
            refusal = error.sentence
        else:
            return redirect("desk:double", pk=named.pk)
    found = [one for one in look_up(desk.user, query, limit=MOST_FOUND) if one.pk != customer.pk]
    context = {"customer": customer, "query": query, "found": found, "refusal": refusal}
    return render(request, "desk/compare.html", context, status=409 if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what undoing a merge gives back, or undo it."""
    desk = _steward(request)
    found = merging.one(pk)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            undo_merge(pk, by=desk.user, at=timezone.now(), also=request.POST.getlist("also"))
        except RecoveryError as error:
            refusal, status = error.sentence, error.status
        else:
            messages.success(request, _("Undone: these are two customers again."))
            return redirect("desk:customer", pk=found.merged_id)
    context = {
        "merge": found,
        "file": file_of(found.merged),
        "since": filed_since(found.survivor, found.at, seen_by=desk.user, but=found.cases),
        "chosen": request.POST.getlist("also"),
        "can_undo": may_merge(desk.user, found.survivor, found.merged),
        "refusal": refusal,
    }
    return render(request, "desk/merge.html", context, status=status)


def _steward(request: HttpRequest) -> DeskRequest:
    desk = at_desk(request)
    require(desk.user, Permission.MERGE_CUSTOMERS, StewardshipNotYours)
    return desk


def _side_by_side(request: HttpRequest, found: Suspicion, *, refusal: str = "", status: int = 200) -> HttpResponse:
    employee = at_desk(request).user
    context = {
        "suspicion": found,
        "reasons": _reasons(found),
        "sides": [_side(one, employee) for one in (found.first, found.second)],
        "is_moved_on": any(one.merged_into_id is not None for one in (found.first, found.second)),
        "chosen": request.POST.get("goes_on", ""),
        "refusal": refusal,
    }
    return render(request, "desk/double.html", context, status=status)


def _side(customer: Customer, employee: Employee) -> dict[str, object]:
    return {"customer": customer, "file": file_of(customer), "story": story_of(customer, seen_by=employee)}


def _reasons(suspicion: Suspicion) -> list[str]:
    return [str(REASONS[reason]) for reason in suspicion.reasons if reason in REASONS]
