from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases.models import SavedSearch
from complaints.cases.saved import MOST_SAVED
from complaints.common.errors import Invalid
from complaints.common.words import clean_line
from complaints.staff.models import Employee


@transaction.atomic
def keep_search(name: str, asked: Mapping[str, str], *, by: Employee, at: datetime) -> SavedSearch:
    """Keep what somebody looks for under a name, for them alone. Locks the employee, so that the most stays the most.

    Raises Invalid, naming the field.
    """
    name, longest = clean_line(name), 60
    if not name:
        raise Invalid(field="name", sentence=_("Please give the search a name."))
    if len(name) > longest:
        sentence = _("This is longer than %(most)s characters. Please shorten it.") % {"most": longest}
        raise Invalid(field="name", sentence=sentence)
    Employee.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    theirs = SavedSearch.objects.filter(employee=by)
    if theirs.filter(name=name).exists():
        raise Invalid(field="name", sentence=_("You have a search of this name already. Please choose another name."))
    if theirs.count() >= MOST_SAVED:
        sentence = _("You keep %(most)s searches, and more are not found again. Please delete one first.")
        raise Invalid(field="name", sentence=sentence % {"most": MOST_SAVED})
    return SavedSearch.objects.create(employee=by, name=name, asked=dict(asked), saved_at=at)
