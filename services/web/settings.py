"""Web's settings. Environment: `KITH_WEB_...`."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings
from libs.host.trusted_proxies import TrustedProxies
from libs.mail.settings import MailSettings, MailTls
from services.web.http.public_address import PublicAddress


def _check_url(value: str) -> str:
    PublicAddress.parse(value)
    return value


def _check_proxies(value: str) -> str:
    TrustedProxies(value)
    return value


class Settings(ServiceSettings):
    """Settings of web, in addition to those of every service."""

    model_config = SettingsConfigDict(env_prefix="KITH_WEB_", extra="ignore")

    page_address: str = Field(default="127.0.0.1:8400", description="Where the pages are served: `<host>:<port>`")
    public_url: Annotated[str, AfterValidator(_check_url)] = Field(
        default="http://localhost:8400", description="What members type; other hosts are refused, and https makes cookies insist on it"
    )
    trusted_proxies: Annotated[str, AfterValidator(_check_proxies)] = Field(
        default="", description="Addresses or networks of web servers in front, whose X-Forwarded-For and -Proto are believed"
    )
    quiet_minutes: int = Field(default=15, ge=1, le=720, description="As identity's: what pages say about devices that others use too")
    shared_session_minutes: int = Field(default=60, ge=5, le=720, description="As identity's: what pages say about such devices")
    connections: int = Field(default=10_000, ge=32, description="Open connections of browsers, in all")
    connections_of_an_address: int = Field(default=100, ge=8, description="Open connections of one address that is no trusted proxy")
    co_op_name: str = Field(default="Our co-op", description="At the head of every page")
    phone: str = Field(default="", description="The number to ring; pages leave it out when it is empty")
    zone: str = Field(default="Europe/London", description="Days and times on the pages")
    source_url: str = Field(default="", description="Where the source of this very version is; empty = the project's own page")
    forms_key_file: Path = Field(default=Path("keys/forms.key"), description="32 bytes in hex: the HMAC key of form tokens")
    mail_host: str = Field(default="", description="The mail server (SMTP); empty = no mail is sent")
    mail_port: int = Field(default=587, ge=1, le=65535, description="The mail server's port")
    mail_tls: MailTls = Field(default=MailTls.STARTTLS, description="starttls, tls, or none for a server on this machine")
    mail_user: str = Field(default="", description="The name to sign in with at the mail server; empty = without")
    mail_password_file: Path | None = Field(default=None, description="A file with the password for the mail server")
    mail_from: str = Field(default="", description="The address that mail comes from")
    mail_authority_file: Path | None = Field(default=None, description="Certificates to trust besides the system's")
    identity_address: str = Field(description="Where to ask identity")
    membership_address: str = Field(description="Where to ask membership")
    governance_address: str = Field(description="Where to ask governance")
    matching_address: str = Field(description="Where to ask matching")
    scheduling_address: str = Field(description="Where to ask scheduling")
    federation_address: str = Field(description="Where to ask federation")

    def mail(self) -> MailSettings:
        """The mail server with its password. Raises OSError when a file cannot be read."""
        password = self.mail_password_file.read_text(encoding="utf-8").strip() if self.mail_password_file else ""
        authority = str(self.mail_authority_file or "")
        return MailSettings(self.mail_host, self.mail_port, self.mail_tls, self.mail_user, password, self.mail_from, authority)
