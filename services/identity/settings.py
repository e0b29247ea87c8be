"""Settings of the identity service, from environment variables `KITH_IDENTITY_...`."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings


class Settings(ServiceSettings):
    """The common settings of a service, and identity's own keys."""

    model_config = SettingsConfigDict(env_prefix="KITH_IDENTITY_", extra="ignore")

    token_signing_key_file: Path = Field(default=Path("keys/token.pem"), description="The private key callers' tokens are signed with")
    zone: str = Field(default="Europe/London", description="The co-op's time zone: it decides when the last day of a member is over")
    codes_key_file: Path = Field(default=Path("keys/codes.key"), description="32 bytes in hex: what marks of codes are made with")

    public_url: str = Field(default="http://localhost:8400", description="What members type: the site for which passkeys are")

    @field_validator("zone")
    @classmethod
    def _require_known_zone(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (KeyError, ValueError, OSError) as error:
            message = f"there is no time zone {zone}"
            raise ValueError(message) from error
