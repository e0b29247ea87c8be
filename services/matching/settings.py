"""Settings of the matching service, from environment variables `KITH_MATCHING_...`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings, TimeZoneName


class Settings(ServiceSettings):
    """What matching adds to the settings that every service has."""

    model_config = SettingsConfigDict(env_prefix="KITH_MATCHING_", extra="ignore")

    zone: TimeZoneName = Field(default="Europe/London", description="The co-op's time zone: it decides which day it is")
    places_file: Path = Field(
        default=Path("places/postcodes.csv"), description="Where each postcode lies: a CSV file with postcode, latitude and longitude"
    )
