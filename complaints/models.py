"""The list of models that Django reads; nobody else imports this module."""

from complaints.cases.models import Attachment, Case, CaseText, Clock, SourceRecord, TimelineEntry, TrackingLink
from complaints.customers.models import Customer, EmailAddress, Phone
from complaints.escalation.models import LadderStep, Reminder, UrgentRule
from complaints.intake.models import ColumnMapping
from complaints.outbox.models import BarredAddress, Breaker, Message
from complaints.remedies.models import Remedy
from complaints.staff.models import Absence, Employee, SettingChange, Unit
from complaints.standards.models import (
    BusinessCalendar,
    Edition,
    FailureType,
    RecoveryStandard,
    ServiceStandard,
    SpecialDay,
    StandardVersion,
    Target,
)

__all__ = [
    "Absence",
    "Attachment",
    "BarredAddress",
    "Breaker",
    "BusinessCalendar",
    "Case",
    "CaseText",
    "Clock",
    "ColumnMapping",
    "Customer",
    "Edition",
    "EmailAddress",
    "Employee",
    "FailureType",
    "LadderStep",
    "Message",
    "Phone",
    "RecoveryStandard",
    "Remedy",
    "Reminder",
    "ServiceStandard",
    "SettingChange",
    "SourceRecord",
    "SpecialDay",
    "StandardVersion",
    "Target",
    "TimelineEntry",
    "TrackingLink",
    "Unit",
    "UrgentRule",
]
