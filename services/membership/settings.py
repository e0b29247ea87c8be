"""What membership needs to know to start. Environment: `KITH_MEMBERSHIP_...`."""

from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from libs.host.settings import Service


class Settings(Service):
    """The co-op's zone besides what every service needs."""

    model_config = SettingsConfigDict(env_prefix="KITH_MEMBERSHIP_", extra="ignore")

    zone: str = Field(default="Europe/London", description="The co-op's time zone: it decides which day a member joins on")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (KeyError, ValueError, OSError) as error:
            message = f"there is no time zone {zone}"
            raise ValueError(message) from error
