"""Who changed which setting, when, from what to what: written once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import connection

from complaints.staff.models import Employee, Setting, SettingChange

_LOCK: Final = 0x5E77_1265
"""The number of the one lock that settings are changed under."""


def lock_settings() -> None:
    """Let administrators change settings one after the other, until the end of the transaction.

    They change seldom and hang together (units by their tree, standards by their conditions): one lock for all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def note(
    setting: Setting,
    key: int,
    *,
    name: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    by: Employee,
    at: datetime,
) -> None:
    """Write down what differs, in the transaction of the change; `before` is empty for what is new."""
    facts = {one: [before.get(one, ""), after[one]] for one in after if before.get(one, "") != after[one]}
    SettingChange.objects.create(
        setting=setting, key=key, name=name, at=at, by=by, by_name=by.name, is_new=not before, facts=facts
    )


def changes_of(setting: Setting, key: int, *, limit: int = 20) -> list[SettingChange]:
    """What was changed on one setting, newest first."""
    return list(SettingChange.objects.filter(setting=setting, key=key).order_by("-pk")[:limit])


def newest_changes(*, limit: int = 10) -> list[SettingChange]:
    """What was changed anywhere, newest first."""
    return list(SettingChange.objects.order_by("-pk")[:limit])
