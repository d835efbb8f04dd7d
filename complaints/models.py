"""The list of models that Django reads; nobody else imports this module."""

from complaints.cases.models import (
    Attachment,
    Case,
    CaseText,
    Clock,
    SameFailure,
    SourceRecord,
    TimelineEntry,
    TrackingLink,
)
from complaints.customers.models import Consent, Customer, EmailAddress, Merge, Phone, Suspicion
from complaints.escalation.models import LadderStep, Reminder, UrgentRule
from complaints.fulfilment.models import Endpoint, Order
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
    "Breaker",
    "BusinessCalendar",
    "Case",
    "CaseText",
    "Clock",
    "ColumnMapping",
    "Consent",
    "Course",
    "Customer",
    "Edition",
    "EmailAddress",
    "Employee",
    "Endpoint",
    "ExchangeRate",
    "FailureType",
    "LadderStep",
    "LedgerEntry",
    "LedgerProof",
    "Merge",
    "Message",
    "Order",
    "Phone",
    "RecoveryStandard",
    "Remedy",
    "Reminder",
    "SameFailure",
    "ServiceStandard",
    "SettingChange",
    "SourceRecord",
    "SpecialDay",
    "StandardVersion",
    "Suspicion",
    "Target",
    "TimelineEntry",
    "TrackingLink",
    "Training",
    "Unit",
    "UrgentRule",
    "Voucher",
]
