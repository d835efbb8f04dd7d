"""What is there already is brought to be found as what is written today."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from complaints.cases import attachments, texts
from complaints.cases.models import Case
from complaints.causes import search
from complaints.causes.models import Investigation

MOST_READ: Final = 100
"""Text files of one case that it is found by, the newest."""


@transaction.atomic
def renew_text(case_id: int) -> bool:
    """Let a case be found by all that was written on it, where its document is of an older make.

    Locks the case, so that nothing is written on it meanwhile; False where somebody is busy with it: it comes again.
    """
    rows = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related("customer")
    case = rows.filter(pk=case_id).first()
    if case is None:
        return False
    texts.renew(case)
    for _file, text in attachments.texts_of([case.pk], most=MOST_READ):
        texts.add(case, text)
    return True


@transaction.atomic
def renew_cause(pk: int) -> bool:
    """The same for an investigation that is found by nothing yet. Locks it."""
    found = Investigation.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if found is None:
        return False
    search.refresh(found)
    return True
