"""Vouchers at the counter: printed for the customer, checked by their code, and redeemed once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from complaints.common.counting import times, times_so_far
from complaints.common.errors import NotFound, VoucherNotGood, VouchersNotYours
from complaints.common.money import money_words
from complaints.common.qr_codes import qr_svg
from complaints.desk import kept
from complaints.desk.fields import Line, Styled
from complaints.desk.request import at_desk
from complaints.handling.redeem_voucher import redeem_voucher
from complaints.remedies.models import Voucher
from complaints.remedies.queries import voucher_by_code, voucher_of
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may

WRONG_CODES: Final = 10
"""How many codes that do not exist one employee may try before they have to wait: enough for misreading one."""
WINDOW: Final = timedelta(minutes=10)
TOO_OFTEN: Final = 429


class CodeForm(Styled):
    """Looking a voucher up."""

    code = Line(
        label=gettext_lazy("Code of the voucher"),
        max_length=60,
        help_text=gettext_lazy("Scan it, or type it as it is printed; spaces and small letters do no harm."),
        error_messages={"required": gettext_lazy("Please give the code of the voucher.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }


class RedeemForm(CodeForm):
    """Redeeming the one that was looked up."""

    redeemed_for = Line(
        label=gettext_lazy("What is paid with it"),
        max_length=120,
        help_text=gettext_lazy("Such as the number of the bill."),
        error_messages={"required": gettext_lazy("Please say what is paid with it, such as the number of the bill.")},
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a voucher at the counter."""

    sentence: str
    tone: str
    icon: str
    is_good: bool = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def vouchers(request: HttpRequest) -> HttpResponse:
    """Check a code, and redeem the voucher it belongs to. The code is sent in a form, so that no address keeps it."""
    employee, at = at_desk(request).user, timezone.now()
    if not may(employee, Permission.REDEEM_VOUCHER):
        raise VouchersNotYours(permission=Permission.REDEEM_VOUCHER)
    if request.method != "POST":
        return _page(request, CodeForm(kept.typed_before(request, at=at)))
    is_redeeming = "redeem" in request.POST
    form = (RedeemForm if is_redeeming else CodeForm)(request.POST)
    form.is_valid()
    if times_so_far(_key(employee)) >= WRONG_CODES:
        sentence = _("Too many codes were tried that do not exist. Please wait ten minutes, or ask a colleague.")
        return _page(request, form, verdict=Verdict(sentence, "error", "octagon-alert"), status=TOO_OFTEN)
    if "code" in form.errors:
        return _page(request, form, status=400)
    found = voucher_by_code(form.cleaned_data["code"])
    if found is None:
        times(_key(employee), within=WINDOW)
        sentence = _("There is no voucher with this code. Please compare it with the paper, character by character.")
        return _page(request, form, verdict=Verdict(sentence, "error", "circle-x"), status=404)
    if form.errors or not is_redeeming:
        return _page(request, form, found=found, verdict=verdict_on(found, at=at), status=400 if form.errors else 200)
    return _redeem(request, form, found, by=employee, at=at)


@never_cache
@require_safe
def voucher(request: HttpRequest, reference: str, remedy: int) -> HttpResponse:
    """The voucher of a remedy to be printed, in the customer's language."""
    employee = at_desk(request).user
    found = voucher_of(employee, reference, remedy)
    if not may(employee, Permission.FULFIL_REMEDY):
        raise VouchersNotYours(permission=Permission.FULFIL_REMEDY)
    verdict, case = verdict_on(found, at=timezone.now()), found.remedy.case
    shown = {"case": case, "voucher": found, "verdict": verdict, "staff_language": translation.get_language()}
    with translation.override(case.customer.language), timezone.override(ZoneInfo(case.unit.time_zone)):
        worth = money_words(found.amount)
        return render(request, "desk/voucher.html", {**shown, "worth": worth, "code": qr_svg(found.code)})


def verdict_on(voucher: Voucher, *, at: datetime) -> Verdict:
    """Say whether a voucher is good, and if not, why."""
    worth = money_words(voucher.amount)
    if voucher.redeemed_at is not None:
        sentence = _("Already redeemed: by %(name)s on %(moment)s, for: %(what)s. It cannot be used again.") % {
            "name": voucher.redeemed_by.name if voucher.redeemed_by else "—",
            "moment": _moment(voucher.redeemed_at),
            "what": voucher.redeemed_for or "—",
        }
        return Verdict(sentence, "error", "circle-x")
    if voucher.void_at is not None:
        sentence = _("Void: it was taken back on %(day)s. It cannot be used.") % {"day": _day(voucher.void_at)}
        return Verdict(sentence, "error", "circle-x")
    if not voucher.is_good(at=at):
        sentence = _("Expired on %(day)s. It cannot be used any more.") % {"day": _day(voucher.expires_at)}
        return Verdict(sentence, "warning", "clock-alert")
    sentence = _("Good for %(worth)s, until %(day)s.") % {"worth": worth, "day": _day(voucher.expires_at)}
    return Verdict(sentence, "success", "circle-check", is_good=True)


def _redeem(request: HttpRequest, form: CodeForm, found: Voucher, *, by: Employee, at: datetime) -> HttpResponse:
    told = form.cleaned_data
    try:
        redeemed = redeem_voucher(found.code, redeemed_for=told["redeemed_for"], by=by, at=at)
    except (NotFound, VoucherNotGood) as error:
        fresh = voucher_by_code(found.code) or found
        return _page(request, form, found=fresh, verdict=verdict_on(fresh, at=at), status=error.status)
    done = _("Redeemed: %(worth)s for %(what)s. The voucher %(code)s is used up now.")
    words = {"worth": money_words(redeemed.amount), "what": redeemed.redeemed_for, "code": redeemed.code}
    messages.success(request, done % words)
    return redirect("desk:vouchers")


def _page(
    request: HttpRequest,
    form: CodeForm,
    *,
    found: Voucher | None = None,
    verdict: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    is_good = verdict is not None and verdict.is_good
    redeeming = form if isinstance(form, RedeemForm) else RedeemForm()
    checking = CodeForm() if is_good else form
    (redeeming.fields["redeemed_for"] if is_good else checking.fields["code"]).widget.attrs["autofocus"] = True
    context = {
        "form": checking,
        "redeeming": redeeming if is_good else None,
        "found": found,
        "verdict": verdict,
    }
    return render(request, "desk/vouchers.html", context, status=status)


def _key(employee: Employee) -> str:
    return f"desk:wrong_codes:{employee.pk}"


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")
