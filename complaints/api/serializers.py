from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from complaints.cases import sentences
from complaints.cases.models import Case, Channel, Mood, TimelineEntry
from complaints.cases.queries import Whose
from complaints.cases.states import Status
from complaints.customers.models import Customer, Language
from complaints.customers.records import CustomerFacts
from complaints.handling.file_complaint import ComplaintFacts
from complaints.handling.texts import LONGEST
from complaints.remedies.models import Remedy
from complaints.staff.models import Tier
from complaints.standards.models import Complainer, Severity


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ("id", "name", "company", "language")


class ComplaintSerializer(serializers.ModelSerializer[Case]):
    """A complaint as lists show it."""

    customer = CustomerSerializer(read_only=True)
    unit = serializers.CharField(read_only=True)
    responsible = serializers.CharField(read_only=True, allow_null=True)
    failure_type = serializers.CharField(read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(source="due", allow_null=True, read_only=True)

    class Meta:
        model = Case
        fields: tuple[str, ...] = (
            "reference",
            "customer",
            "unit",
            "responsible",
            "tier",
            "status",
            "outcome",
            "channel",
            "failure_type",
            "severity",
            "complainer",
            "filed_at",
            "due_at",
            "acknowledged_at",
            "resolved_at",
            "closed_at",
            "version",
        )


class EntrySerializer(serializers.ModelSerializer[TimelineEntry]):
    """One line of the timeline, with its sentence for staff."""

    sentence = serializers.SerializerMethodField()

    class Meta:
        model = TimelineEntry
        fields = ("at", "kind", "sentence", "text", "public")

    def get_sentence(self, entry: TimelineEntry) -> str:
        """What happened, in the language asked for."""
        return sentences.sentence_for_staff(entry)


class RemedySerializer(serializers.ModelSerializer[Remedy]):
    """What is given to put it right, and how far it is; a voucher's code is nobody's business here."""

    amount = serializers.DecimalField(
        source="amount.amount", max_digits=12, decimal_places=2, allow_null=True, default=None, read_only=True
    )
    currency = serializers.CharField(source="amount.currency", allow_null=True, default=None, read_only=True)
    proposed_by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = Remedy
        fields = ("kind", "status", "amount", "currency", "words", "proposed_by", "proposed_at", "given_at")


class WholeComplaintSerializer(ComplaintSerializer):
    """A complaint with its story, and what was done to put it right."""

    service_standard = serializers.CharField(read_only=True, allow_null=True)
    remedies = serializers.ListField(child=RemedySerializer(), read_only=True, source="remedies_shown")
    timeline = serializers.ListField(child=EntrySerializer(), read_only=True, source="entries_shown")

    class Meta(ComplaintSerializer.Meta):
        fields = (
            *ComplaintSerializer.Meta.fields,
            "service_standard",
            "what_happened",
            "wanted",
            "occurred_at",
            "place",
            "following",
            "timeline",
            "remedies",
        )


class WorklistQuerySerializer(serializers.Serializer[Any]):
    """How a list is narrowed; the names are those of the desk."""

    whose = serializers.ChoiceField([whose.value for whose in Whose], default=Whose.ALL.value)
    status = serializers.ChoiceField(Status.choices, required=False, default="")
    tier = serializers.ChoiceField(Tier.choices, required=False, default="")
    severity = serializers.ChoiceField(Severity.choices, required=False, default=None)
    channel = serializers.ChoiceField(Channel.choices, required=False, default="")
    complainer = serializers.ChoiceField(Complainer.choices, required=False, default="")
    failure_type = serializers.IntegerField(required=False, default=None, min_value=1)
    unit = serializers.IntegerField(required=False, default=None, min_value=1)


class NewCustomerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=160)
    company = serializers.CharField(max_length=160, required=False, default="", allow_blank=True)
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    language = serializers.CharField(max_length=10, default=Language.ENGLISH)


class NewComplaintSerializer(serializers.Serializer[Any]):
    """A complaint to be filed, for a customer on file or a new one."""

    customer_id = serializers.IntegerField(required=False, min_value=1)
    customer = NewCustomerSerializer(required=False)
    what_happened = serializers.CharField(max_length=LONGEST)
    wanted = serializers.CharField(max_length=LONGEST, required=False, default="", allow_blank=True)
    channel = serializers.ChoiceField(Channel.choices)
    severity = serializers.ChoiceField(Severity.choices, required=False, default=None, allow_null=True)
    mood = serializers.ChoiceField(Mood.choices, required=False, default=None, allow_null=True)
    failure_type = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1)
    service_standard = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1)
    occurred_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    place = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    unit = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one way to say who complains."""
        if ("customer_id" in attrs) == ("customer" in attrs):
            raise serializers.ValidationError({"customer": _("Give either customer_id or customer.")})
        return attrs

    def told(self, *, submission: str) -> ComplaintFacts:
        """The facts for the verb."""
        told = dict(self.validated_data)
        new = told.pop("customer", None)
        who = CustomerFacts(**new) if new is not None else told.pop("customer_id")
        return ComplaintFacts(customer=who, submission=submission, **told)
