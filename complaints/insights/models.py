from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from complaints.standards.models import FailureType


class OutcomeTally(models.Model):
    """What a kind of remedy did for a failure, for an area with all that is in it, or (without one) for everything.

    Complaints are counted, not remedies: one counts once for a kind, whatever was offered on it of that kind. Written
    anew as a whole by `insights.outcomes.tally`. The strengths are what an overall rate weighs where cases are few, in
    complaints; they stand with the overall rates.
    """

    failure_type = models.ForeignKey(FailureType, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    answered = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    judged = models.PositiveIntegerField()
    satisfied = models.PositiveIntegerField()
    accepting_strength = models.FloatField(null=True)
    satisfying_strength = models.FloatField(null=True)
    as_of = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["failure_type", "kind"], nulls_distinct=False, name="one_tally_per_kind"),
            models.CheckConstraint(
                condition=Q(accepted__lte=F("answered"), satisfied__lte=F("judged")), name="tally_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.failure_type_id} {self.kind}"


class MeasuredCase(models.Model):
    """What one case counts as: its labels, on the day it was filed where its unit is.

    Drawn from the case's record by `labels`, and the same rows that the sums are made of and that lists read: a number
    and the cases behind it cannot differ. No foreign keys: it follows the record, and never stands in its way.
    """

    case_id = models.BigIntegerField(primary_key=True)
    unit_id = models.BigIntegerField()
    units = ArrayField(models.BigIntegerField())
    customer_id = models.BigIntegerField()
    area_id = models.BigIntegerField()
    day = models.DateField()
    closed_on = models.DateField(null=True)
    labels = ArrayField(models.TextField())
    amounts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-day", "-case_id"], name="measured_by_day"),
            models.Index(fields=["unit_id", "-day", "-case_id"], name="measured_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.day}"


class Grain(models.TextChoices):
    """The stretch of time that a sum is of, by its first day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class LabelTally(models.Model):
    """How many cases of a unit and what is below it bear a label, by the day, month or year they were filed in.

    `total` is the sum of what the label is worth on each case, for those that are sums of money.
    """

    unit_id = models.BigIntegerField()
    grain = models.CharField(max_length=5, choices=Grain)
    start = models.DateField()
    label = models.CharField(max_length=200)
    n = models.IntegerField()
    total = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit_id", "grain", "start", "label"], name="one_tally_per_label")
        ]
        indexes: ClassVar = [models.Index(fields=["unit_id", "label", "grain", "start"], name="tally_of_label")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.grain} {self.start} {self.label}: {self.n}"


class Basis(models.Model):
    """What the cases were measured by besides their own record: a unit's place and zone, a failure type's area.

    Where it is another one today, the cases it touches are measured anew.
    """

    name = models.CharField(max_length=40, primary_key=True)
    facts = models.TextField()

    def __str__(self) -> str:
        return f"{self.name} {self.facts}"
