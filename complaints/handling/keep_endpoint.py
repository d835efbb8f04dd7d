from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.calling import is_address
from complaints.common.errors import Invalid
from complaints.fulfilment.models import Endpoint
from complaints.fulfilment.sheets import EndpointSheet
from complaints.handling import keeping
from complaints.remedies.catalogue import catalogue
from complaints.staff.models import Employee, Setting

SHORTEST_SECRET: Final = 16


@transaction.atomic
def keep_endpoint(
    pk: int | None, *, sheet: EndpointSheet, by: Employee, at: datetime, seen: str | None = None
) -> Endpoint:
    """Write down which system gives which remedies, or add one without `pk`; it gets what is accepted from now on.

    What was ordered already goes to the new address, signed with the new secret. Locks the settings, then the
    endpoint. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    found = keeping.locked(Endpoint.objects.all(), pk)
    now = EndpointSheet.of_endpoint(found) if found else None
    if now is None or sheet.differs_in(now):
        _check(sheet, is_new=now is None)
    endpoint = found or Endpoint()
    keeping.keep(Setting.ENDPOINT, endpoint, sheet, now=now, seen=seen, by=by, at=at)
    return endpoint


def _check(sheet: EndpointSheet, *, is_new: bool) -> None:
    if not is_address(sheet.url):
        sentence = _("Please write an address that begins with https:// and holds no name and no password.")
        raise Invalid(field="url", sentence=sentence)
    if sheet.url.startswith("http://") and not settings.FULFILMENT_TO_LOOPBACK:
        sentence = _("This machine's own addresses are not sent to: FULFILMENT_TO_LOOPBACK is not set.")
        raise Invalid(field="url", sentence=sentence)
    if not sheet.kinds or not set(sheet.kinds) <= {one.code for one in catalogue().values() if one.is_given_outside}:
        raise Invalid(field="kinds", sentence=_("Please choose at least one kind of remedy."))
    if (is_new or sheet.secret) and len(sheet.secret) < SHORTEST_SECRET:
        sentence = _("Please write a secret of at least %(count)s characters.") % {"count": SHORTEST_SECRET}
        raise Invalid(field="secret", sentence=sentence)
