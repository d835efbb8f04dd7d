"""What customers accepted and do not have yet: a promise that is still open, also where the complaint is closed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from complaints.common.errors import PageNotPermitted
from complaints.common.words import clean_line
from complaints.desk.request import at_desk
from complaints.handling.offer_remedy import words_of
from complaints.remedies.queries import to_give
from complaints.staff.permissions import Permission, may


@require_safe
def to_give_page(request: HttpRequest) -> HttpResponse:
    """List what is still to be given in the units one sees, the oldest first."""
    employee = at_desk(request).user
    if not may(employee, Permission.FULFIL_REMEDY):
        raise PageNotPermitted(permission=Permission.FULFIL_REMEDY)
    page = to_give(employee, after=clean_line(request.GET.get("after", "")))
    rows = [(remedy, words_of(remedy)) for remedy in page.remedies]
    return render(request, "desk/to_give.html", {"rows": rows, "next_key": page.next_key})
