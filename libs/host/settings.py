"""Settings that every service shares. `kith up` fills them from the data folder; a single service reads them from the environment."""

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.clock import MAX_AHEAD

_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:\[\]/]+):[0-9]{1,5}")


def _check_address(value: str) -> str:
    if value.startswith("unix:") or _HOST_AND_PORT.fullmatch(value):
        return value
    message = "it is not an address; write `unix:<path>` or `<host>:<port>`"
    raise ValueError(message)


def _check_log_level(value: str) -> str:
    if value.upper() in ("DEBUG", "INFO", "WARNING", "ERROR"):
        return value
    message = "write debug, info, warning or error"
    raise ValueError(message)


def _check_time_zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (LookupError, ValueError, OSError):
        message = "there is no such time zone; write one such as Europe/London"
        raise ValueError(message) from None


def _check_database_url(value: str) -> str:
    if value.startswith("postgresql+asyncpg://"):
        return value
    message = "it is not a database URL; write postgresql+asyncpg://role@host:5432/database"
    raise ValueError(message)


Address = Annotated[str, AfterValidator(_check_address)]
"""`unix:<path>` or `<host>:<port>`."""
TimeZoneName = Annotated[str, AfterValidator(_check_time_zone)]
"""A time zone's name, such as Europe/London."""
LogLevel = Annotated[str, AfterValidator(_check_log_level)]
DatabaseUrl = Annotated[str, AfterValidator(_check_database_url)]


class SharedSettings(BaseSettings):
    """Settings of the whole instance, the same for every service. Environment: `KITH_...`."""

    # A container composition passes on variables that the operator left empty; empty means unset.
    model_config = SettingsConfigDict(env_prefix="KITH_", extra="ignore", env_ignore_empty=True)

    co_op: str = Field(default="", description="The co-op's id")
    nats_url: str = Field(default="nats://127.0.0.1:4222", description="One server of NATS, or several of a cluster with commas between")
    nats_user: str = ""
    nats_password: SecretStr = SecretStr("")
    nats_password_file: Path | None = None
    nats_ca_file: str = Field(default="", description="The authority that signed NATS's certificate; empty = no TLS towards NATS")
    tls_folder: Path | None = Field(default=None, description="mTLS between services; none = Unix sockets or loopback only")
    token_key_file: Path = Field(default=Path("keys/token.pub.pem"), description="The public key that callers' tokens are checked with")
    traces_endpoint: str = Field(default="", description="OTLP over HTTP; empty = no traces leave")
    traces_file: str = Field(default="", description="Spans as JSON lines, for tests and for looking")
    traces_sample: float = Field(default=0.05, ge=0, le=1)
    log_level: LogLevel = "INFO"
    operations_address: Address = Field(default="127.0.0.1:8401", description="/livez /readyz /metrics")
    data_folder: Path | None = Field(default=None, description="Where the data is, to see whether there is room; none = not looked at")
    clock_max_days_ahead: int = Field(
        default=MAX_AHEAD.days, ge=1, description="How far a clock without NTP may be ahead of the last known time"
    )
    trust_clock: bool = Field(default=False, description="A person has looked at the clock: what Kith knew before does not count")
    accept_older_data: bool = Field(default=False, description="The database is older than the anchor says, and is to be taken as it is")
    clock_file: Path | None = Field(default=None, description="Tests and demonstrations only: seconds the clock is shifted by")

    @property
    def certificates_folder(self) -> Path:
        """The authority's certificate, and the certificates of the services that run here, with their keys."""
        return self.tls_folder or self.token_key_file.parent / "tls"


class ServiceSettings(BaseSettings):
    """Settings that each service has of its own. Environment: `KITH_<SERVICE>_...`, set by the subclass."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    address: Address = Field(description="Where it listens: `unix:<path>` or `<host>:<port>`")
    database_url: DatabaseUrl = Field(description="postgresql+asyncpg://..., the run role")
    database_password_file: Path | None = None
    pool_size: int = Field(default=8, ge=2, description="Connections to its database")


def url_with_password(url: str, file: Path | None) -> str:
    """The URL with the password from a file: a password must not appear on a command line or in the environment."""
    if file is None:
        return url
    from sqlalchemy.engine import make_url

    password = file.read_text(encoding="utf-8").strip()
    return make_url(url).set(password=password).render_as_string(hide_password=False)
