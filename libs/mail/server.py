"""The mail server (SMTP): how it is reached, and what goes wrong with it, in a few reasons that people can act on."""

import smtplib
import ssl
from email.message import EmailMessage
from enum import StrEnum

from libs.mail.settings import MailSettings, MailTls

SECONDS = 20.0
_PERMANENT = 500


class MailFailure(StrEnum):
    """Why a mail was not sent."""

    AWAY = "MAIL_AWAY"
    """The server does not answer, or broke off."""
    TLS = "MAIL_TLS"
    PASSWORD = "MAIL_PASSWORD"  # noqa: S105 - a reason
    SENDER = "MAIL_SENDER"
    LATER = "MAIL_LATER"
    """The server asks to try again later."""
    ADDRESS = "MAIL_ADDRESS"
    """The server refuses the address for good."""
    REFUSED = "MAIL_REFUSED"
    """The server refuses the mail for good."""


ENDS = frozenset({MailFailure.ADDRESS, MailFailure.REFUSED})
"""No further try helps."""
OF_SERVER = frozenset({MailFailure.AWAY, MailFailure.TLS, MailFailure.PASSWORD, MailFailure.SENDER})
"""Every other mail would fail in the same way now."""


class MailError(Exception):
    """A mail was not sent. `answer` is what the server said, for the operator's eyes only: it may quote the address."""

    def __init__(self, failure: MailFailure, answer: str = "") -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.answer = answer


class MailConnection:
    """One connection, for mails one after the other. Its methods block: call them in a thread."""

    def __init__(self, settings: MailSettings) -> None:
        """Connects and signs in. Raises MailError AWAY, TLS or PASSWORD."""
        self._sender = settings.sender
        try:
            self._smtp = _connect(settings)
        except smtplib.SMTPAuthenticationError as error:
            raise MailError(MailFailure.PASSWORD, _said(error.smtp_error)) from error
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
            raise MailError(MailFailure.TLS, str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(MailFailure.AWAY, str(error)) from error

    def send(self, message: EmailMessage) -> None:
        """Returns once the server has taken the mail. Raises MailError."""
        try:
            self._smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, answer), *_] = error.recipients.values()
            raise MailError(MailFailure.ADDRESS if code >= _PERMANENT else MailFailure.LATER, _said(answer)) from error
        except smtplib.SMTPSenderRefused as error:
            raise MailError(MailFailure.SENDER if error.smtp_code >= _PERMANENT else MailFailure.LATER, _said(error.smtp_error)) from error
        except smtplib.SMTPNotSupportedError as error:
            # An address with other letters than ASCII, and a server that cannot carry it.
            raise MailError(MailFailure.ADDRESS, str(error)) from error
        except smtplib.SMTPDataError as error:
            raise MailError(MailFailure.REFUSED if error.smtp_code >= _PERMANENT else MailFailure.LATER, _said(error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(MailFailure.AWAY, str(error)) from error

    def close(self) -> None:
        """Says goodbye, as far as anybody listens."""
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()


def _connect(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.authority_file:
        context.load_verify_locations(settings.authority_file)
    if settings.tls is MailTls.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    try:
        if settings.tls is MailTls.STARTTLS:
            smtp.starttls(context=context)
        if settings.user:
            smtp.login(settings.user, settings.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _said(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
