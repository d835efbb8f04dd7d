from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.staff import changes
from complaints.staff.models import Employee, Setting
from complaints.standards.models import FailureType, Succession, SuccessionKind


@transaction.atomic
def merge_failure_types(pk: int, *, into: int, by: Employee, at: datetime) -> FailureType:
    """Let what was filed under one failure type be filed under another from now on; gives the other.

    Complaints keep the type they were filed under, and the old type is not offered any more. Merged into the same one
    twice, it is done once. Locks the settings, then both types. Raises NotPermitted, NotFound, Invalid.
    """
    keeping.begin(by, Setting.FAILURE)
    kinds = {one.pk: one for one in FailureType.objects.select_for_update().filter(pk__in=(pk, into)).order_by("pk")}
    old, new = keeping.known(kinds.get(pk)), kinds.get(into)
    if new is None or new.parent_id is None or new.pk == old.pk:
        raise Invalid(field="into", sentence=_("Choose another failure of the catalogue."))
    if old.successors.filter(new=new, kind=SuccessionKind.MERGED).exists():
        return new
    require_undivided(old)
    if not new.is_active or new.successors.exists():
        raise Invalid(field="into", sentence=_("This failure is not offered when filing: nothing can go on under it."))
    Succession.objects.create(kind=SuccessionKind.MERGED, old=old, new=new, at=at)
    stop_offering(old)
    note_passing(old, new.name, by=by, at=at)
    changes.note(Setting.FAILURE, new.pk, name=new.name, before={"from": ""}, after={"from": old.name}, by=by, at=at)
    return new


def require_undivided(kind: FailureType) -> None:
    """Refuse an area, and a type that has given way to others already."""
    if kind.parent_id is None:
        raise Invalid(field="", sentence=_("Areas are not merged or split: move their failures to another area."))
    if kind.successors.exists():
        raise Invalid(field="", sentence=_("It was merged or split already."))


def stop_offering(kind: FailureType) -> None:
    """Keep a type for what was filed under it, and for nothing new."""
    kind.is_active = False
    kind.save(update_fields=["is_active"])


def note_passing(kind: FailureType, names: str, *, by: Employee, at: datetime) -> None:
    """Write down what a type gave way to."""
    before, after = {"into": "", "is_active": "True"}, {"into": names, "is_active": "False"}
    changes.note(Setting.FAILURE, kind.pk, name=kind.name, before=before, after=after, by=by, at=at)
