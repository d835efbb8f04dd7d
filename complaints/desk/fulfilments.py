"""Fulfilment: what systems outside were told to give to customers, what became of it, and once more for what failed."""

from __future__ import annotations

from django import forms
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from complaints.common.errors import PageNotPermitted
from complaints.desk.fields import Styled
from complaints.desk.request import at_desk
from complaints.fulfilment.models import OrderState
from complaints.fulfilment.queries import orders_seen_by, resting
from complaints.handling.offer_remedy import words_of
from complaints.handling.retry_order import retry_order, settle_order
from complaints.staff.permissions import Permission, may

TONES = {
    OrderState.DONE: "tag-ok",
    OrderState.FAILED: "tag-danger",
    OrderState.RECALL: "tag-danger",
    OrderState.RETRY: "tag-warn",
    OrderState.TAKEN: "tag-info",
}


class StateForm(Styled):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("To look after")), *OrderState.choices])


@require_safe
def fulfilments(request: HttpRequest) -> HttpResponse:
    """List the orders on complaints one sees, newest first; to begin with those that somebody has to look after."""
    employee = at_desk(request).user
    if not may(employee, Permission.VIEW):
        raise PageNotPermitted(permission=Permission.VIEW)
    form = StateForm(request.GET)
    state = form.cleaned_data.get("state", "") if form.is_valid() else ""
    page = orders_seen_by(employee, state=state, after=request.GET.get("after", ""))
    context = {
        "form": form,
        "listed": [(one, words_of(one.remedy), TONES.get(OrderState(one.state), "")) for one in page.orders],
        "next_key": page.next_key,
        "resting": resting(),
        "may_retry": may(employee, Permission.RETRY_ORDER),
    }
    return render(request, "desk/fulfilments.html", context)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an order once more that failed for good."""
    if retry_order(pk, by=at_desk(request).user, at=timezone.now()):
        notices.success(request, gettext("The order is queued again."))
    else:
        notices.info(request, gettext("The order had not failed; nothing was changed."))
    return redirect("desk:fulfilments")


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that what had been sent was called back."""
    if settle_order(pk, by=at_desk(request).user, at=timezone.now()):
        notices.success(request, gettext("It is noted as called back."))
    else:
        notices.info(request, gettext("There was nothing to call back; nothing was changed."))
    return redirect("desk:fulfilments")
