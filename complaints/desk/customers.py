"""Customers: found as on the telephone, and each with what the viewer may know of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from complaints.cases.queries import cases_of, story_of
from complaints.common.errors import NotFound
from complaints.common.words import clean_line
from complaints.desk.lookup import look_up, one_customer
from complaints.desk.request import at_desk

MOST_FOUND = 25


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """Find customers by any part of name, company, e-mail, telephone, or by a reference."""
    query = clean_line(request.GET.get("q", ""))[:200]
    found = look_up(at_desk(request).user, query, limit=MOST_FOUND)
    return render(request, "desk/customers.html", {"query": query, "found": found})


@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer, and of their complaints those that the viewer may see."""
    employee = at_desk(request).user
    found = one_customer(str(pk))
    if found is None:
        raise NotFound
    after = clean_line(request.GET.get("after", ""))
    context = {
        "customer": found,
        "emails": list(found.emails.all()),
        "phones": list(found.phones.all()),
        "story": story_of(found, seen_by=employee),
        "page": cases_of(found, seen_by=employee, after=after),
        "after": after,
    }
    return render(request, "desk/customer.html", context)
