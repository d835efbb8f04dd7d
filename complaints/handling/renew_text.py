from __future__ import annotations

from django.db import transaction

from complaints.cases import texts
from complaints.cases.models import Case


@transaction.atomic
def renew_text(case_id: int) -> bool:
    """Let a case be found by all that was written on it, where its document is of an older make.

    Locks the case, so that nothing is written on it meanwhile; False where somebody is busy with it: it comes again.
    """
    case = (
        Case.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("customer")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        return False
    texts.renew(case)
    return True
