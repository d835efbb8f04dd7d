"""Hand messages to the outside world: over SMTP, to a provider, into files, whatever Django's settings name."""

from __future__ import annotations

import re
import smtplib
from types import TracebackType
from typing import Any, Final, Self

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailMessage
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from requests import Timeout

from complaints.outbox.models import Message, Trouble
from complaints.outbox.render import Rendered, with_link
from complaints.outbox.reply_address import reply_address

REFUSED_FOR_GOOD: Final = 500  # SMTP replies from here on are permanent
HANGS_UP: Final = 421  # the server ends the connection: it has had enough of it, or of us
_NO_MAILBOX: Final = re.compile(rb"\b5\.1\.(?:1|2|3|6|10)\b")  # RFC 3463: the address is at fault, not our mail
_TOO_MANY: Final = re.compile(r"\b4\.5\.3\b")
_TO_SIGN_IN: Final = frozenset({401, 403})


class TransportError(Exception):
    """The transport did not take the message; `permanent` says whether trying again could help."""

    def __init__(self, trouble: Trouble, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason
        self.permanent = permanent


class Line:
    """One connection for as many messages as a worker has at hand, opened when the first one leaves."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._taken: int | None = None  # how many this connection took; None while there is none

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, message: Message, words: Rendered, *, link: str) -> str:
        """Hand over one message and give back what a provider calls it, if anything; raises TransportError.

        The Message-ID stays the same whenever the message is tried again, so that a transport which can tell
        (`mail_files` can) recognises what it has taken before, and a mailbox shows it once.
        """
        try:
            mail = _mail(message, words, link=link)
            self._open()
            try:
                self._connection.send_messages([mail])
            except smtplib.SMTPSenderRefused as error:
                if error.smtp_code != HANGS_UP or not self._taken:
                    raise
                self._hang_up()  # so many on one connection were enough; nothing of this one was taken yet
                self._open()
                self._connection.send_messages([mail])
        except TransportError:
            raise
        except (smtplib.SMTPException, AnymailError, OSError, ValueError, TypeError) as error:
            told = _in_sending(error)
            if not told.permanent:
                self._hang_up()
            raise told from error
        self._taken = (self._taken or 0) + 1
        name = mail.anymail_status.message_id
        return "" if name is None else str(name)

    def _open(self) -> None:
        """Connect and sign in. Whatever is wrong here is wrong with the server or with us, and passes."""
        if self._taken is not None:
            return
        try:
            self._connection.open()
        except smtplib.SMTPAuthenticationError as error:
            raise TransportError(Trouble.SIGN_IN, _reply(error), permanent=False) from error
        except smtplib.SMTPResponseException as error:
            raise TransportError(Trouble.UNREACHABLE, _reply(error), permanent=False) from error
        except (smtplib.SMTPException, ImproperlyConfigured, OSError) as error:
            trouble = Trouble.TIMED_OUT if _is_late(error) else Trouble.UNREACHABLE
            raise TransportError(trouble, _words(error), permanent=False) from error
        self._taken = 0

    def _hang_up(self) -> None:
        """End the connection; what a server says to that changes nothing."""
        self._taken = None
        try:
            self._connection.close()
        except (smtplib.SMTPException, OSError):
            self._connection = get_connection()


def _mail(message: Message, words: Rendered, *, link: str) -> Any:
    mail = AnymailMessage(
        subject=with_link(words.subject, link),
        body=with_link(words.text, link),
        to=[message.recipient],
        reply_to=[address] if (address := reply_address(message)) else None,
        headers={
            "Message-ID": message.message_id,
            "Content-Language": words.language,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",  # Exchange does not read the line above
        },
        metadata={"message": message.message_id},  # providers repeat it when they report
    )
    mail.attach_alternative(with_link(words.html, link), "text/html")
    return mail


def _in_sending(error: Exception) -> TransportError:
    """Tell what is wrong with this message for good from what passes."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, words = next(iter(error.recipients.values()))
            return _by_code(code, words, gone=bool(_NO_MAILBOX.search(words)))
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():  # an address in letters that the server does not know
            return TransportError(Trouble.UNSENDABLE, _words(error), permanent=True)
        case AnymailAPIError() | AnymailRecipientsRefused():
            return _from_provider(error)
        case smtplib.SMTPException() | OSError():
            trouble = Trouble.TIMED_OUT if _is_late(error) else Trouble.UNREACHABLE
            return TransportError(trouble, _words(error), permanent=False)
        case _:  # a header or an address that can never be sent
            return TransportError(Trouble.UNSENDABLE, _words(error), permanent=True)


def _by_code(code: int, words: bytes | str, *, gone: bool = False) -> TransportError:
    """Read the reply of an SMTP server."""
    reason = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    if code >= REFUSED_FOR_GOOD:
        return TransportError(Trouble.NO_MAILBOX if gone else Trouble.REFUSED, reason, permanent=True)
    too_many = code == HANGS_UP or _TOO_MANY.search(reason)
    return TransportError(Trouble.TOO_MANY if too_many else Trouble.NOT_NOW, reason, permanent=False)


def _from_provider(error: AnymailError) -> TransportError:
    """Read the answer of a provider: 429 and 5xx pass, a wrong key is ours to mend, other refusals are for good."""
    status = error.status_code
    if isinstance(error, AnymailRecipientsRefused):
        return TransportError(Trouble.REFUSED, _words(error), permanent=True)
    if status is None:
        trouble = Trouble.TIMED_OUT if _is_late(error) else Trouble.UNREACHABLE
        return TransportError(trouble, _words(error), permanent=False)
    if status in _TO_SIGN_IN:
        return TransportError(Trouble.SIGN_IN, _words(error), permanent=False)
    if status == 429:
        return TransportError(Trouble.TOO_MANY, _words(error), permanent=False)
    if status >= 500:
        return TransportError(Trouble.NOT_NOW, _words(error), permanent=False)
    return TransportError(Trouble.REFUSED, _words(error), permanent=True)


def _is_late(error: BaseException) -> bool:
    """Whether time ran out: smtplib and the providers' clients put their own error over it."""
    under = error.__cause__ or error.__context__
    return isinstance(error, TimeoutError | Timeout) or (under is not None and _is_late(under))


def _reply(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    return f"{error.smtp_code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
