"""Hand a message to the outside world."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMultiAlternatives, get_connection

from complaints.outbox.models import Message
from complaints.outbox.render import Rendered, with_link

REFUSED_FOR_GOOD = 500  # SMTP replies from here on are permanent


class TransportError(Exception):
    """The transport did not take the message; `permanent` says whether trying again could help."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


def send(message: Message, words: Rendered, *, link: str) -> None:
    """Hand over one message, through the mail set-up of Django's settings; raises TransportError.

    The Message-ID stays the same whenever the message is tried again, so that a transport which can tell
    (`mail_files` can) recognises what it has taken before, and a mailbox shows it once.
    """
    mail = EmailMultiAlternatives(
        subject=with_link(words.subject, link),
        body=with_link(words.text, link),
        to=[message.recipient],
        headers={
            "Message-ID": message.message_id,
            "Content-Language": message.language,
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(with_link(words.html, link), "text/html")
    try:
        with get_connection() as connection:
            mail.connection = connection
            mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise TransportError(str(error.recipients), permanent=min(codes, default=0) >= REFUSED_FOR_GOOD) from error
    except smtplib.SMTPResponseException as error:
        raise TransportError(
            f"{error.smtp_code} {error.smtp_error!r}", permanent=error.smtp_code >= REFUSED_FOR_GOOD
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TransportError(str(error) or type(error).__name__, permanent=False) from error
    except ValueError as error:  # a header or address that can never be sent
        raise TransportError(str(error), permanent=True) from error
