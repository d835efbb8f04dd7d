"""The texts of messages: another version of one, or back to an earlier one. No version is ever changed or deleted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.common.errors import NotFound, SettingChangedMeanwhile, TextsNotYours
from complaints.common.words import clean, clean_line
from complaints.handling import keeping
from complaints.outbox import texts
from complaints.outbox.models import Kind, MessageText
from complaints.outbox.shipped import Source
from complaints.staff import changes
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require

SHIPPED = 0
"""The number of the text that ships."""


@transaction.atomic
def keep_text(kind: Kind, language: str, *, source: Source, by: Employee, at: datetime, seen: int) -> int:
    """Let a text hold from now on, for messages that were not tried yet; returns the number of the version.

    Nothing changed is nothing done. A text that is the one that ships is kept as that, so that an upgrade improves it.
    `seen` is the version the page was drawn with. Locks the settings. Raises NotPermitted, NotFound, Invalid,
    ChangedMeanwhile.
    """
    require_texts(kind, language, by=by)
    told = cleaned(source)
    texts.judged(kind, language, told)
    changes.lock_settings()
    now = texts.current(kind, language)
    if texts.source_of(kind, language, now) == told:
        return number_of(now)
    _check_seen(now, seen)
    is_shipped = told == texts.source_of(kind, language, None)
    return _store(kind, language, Source("", "", "") if is_shipped else told, is_shipped=is_shipped, by=by, at=at)


@transaction.atomic
def go_back(kind: Kind, language: str, *, to: int, by: Employee, at: datetime, seen: int) -> int:
    """Let an earlier version hold again, `SHIPPED` for the text that ships; returns the number it comes back as.

    Sent twice, done once. Locks the settings. Raises NotPermitted, NotFound, Invalid where its placeholders are gone,
    ChangedMeanwhile.
    """
    require_texts(kind, language, by=by)
    changes.lock_settings()
    now = texts.current(kind, language)
    earlier = MessageText.objects.filter(kind=kind, language=language, number=to).first()
    source = texts.source_of(kind, language, earlier)
    if (to != SHIPPED and earlier is None) or not source.text:
        raise NotFound
    if texts.source_of(kind, language, now) == source:
        return number_of(now)
    _check_seen(now, seen)
    is_shipped = earlier is None or earlier.is_shipped
    if is_shipped:
        source = Source("", "", "")
    else:
        texts.judged(kind, language, source)
    return _store(kind, language, source, is_shipped=is_shipped, back_to=to, by=by, at=at)


def require_texts(kind: Kind, language: str, *, by: Employee) -> None:
    """Let pass who keeps texts, and languages that the kind is written in; raises NotPermitted, NotFound."""
    require(by, Permission.KEEP_TEXTS, TextsNotYours)
    if language not in texts.languages_of(kind):
        raise NotFound


def cleaned(source: Source) -> Source:
    """A text as it is kept."""
    return Source(clean_line(source.subject), clean(source.text), clean(source.html), clean_line(source.sms))


def number_of(version: MessageText | None) -> int:
    """The number of a version; SHIPPED where there is none."""
    return SHIPPED if version is None else version.number


def _check_seen(now: MessageText | None, seen: int) -> None:
    if number_of(now) != seen:
        raise SettingChangedMeanwhile


def _store(
    kind: Kind,
    language: str,
    source: Source,
    *,
    is_shipped: bool,
    by: Employee,
    at: datetime,
    back_to: int | None = None,
) -> int:
    made = MessageText(
        kind=kind,
        language=language,
        number=number_of(texts.current(kind, language)) + 1,
        subject=source.subject,
        text=source.text,
        html=source.html,
        sms=source.sms,
        is_shipped=is_shipped,
        back_to=back_to,
        made_at=at,
        made_by=by,
        made_by_name=by.name,
    )
    keeping.check(made)
    made.save()
    return made.number
