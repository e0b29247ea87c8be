"""Settings of the identity service, from environment variables `KITH_IDENTITY_...`."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings
from services.identity.domain.session import SessionLimits


class Settings(ServiceSettings):
    """The common settings of a service, and identity's own keys."""

    model_config = SettingsConfigDict(env_prefix="KITH_IDENTITY_", extra="ignore")

    token_signing_key_file: Path = Field(default=Path("keys/token.pem"), description="The private key callers' tokens are signed with")
    zone: str = Field(default="Europe/London", description="The co-op's time zone: it decides when the last day of a member is over")
    codes_key_file: Path = Field(default=Path("keys/codes.key"), description="32 bytes in hex: what marks of codes are made with")

    public_url: str = Field(default="http://localhost:8400", description="What members type: the site for which passkeys are")
    co_op_name: str = Field(default="", description="The co-op's name, which is no password")
    shared_session_minutes: int = Field(default=60, ge=5, le=720, description="How long a session on a shared device lasts at most")
    quiet_minutes: int = Field(default=15, ge=1, le=720, description="After so long without use a session on a shared device ends")

    def session_limits(self) -> SessionLimits:
        return SessionLimits(timedelta(minutes=self.shared_session_minutes), timedelta(minutes=self.quiet_minutes))

    @field_validator("zone")
    @classmethod
    def _require_known_zone(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (KeyError, ValueError, OSError) as error:
            message = f"there is no time zone {zone}"
            raise ValueError(message) from error
