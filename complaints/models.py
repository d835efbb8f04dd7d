"""The list of models that Django reads; nobody else imports this module."""

from complaints.cases.models import (
    Attachment,
    Case,
    CaseText,
    ChangedCase,
    Clock,
    SourceRecord,
    TimelineEntry,
    TrackingLink,
)
from complaints.customers.models import Customer, EmailAddress, Phone
from complaints.escalation.models import LadderStep, Reminder, UrgentRule
from complaints.insights.models import Basis, MeasuredCase, Tally
from complaints.intake.models import ColumnMapping
from complaints.outbox.models import BarredAddress, Breaker, Message
from complaints.remedies.models import (
    Approval,
    Authority,
    Balance,
    ExchangeRate,
    LedgerEntry,
    LedgerProof,
    Remedy,
    Voucher,
)
from complaints.staff.models import Absence, Course, Employee, SettingChange, Training, Unit
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
    "Approval",
    "Attachment",
    "Authority",
    "Balance",
    "BarredAddress",
    "Basis",
    "Breaker",
    "BusinessCalendar",
    "Case",
    "CaseText",
    "ChangedCase",
    "Clock",
    "ColumnMapping",
    "Course",
    "Customer",
    "Edition",
    "EmailAddress",
    "Employee",
    "ExchangeRate",
    "FailureType",
    "LadderStep",
    "LedgerEntry",
    "LedgerProof",
    "MeasuredCase",
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
    "Tally",
    "Target",
    "TimelineEntry",
    "TrackingLink",
    "Training",
    "Unit",
    "UrgentRule",
    "Voucher",
]
