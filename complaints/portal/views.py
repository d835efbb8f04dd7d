"""The customer's door: file a complaint, follow it, answer, and say whether it is solved.

A GET or HEAD changes nothing here: mail scanners and browsers follow links before people do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from complaints.cases import attachments, links
from complaints.cases.models import Case
from complaints.cases.queries import timeline_of
from complaints.common.errors import ChangedMeanwhile, Invalid, MoveNotAllowed, NotFound, RemedyMovedOn, TopOfLadder
from complaints.common.moments import zone_words
from complaints.common.money import money_words
from complaints.common.qr_codes import qr_svg
from complaints.handling.answer_offer import answer_offer
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.climb_for_customer import climb_for_customer
from complaints.handling.file_complaint import file_complaint
from complaints.handling.hear_customer import hear_customer
from complaints.handling.keep_wishes import keep_wishes
from complaints.handling.reopen_for_customer import may_open_again, reopen_for_customer
from complaints.handling.send_link import send_link
from complaints.portal.errors import View, shows_errors
from complaints.portal.forms import AnswerForm, ClimbForm, ComplaintForm, LinkForm, RemedyForm, VerdictForm, WishesForm
from complaints.portal.gifts import gifts_of, voucher_on
from complaints.portal.guard import TOO_LARGE, Refusal, refusal, wished_language
from complaints.portal.standing import offer_of, offered_to, standing_of, story_of
from complaints.portal.throttle import Deed
from complaints.staff.queries import catch_all

log = structlog.get_logger(__name__)
P = ParamSpec("P")
F = TypeVar("F", bound=Form)
FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])


class SeeOther(HttpResponseRedirect):
    """Go on with a GET: reloading the page that comes sends nothing twice."""

    status_code = 303


def secret(view: View[P]) -> View[P]:
    """Keep a page whose address is a secret out of caches and search engines, and its address with us.

    The referrer stays `same-origin`: with `no-referrer` a browser sends the forms of the page without an origin,
    and then they could not be told from forged ones.
    """

    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = shows_errors(view)(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return never_cache(kept)


@require_safe
def front(request: HttpRequest) -> HttpResponseBase:
    """What this is, and the three ways in."""
    return render(request, "portal/front.html")


@csrf_exempt  # guard.refusal checks, and keeps what was typed
@FORM_METHODS
def complain(request: HttpRequest) -> HttpResponseBase:
    """File a complaint without an account."""
    if request.method != "POST":
        return _complaint_page(request, ComplaintForm(initial={"submission": uuid4().hex}))
    refused = refusal(request, Deed.COMPLAIN)
    form = _bound(ComplaintForm, request, refused)
    if refused:
        return _complaint_page(request, form, refused=refused)
    if language := wished_language(request):
        return _spoken(request, language, lambda: _complaint_page(request, ComplaintForm(initial=request.POST.dict())))
    try:
        with timezone.override(_zone_of(request)):
            if not form.is_valid():
                return _complaint_page(request, form)
        filed = file_complaint(form.facts(), by=None, at=now(), files=form.cleaned_data["attachments"])
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _complaint_page(request, form)
    return SeeOther(reverse("portal:received", args=[filed.token]))


@require_safe
@secret
def received(request: HttpRequest, token: str) -> HttpResponseBase:
    """Confirm what was filed, with the link to follow it by."""
    case = links.case_behind(token, at=now())
    _speak_as(request, case)
    link = request.build_absolute_uri(reverse("portal:track", args=[token]))
    with timezone.override(ZoneInfo(case.unit.time_zone)):
        shown = {
            "case": case,
            "token": token,
            "link": link,
            "is_written_to": case.customer.emails.exists(),
            "zone": zone_words(case.unit.time_zone),
        }
        return render(request, "portal/received.html", shown)


@csrf_exempt
@FORM_METHODS
def find_link(request: HttpRequest) -> HttpResponseBase:
    """Ask for one's link; the answer is the same whether or not anything matched."""
    if request.method != "POST":
        return render(request, "portal/find_link.html", {"form": LinkForm()})
    refused = refusal(request, Deed.ASK_FOR_LINK)
    form = _bound(LinkForm, request, refused)
    if refused or not form.is_valid():
        shown = {"form": form, "refused": refused}
        return render(request, "portal/find_link.html", shown, status=_status(refused))
    send_link(form.cleaned_data["reference"], contact=form.cleaned_data["contact"], at=now())
    return SeeOther(reverse("portal:link_sent"))


@require_safe
def link_sent(request: HttpRequest) -> HttpResponseBase:
    """Say what happens now, to whoever has asked for a link."""
    return render(request, "portal/link_sent.html")


@require_safe
@secret
def track(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show where the matter stands."""
    return _tracking_page(request, token, at=now())


@require_safe
@secret
def news(request: HttpRequest, token: str) -> HttpResponseBase:
    """Tell an open page whether there is more than it shows; nothing to say is 204."""
    case = links.case_behind(token, at=now())
    if str(case.version) == request.GET.get("version"):
        return HttpResponse(status=204)
    _speak_as(request, case)
    return render(request, "portal/_news.html", {"token": token})


@csrf_exempt
@FORM_METHODS
@secret
def answer(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take what the customer writes, and open a closed complaint where they ask; looking leads back to the page."""
    if request.method != "POST":
        return _to_page(token)
    at, refused = now(), refusal(request, Deed.WRITE)
    form = _bound(AnswerForm, request, refused)
    if not refused and (language := wished_language(request)):
        answering = AnswerForm(initial=request.POST.dict())
        return _spoken(request, language, lambda: _tracking_page(request, token, at=at, answering=answering))
    if refused or not form.is_valid():
        return _tracking_page(request, token, at=at, answering=form, refused=refused)
    _speak_as(request, links.case_behind(token, at=at))
    told = form.cleaned_data
    hear = reopen_for_customer if told["open_again"] else hear_customer
    try:
        hear(token, text=told["text"], at=at, submission=form.key(), files=told["attachments"])
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _tracking_page(request, token, at=at, answering=form)
    except MoveNotAllowed as error:
        return _too_late(request, token, at=at, text=told["text"], error=error)
    messages.success(request, _("Your complaint is open again.") if told["open_again"] else _("We have your message."))
    return _to_page(token)


@csrf_exempt
@FORM_METHODS
@secret
def verdict(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the answers to the two questions. Where they come too late, the words become a message that can be sent."""
    if request.method != "POST":
        return _to_page(token)
    at, refused = now(), refusal(request, Deed.WRITE)
    form = _bound(VerdictForm, request, refused)
    if not refused and (language := wished_language(request)):
        judging = VerdictForm(initial=request.POST.dict())
        return _spoken(request, language, lambda: _tracking_page(request, token, at=at, judging=judging))
    if refused or not form.is_valid():
        return _tracking_page(request, token, at=at, judging=form, refused=refused)
    told = form.cleaned_data
    _speak_as(request, links.case_behind(token, at=at))
    try:
        answer_resolution(token, solved=told["solved"], rating=told["rating"], text=told["text"], at=at)
    except MoveNotAllowed as error:
        return _too_late(request, token, at=at, text=told["text"], error=error)
    messages.success(request, _("Thank you. We have your answer."))
    return _to_page(token)


@csrf_exempt
@FORM_METHODS
@secret
def remedy(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take whether the customer accepts what they are offered; one that is no longer open is said to be so."""
    if request.method != "POST":
        return _to_page(token)
    at, refused = now(), refusal(request, Deed.WRITE)
    form = _bound(RemedyForm, request, refused)
    if not refused and not form.is_valid():
        refused = Refusal(_("Please say whether you accept the offer."), 400)
    if refused:
        return _tracking_page(request, token, at=at, refused=refused)
    told = form.cleaned_data
    _speak_as(request, links.case_behind(token, at=at))
    try:
        answer_offer(token, remedy=told["remedy"], accepted=told["accepted"], at=at)
    except RemedyMovedOn:
        refused = Refusal(_("This offer is not open any more."), RemedyMovedOn.status)
        return _tracking_page(request, token, at=at, refused=refused)
    messages.success(request, _("Thank you. We have your answer."))
    return _to_page(token)


@csrf_exempt
@FORM_METHODS
@secret
def climb(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the wish for somebody higher. Where it comes too late, the words become a message that can be sent."""
    if request.method != "POST":
        return _to_page(token)
    at, refused = now(), refusal(request, Deed.WRITE)
    form = _bound(ClimbForm, request, refused)
    if refused or not form.is_valid():
        return _tracking_page(request, token, at=at, climbing=form, refused=refused)
    told = form.cleaned_data
    _speak_as(request, links.case_behind(token, at=at))
    try:
        climb_for_customer(token, text=told["text"], at=at, submission=form.key(), seen_step=told["step"])
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _tracking_page(request, token, at=at, climbing=form)
    except ChangedMeanwhile as error:
        refused = Refusal(error.sentence, error.status)
        return _tracking_page(request, token, at=at, climbing=form, refused=refused)
    except (MoveNotAllowed, TopOfLadder) as error:
        return _too_late(request, token, at=at, text=told["text"], error=error)
    messages.success(request, _("It was passed on as you wished."))
    return _to_page(token)


@csrf_exempt
@FORM_METHODS
@secret
def wishes(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take how the customer wants to be written to."""
    if request.method != "POST":
        return _to_page(token)
    at, refused = now(), refusal(request, Deed.WRITE)
    form = _bound(WishesForm, request, refused)
    if refused or not form.is_valid():
        return _tracking_page(request, token, at=at, wishing=form, refused=refused)
    _speak_as(request, links.case_behind(token, at=at))
    try:
        keep_wishes(token, form.wishes(), at=at)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _tracking_page(request, token, at=at, wishing=form)
    messages.success(request, _("From now on we write to you as you wish."))
    return _to_page(token)


@require_safe
@secret
def voucher(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    """A voucher to be printed, or shown on the telephone."""
    at = now()
    case = links.case_behind(token, at=at)
    _speak_as(request, case)
    found = voucher_on(case, number)
    shown = {
        "case": case,
        "token": token,
        "voucher": found,
        "is_good": found.is_good(at=at),
        "worth": money_words(found.amount),
        "code": qr_svg(found.code),
    }
    with timezone.override(ZoneInfo(case.unit.time_zone)):
        return render(request, "portal/voucher.html", shown)


@require_safe
@secret
def file(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    """Hand out a file that the customer may have: always to be saved, never shown in the browser."""
    case = links.case_behind(token, at=now())
    attachment = attachments.public_of(case).filter(pk=number).first()
    if attachment is None:
        raise NotFound
    try:
        content = attachments.path_of(attachment).open("rb")
    except FileNotFoundError:
        log.exception("attachment.lost", attachment=attachment.pk, case=case.reference)
        raise NotFound from None
    return FileResponse(content, as_attachment=True, filename=attachment.name, content_type=attachment.media_type)


def _bound(form: type[F], request: HttpRequest, refused: Refusal | None) -> F:
    """The form with what was sent; empty where that was too large to be read."""
    return form() if refused and refused.status == TOO_LARGE else form(request.POST, request.FILES)


def _zone_of(request: HttpRequest) -> tzinfo:
    """The zone in which a typed day is meant: that of the unit that takes the complaint; raises Invalid without any."""
    return ZoneInfo(catch_all().time_zone) if request.POST.get("occurred_at") else UTC


def _status(refused: Refusal | None) -> int:
    return refused.status if refused else 200


def _to_page(token: str) -> HttpResponseBase:
    return SeeOther(reverse("portal:track", args=[token]))


def _complaint_page(request: HttpRequest, form: ComplaintForm, *, refused: Refusal | None = None) -> HttpResponseBase:
    shown = {"form": form, "refused": refused, "typed_in": "complaint"}
    return render(request, "portal/complain.html", shown, status=_status(refused))


def _spoken(request: HttpRequest, language: str, show: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Show a page once more in another language, as it was filled in, and speak this language from now on."""
    translation.activate(language)
    request.LANGUAGE_CODE = language
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
    if request.FILES:
        messages.info(request, _("Files have to be chosen again; everything else is as you left it."))
    response = show()
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


def _too_late(
    request: HttpRequest, token: str, *, at: datetime, text: str, error: MoveNotAllowed | TopOfLadder
) -> HttpResponseBase:
    """Say why it is too late, with the words as a message that can be sent."""
    sentence = _(
        "Meanwhile something has changed, and this question is not open any more. "
        "What you wrote stands below; you can send it as a message."
    )
    refused = Refusal(error.sentence if isinstance(error, TopOfLadder) else sentence, error.status)
    return _tracking_page(request, token, at=at, answering=_empty_answer(text=text), refused=refused)


def _empty_answer(*, text: str = "") -> AnswerForm:
    return AnswerForm(initial={"submission": uuid4().hex, "text": text})


def _tracking_page(
    request: HttpRequest,
    token: str,
    *,
    at: datetime,
    answering: AnswerForm | None = None,
    judging: VerdictForm | None = None,
    climbing: ClimbForm | None = None,
    wishing: WishesForm | None = None,
    refused: Refusal | None = None,
) -> HttpResponseBase:
    """The whole page, times in the zone of the unit that looks after the case; raises NotFound."""
    case = links.case_behind(token, at=at)
    _speak_as(request, case)
    entries = timeline_of(case, public_only=True)
    standing = standing_of(case, entries, at=at)
    shown = {
        "case": case,
        "token": token,
        "standing": standing,
        "typed_in": "verdict" if standing.awaits_verdict else "answer",
        "story": story_of(entries),
        "files": list(attachments.public_of(case)[:100]),
        "zone": zone_words(case.unit.time_zone),
        "answering": answering or _empty_answer(),
        "judging": judging or VerdictForm(),
        "climbing": climbing or ClimbForm(initial={"submission": uuid4().hex}),
        "wishing": wishing or WishesForm.of(case.customer),
        "offer": offer_of(case, at=at),
        "remedies": offered_to(case),
        "gifts": gifts_of(case, at=at),
        "may_open_again": may_open_again(case, at=at),
        "refused": refused,
    }
    with timezone.override(ZoneInfo(case.unit.time_zone)):
        return render(request, "portal/track.html", shown, status=_status(refused))


def _speak_as(request: HttpRequest, case: Case) -> None:
    """Speak the customer's language where the pages do, unless whoever reads has chosen one in this browser."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and case.customer.language in dict(settings.LANGUAGES):
        translation.activate(case.customer.language)
        request.LANGUAGE_CODE = translation.get_language()
