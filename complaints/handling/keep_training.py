"""Trainings that authorities rest on: which there are, who took them, and until when they hold."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.handling import keeping
from complaints.staff.models import Course, Employee, Setting, Training
from complaints.staff.sheets import CourseSheet, TrainingSheet


@transaction.atomic
def keep_training(
    pk: int | None, *, sheet: TrainingSheet, by: Employee, at: datetime, seen: str | None = None
) -> Training:
    """Write down who took a training and until when it holds, or add it without `pk`; sent twice, done once.

    Where it holds until another day, its end is warned of anew. Locks the settings, then the record. Raises
    NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    found = keeping.locked(Training.objects.all(), pk)
    if found is None:
        again = Training.objects.filter(employee=sheet.employee, course=sheet.course, taken_on=sheet.taken_on).first()
        if again is not None and not sheet.differs_in(TrainingSheet.of(again)):
            return again
    training = found or Training()
    now = TrainingSheet.of(found) if found else None
    if now is not None and now.expires_on != sheet.expires_on:
        training.warned_at = None
    keeping.keep(Setting.TRAINING, training, sheet, now=now, seen=seen, by=by, at=at)
    return training


@transaction.atomic
def keep_course(pk: int | None, *, sheet: CourseSheet, by: Employee, at: datetime, seen: str | None = None) -> Course:
    """Name a training that an authority can require, or add one without `pk`. Locks the settings, then the training.

    Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    return keeping.keep_plain(Setting.COURSE, Course, pk, sheet=sheet, by=by, at=at, seen=seen)
