"""Who decides on what an employee is said to have done, and whoever answers for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from complaints.causes.models import Hearing
from complaints.causes.states import HearingState
from complaints.staff.models import Employee, Role, Tier, Unit
from complaints.staff.queries import answering, at_work, stood_in_for

JUDGES: Final = (Tier.MANAGER, Tier.VP)
"""Who may decide: never a colleague of the front line, also not as a stand-in."""


def judge_above(tier: Tier | None, unit: Unit, *, without: Collection[int | None], at: datetime) -> Employee | None:
    """The nearest person at work above a tier who has no other part in it; after the last tier any other VP.

    None where there is nobody. Somebody beside the ladder is judged by a VP.
    """
    tiers = list(Tier)[list(Tier).index(tier) + 1 :] if tier else [Tier.VP]
    above = [person for _tier, person in answering(unit, tiers, at=at)] if tiers else []
    others = list(Employee.objects.filter(is_active=True, role=Role.VP).select_related("unit").order_by("pk"))
    there = at_work(others, at=at)
    everybody = [*above, *(there[one.pk] for one in others if one.pk in there)]
    return next((one for one in everybody if one.tier in JUDGES and one.pk not in without), None)


def named(hearing: Hearing) -> Employee:
    """Who was named to decide on what waits now: the appeal, or the matter itself."""
    on_appeal = hearing.appeal_decider if hearing.state in {HearingState.APPEALED, HearingState.FINAL} else None
    return on_appeal or hearing.decider


def others_concerned(hearing: Hearing) -> set[int | None]:
    """Who may not decide on what waits now: the accused, who investigates, and whoever made a finding already."""
    return {hearing.accused_id, hearing.investigator_id, hearing.found_by_id}


def decides(employee: Employee, hearing: Hearing, *, at: datetime) -> bool:
    """Whether an employee decides at a moment: who was named, or their stand-in, who has no other part in it."""
    judge = named(hearing)
    if employee.pk == judge.pk:
        return True
    if employee.tier not in JUDGES or employee.pk in others_concerned(hearing):
        return False
    return judge.pk in set(stood_in_for(employee, at=at))


def answering_judge(hearing: Hearing, *, at: datetime) -> Employee | None:
    """Who decides at a moment: who was named, or their stand-in; None where neither can."""
    judge = named(hearing)
    person = at_work([judge], at=at).get(judge.pk)
    if person is None or (person.pk != judge.pk and not decides(person, hearing, at=at)):
        return None
    return person
