"""The slip of paper for a customer without an e-mail address: how they follow their complaint."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints.cases.queries import one_visible
from complaints.common.moments import zone_words
from complaints.common.qr_codes import qr_svg
from complaints.desk.request import at_desk
from complaints.handling.hand_out_link import hand_out_link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slip(request: HttpRequest, reference: str) -> HttpResponse:
    """Mint a link and print it, in the customer's language. It is shown this once: what we keep has its hash."""
    employee = at_desk(request).user
    if request.method != "POST":
        return redirect("desk:complaint", reference=one_visible(employee, reference).reference)
    reference = one_visible(employee, reference).reference
    submission = request.POST.get("submission", "")[:64]
    case, token = hand_out_link(reference, by=employee, at=timezone.now(), submission=submission)
    link = f"{settings.BASE_URL}{reverse('portal:track', args=[token])}"
    note = _("The link is shown this once. If the paper is lost, print another.")
    shown = {"case": case, "link": link, "code": qr_svg(link), "note": note}
    shown["staff_language"] = translation.get_language()
    with translation.override(case.customer.language), timezone.override(ZoneInfo(case.unit.time_zone)):
        answer = render(request, "desk/slip.html", {**shown, "zone": zone_words(case.unit.time_zone)})
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
