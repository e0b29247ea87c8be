"""How the mail server is reached. Apart from the server itself, so that commands read settings without loading SMTP."""

from dataclasses import dataclass, field
from enum import StrEnum


class MailTls(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class MailSettings:
    """Where mail is sent. Without a `host` there is no mail."""

    host: str = ""
    port: int = 587
    tls: MailTls = MailTls.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    authority_file: str = ""
    """Certificates to trust besides the system's, for a server of one's own."""
