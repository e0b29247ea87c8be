"""Settings of the membership service, from environment variables `KITH_MEMBERSHIP_...`."""

from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings


class Settings(ServiceSettings):
    """The common settings of a service, and the co-op's time zone."""

    model_config = SettingsConfigDict(env_prefix="KITH_MEMBERSHIP_", extra="ignore")

    zone: str = Field(default="Europe/London", description="The co-op's time zone: it decides which day a member joins on")

    @field_validator("zone")
    @classmethod
    def _require_known_zone(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (KeyError, ValueError, OSError) as error:
            message = f"there is no time zone {zone}"
            raise ValueError(message) from error
