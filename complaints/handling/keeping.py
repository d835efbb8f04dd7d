"""What every verb that keeps a setting has in common: the right, the state its page has seen, the row, the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from complaints.common.errors import (
    CatalogueNotYours,
    Invalid,
    NotFound,
    NotPermitted,
    PlaybooksNotYours,
    SettingChangedMeanwhile,
    SettingsNotYours,
)
from complaints.common.sheets import Sheet
from complaints.staff import changes
from complaints.staff.models import Employee, Setting
from complaints.staff.permissions import Permission, require

ANALYSTS: Final[Mapping[Setting, tuple[Permission, type[NotPermitted]]]] = {
    Setting.PLAYBOOK: (Permission.KEEP_PLAYBOOKS, PlaybooksNotYours),
    Setting.TROUBLE: (Permission.KEEP_PLAYBOOKS, PlaybooksNotYours),
    Setting.FAILURE: (Permission.KEEP_CATALOGUE, CatalogueNotYours),
}
"""What quality analysts keep beside the administrators: the right to it, and how others are refused."""
_ADMINISTRATORS: Final = (Permission.KEEP_SETTINGS, SettingsNotYours)

Row = TypeVar("Row", bound=Model)


def begin(by: Employee, setting: Setting | None = None) -> None:
    """Refuse whoever does not keep it, and let the others change settings one after the other."""
    require_keeper(by, setting)
    changes.lock_settings()


def require_keeper(employee: Employee, setting: Setting | None = None) -> None:
    """Raise NotPermitted for all but administrators; analysts pass to what is theirs."""
    require(employee, *(_ADMINISTRATORS if setting is None else ANALYSTS.get(setting, _ADMINISTRATORS)))


def locked(rows: QuerySet[Row], pk: int | None) -> Row | None:
    """The row under its lock, so that nobody stores what points at it meanwhile; None for one to be made."""
    return found(rows.select_for_update(of=("self",)), pk)


def found(rows: QuerySet[Row], pk: int | None) -> Row | None:
    """The row; None for one to be made. Raises NotFound when there is none with this key."""
    if pk is None:
        return None
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def known(row: Row | None) -> Row:
    """The row that there is; raises NotFound for none."""
    if row is None:
        raise NotFound
    return row


def is_news(sheet: Sheet, *, now: Sheet | None, seen: str | None) -> bool:
    """Whether there is anything to change: the same form sent twice is done once.

    `seen` is the fingerprint of what the page was drawn with; raises SettingChangedMeanwhile when that has passed.
    """
    if now is None:
        return True
    if not sheet.differs_in(now):
        return False
    if seen is not None and seen != now.fingerprint:
        raise SettingChangedMeanwhile
    return True


def check(row: Model, *, but: Collection[str] = ()) -> None:
    """Refuse what the model refuses, told beside its field; `but` names columns that are not filled in yet."""
    try:
        row.full_clean(exclude=but)
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(field="" if field == NON_FIELD_ERRORS else field, sentence=sentences[0]) from error


def store(row: Model) -> None:
    """Check and store a row; one that was stored by somebody else in this instant counts as a collision."""
    check(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise SettingChangedMeanwhile from error


def words(sheet: Sheet, row: Model) -> dict[str, str]:
    """The facts of a sheet as the log keeps them: a relation by its name."""
    related = {field.name for field in row._meta.concrete_fields if field.is_relation}  # noqa: SLF001 - a public name
    return {
        name: str(getattr(row, name) or "") if name in related else _words_of(value)
        for name, value in sheet.facts().items()
    }


def note(setting: Setting, row: Model, before: dict[str, str], after: Sheet, *, by: Employee, at: datetime) -> None:
    """Write the change of a plain row down."""
    changes.note(setting, row.pk, name=str(row), before=before, after=words(after, row), by=by, at=at)


def keep(
    setting: Setting, row: Row, sheet: Sheet, *, now: Sheet | None, seen: str | None, by: Employee, at: datetime
) -> bool:
    """Write a sheet on a locked or new plain row and note the change; False when nothing was to be changed."""
    if not is_news(sheet, now=now, seen=seen):
        return False
    before = {} if now is None else words(now, row)
    sheet.write_on(row)
    store(row)
    note(setting, row, before, sheet, by=by, at=at)
    return True


def keep_plain(
    setting: Setting,
    model: type[Row],
    pk: int | None,
    *,
    sheet: Sheet,
    by: Employee,
    at: datetime,
    seen: str | None,
) -> Row:
    """All that keeping comes to where the sheet has the columns of one row and nothing follows from them."""
    begin(by, setting)
    row = locked(model._default_manager.all(), pk)  # noqa: SLF001 - a public name
    now = type(sheet).of(row) if row else None
    row = row or model()
    keep(setting, row, sheet, now=now, seen=seen, by=by, at=at)
    return row


def _words_of(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)
