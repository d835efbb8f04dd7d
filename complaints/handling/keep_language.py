from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.outbox import texts
from complaints.outbox.models import MessageLanguage
from complaints.outbox.sheets import LanguageSheet
from complaints.outbox.shipped import LANGUAGES
from complaints.staff.models import Employee, Setting


@transaction.atomic
def keep_language(
    pk: int | None, *, sheet: LanguageSheet, by: Employee, at: datetime, seen: str | None = None
) -> MessageLanguage:
    """Keep a language that customers are written to in, or add one without `pk`; its code stays, as texts bear it.

    Locks the settings, then the language. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    found = keeping.locked(MessageLanguage.objects.all(), pk)
    sheet = replace(sheet, code=sheet.code.lower())
    if found is not None and found.code != sheet.code:
        raise Invalid(field="code", sentence=_("Texts and customers bear this code; it stays."))
    if sheet.code in LANGUAGES:
        raise Invalid(field="code", sentence=_("This language ships with the product; its words around are there."))
    language = found or MessageLanguage()
    sheet.write_on(language)
    texts.frame(language)
    now = LanguageSheet.of(MessageLanguage.objects.get(pk=found.pk)) if found else None
    keeping.keep(Setting.LANGUAGE, language, sheet, now=now, seen=seen, by=by, at=at)
    return language
