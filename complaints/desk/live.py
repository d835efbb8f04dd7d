"""What changes by itself while a page of the desk lies open: the counts of its frame, and its list. For htmx.

Every answer is empty (204) while everything is as the page shows it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from complaints.desk.context import counts_of
from complaints.desk.request import at_desk
from complaints.desk.worklist import asked_for, state_of

NAMED = 3  # new complaints that are named; more are counted


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """The counts of the frame, when one of them is another than the page shows."""
    now = counts_of(at_desk(request).user)
    if now.key == request.GET.get("shown"):
        return HttpResponse(status=204)
    return render(request, "desk/_live.html", {"counts": now})


@require_safe
def list_news(request: HttpRequest) -> HttpResponse:
    """What came to the page of the worklist that lies open, and how much of it is not as it was.

    `shown` is the state of the list as it was drawn, `told` as it was when somebody was last told of changes.
    """
    cases = asked_for(request).page.cases
    now, shown = state_of(cases), request.GET.get("shown", "")
    if now == request.GET.get("told", shown):
        return HttpResponse(status=204)
    were_here = {one.partition(".")[0] for one in shown.split("-")}
    came = [case for case in cases if str(case.pk) not in were_here]
    context = {
        "came": came[:NAMED],
        "more": len(came[NAMED:]),
        "changed": len(set(filter(None, shown.split("-"))) - set(now.split("-"))),
        "shown": shown,
        "told": now,
    }
    return render(request, "desk/_list_news.html", context)
