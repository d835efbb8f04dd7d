"""Sign-in for employees: accounts are made by administrators, never by oneself."""

from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

log = structlog.get_logger(__name__)


class StaffAdapter(DefaultAccountAdapter):
    """What django-allauth asks about accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: an employee is entered by an administrator."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail about an account; one that cannot be sent is logged, and the page goes on.

        A fault would tell a stranger who is a colleague. The page says whom to ask when nothing comes.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            log.exception("account.mail_not_sent", template=template_prefix)
