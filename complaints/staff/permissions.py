"""Who may do what to a case they see, and to the settings: one table, per role."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from complaints.common.errors import NotPermitted
from complaints.staff.models import Employee, Role


class Permission(StrEnum):
    VIEW = "case:view"
    FILE = "case:file"
    ACKNOWLEDGE = "case:acknowledge"
    TAKE = "case:take"
    ASSIGN = "case:assign"
    NOTE = "case:note"
    WRITE = "case:write"
    ASK = "case:ask"
    ESCALATE = "case:escalate"
    STEP_DOWN = "case:step_down"
    REASSESS = "case:reassess"
    RESOLVE = "case:resolve"
    CONFIRM = "case:confirm"
    REOPEN = "case:reopen"
    WITHDRAW = "case:withdraw"
    MARK_DUPLICATE = "case:mark_duplicate"
    UNMARK_DUPLICATE = "case:unmark_duplicate"
    LINK_FAILURE = "failure:link"
    PART_FAILURE = "failure:part"
    RETRY_MESSAGE = "message:retry"
    VIEW_MAIL = "mail:view"
    TAKE_MAIL = "mail:take"
    CHANGE_CUSTOMER = "customer:change"
    HAND_OUT_LINK = "link:hand_out"
    CHANGE_GROUP = "customer:group"
    MERGE_CUSTOMERS = "customer:merge"
    VIEW_ESCALATIONS = "escalation:view"
    PROPOSE_REMEDY = "remedy:propose"
    FULFIL_REMEDY = "remedy:fulfil"
    REVERSE_REMEDY = "remedy:reverse"
    RETRY_ORDER = "order:retry"
    REDEEM_VOUCHER = "voucher:redeem"
    DECIDE_APPROVAL = "approval:decide"
    VIEW_BUDGETS = "budget:view"
    VIEW_INSIGHTS = "insights:view"
    KEEP_ABSENCES = "absence:keep"
    KEEP_SETTINGS = "settings:keep"
    KEEP_PLAYBOOKS = "playbook:keep"
    KEEP_CATALOGUE = "catalogue:keep"
    KEEP_TEXTS = "text:keep"
    VIEW_CAUSES = "cause:view"
    ANSWER_CAUSES = "cause:answer"
    INVESTIGATE = "cause:investigate"


_ADMINISTRATION: Final = frozenset(
    {Permission.KEEP_SETTINGS, Permission.KEEP_PLAYBOOKS, Permission.KEEP_CATALOGUE, Permission.KEEP_TEXTS}
)
_CAUSES: Final = frozenset({Permission.VIEW_CAUSES, Permission.ANSWER_CAUSES, Permission.INVESTIGATE})
_LEADING: Final = frozenset(
    {
        Permission.ASSIGN,
        Permission.STEP_DOWN,
        Permission.UNMARK_DUPLICATE,
        Permission.CHANGE_GROUP,
        Permission.VIEW_ESCALATIONS,
        Permission.KEEP_ABSENCES,
        Permission.REVERSE_REMEDY,
        Permission.PART_FAILURE,
        Permission.DECIDE_APPROVAL,
        Permission.VIEW_BUDGETS,
        Permission.VIEW_INSIGHTS,
        Permission.VIEW_CAUSES,
        Permission.ANSWER_CAUSES,
    }
)
_STEWARDSHIP: Final = frozenset({Permission.MERGE_CUSTOMERS})
"""Who keeps the profiles of customers: analysts and administrators, who see whole and handle no complaint."""

_HANDLING: Final = frozenset(Permission) - _LEADING - _ADMINISTRATION - _STEWARDSHIP - _CAUSES

GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.FRONT_LINE: _HANDLING,
    Role.MANAGER: _HANDLING | _LEADING,
    Role.VP: _HANDLING | _LEADING,
    Role.ANALYST: frozenset(
        {
            Permission.MERGE_CUSTOMERS,
            Permission.VIEW,
            Permission.NOTE,
            Permission.VIEW_ESCALATIONS,
            Permission.VIEW_BUDGETS,
            Permission.VIEW_INSIGHTS,
            Permission.KEEP_TEXTS,
            Permission.KEEP_PLAYBOOKS,
            Permission.KEEP_CATALOGUE,
        }
        | _CAUSES
    ),
    Role.ADMINISTRATOR: _ADMINISTRATION
    | _STEWARDSHIP
    | {
        Permission.VIEW,
        Permission.RETRY_MESSAGE,
        Permission.VIEW_MAIL,
        Permission.RETRY_ORDER,
        Permission.KEEP_ABSENCES,
        Permission.VIEW_BUDGETS,
        Permission.VIEW_CAUSES,
        Permission.VIEW_INSIGHTS,
    },
}


def may(employee: Employee, permission: Permission) -> bool:
    """Whether the role of an active employee grants the step."""
    return employee.is_active and permission in GRANTS.get(Role(employee.role), frozenset())


def require(employee: Employee, permission: Permission, refusal: type[NotPermitted] = NotPermitted) -> None:
    """Raise NotPermitted, or a refusal that says it better, unless the role grants the step."""
    if not may(employee, permission):
        raise refusal(permission=permission)
