"""Settings that every service shares. `kith up` fills them from the data folder; a process on its own reads them from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Shared(BaseSettings):
    """The instance, seen from one process. Environment: `KITH_...`."""

    model_config = SettingsConfigDict(env_prefix="KITH_", extra="ignore")

    co_op: str = Field(default="", description="The co-op's id")
    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str = ""
    nats_password: SecretStr = SecretStr("")
    nats_password_file: Path | None = None
    nats_ca_file: str = ""
    tls_folder: Path | None = Field(default=None, description="mTLS between services; none = Unix sockets or loopback only")
    token_key_file: Path = Field(default=Path("keys/token.pub.pem"), description="The public key that callers' tokens are checked with")
    traces_endpoint: str = Field(default="", description="OTLP over HTTP; empty = no traces leave")
    traces_file: str = Field(default="", description="Spans as JSON lines, for tests and for looking")
    traces_sample: float = 0.05
    log_level: str = "INFO"
    operations_address: str = Field(default="127.0.0.1:8401", description="/livez /readyz /metrics")
    clock_file: Path | None = Field(default=None, description="Tests and demonstrations only: seconds the clock is shifted by")


class Service(BaseSettings):
    """What each service needs of its own. Environment: `KITH_<SERVICE>_...`, set by the subclass."""

    model_config = SettingsConfigDict(extra="ignore")

    address: str = Field(description="Where it listens: `unix:<path>` or `<host>:<port>`")
    database_url: str = Field(description="postgresql+asyncpg://..., the run role")
    database_password_file: Path | None = None
    owner_url: str = Field(default="", description="The owner role; only `python -m services migrate` needs it")
    owner_password_file: Path | None = None
    pool_size: int = 8


def with_password(url: str, file: Path | None) -> str:
    """The URL with the password a file holds: a password has no business on a command line or in an environment listing."""
    if file is None:
        return url
    from sqlalchemy.engine import make_url

    password = file.read_text(encoding="utf-8").strip()
    return make_url(url).set(password=password).render_as_string(hide_password=False)
