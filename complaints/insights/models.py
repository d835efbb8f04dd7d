from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from complaints.remedies.catalogue import RemedyKind
from complaints.standards.models import FailureType


class OutcomeTally(models.Model):
    """What a kind of remedy did for a failure, for an area with all that is in it, or (without one) for everything.

    Complaints are counted, not remedies: one counts once for a kind, whatever was offered on it of that kind. Written
    anew as a whole by `insights.outcomes.tally`. The strengths are what an overall rate weighs where cases are few, in
    complaints; they stand with the overall rates.
    """

    failure_type = models.ForeignKey(FailureType, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=RemedyKind)
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
