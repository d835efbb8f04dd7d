"""The list of models that Django reads; nobody else imports this module."""

from complaints.cases.models import Attachment, Case, CaseText, Clock, SourceRecord, TimelineEntry, TrackingLink
from complaints.customers.models import Customer, EmailAddress, Phone
from complaints.intake.models import ColumnMapping
from complaints.outbox.models import Message
from complaints.remedies.models import Remedy
from complaints.staff.models import Employee, Unit
from complaints.standards.models import BusinessCalendar, FailureType, RecoveryStandard, SpecialDay

__all__ = [
    "Attachment",
    "BusinessCalendar",
    "Case",
    "CaseText",
    "Clock",
    "ColumnMapping",
    "Customer",
    "EmailAddress",
    "Employee",
    "FailureType",
    "Message",
    "Phone",
    "RecoveryStandard",
    "Remedy",
    "SourceRecord",
    "SpecialDay",
    "TimelineEntry",
    "TrackingLink",
    "Unit",
]
