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
from complaints.customers.models import Customer, EmailAddress, Phone
from complaints.escalation.models import LadderStep, Reminder, UrgentRule
from complaints.fulfilment.models import Endpoint, Order
from complaints.incoming.models import Fetched, Mail, Mailbox, Tally
from complaints.insights.models import OutcomeTally
from complaints.intake.models import ColumnMapping
from complaints.outbox.models import BarredAddress, Breaker, Message, MessageLanguage, MessageText
from complaints.remedies.catalogue import RemedyType
from complaints.remedies.models import (
    Advice,
    Approval,
    Authority,
    Balance,
    ExchangeRate,
    LedgerEntry,
    LedgerProof,
    Playbook,
    PlaybookVersion,
    Remedy,
    TroubleRate,
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
    "Advice",
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
    "Course",
    "Customer",
    "Edition",
    "EmailAddress",
    "Employee",
    "Endpoint",
    "ExchangeRate",
    "FailureType",
    "Fetched",
    "LadderStep",
    "LedgerEntry",
    "LedgerProof",
    "Mail",
    "Mailbox",
    "Message",
    "MessageLanguage",
    "MessageText",
    "Order",
    "OutcomeTally",
    "Phone",
    "Playbook",
    "PlaybookVersion",
    "RecoveryStandard",
    "Remedy",
    "RemedyType",
    "Reminder",
    "SameFailure",
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
    "TroubleRate",
    "Unit",
    "UrgentRule",
    "Voucher",
]
