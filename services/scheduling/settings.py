"""Settings of the scheduling service, from environment variables `KITH_SCHEDULING_...`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings, TimeZoneName


class Settings(ServiceSettings):
    """What scheduling adds to the settings that every service has."""

    model_config = SettingsConfigDict(env_prefix="KITH_SCHEDULING_", extra="ignore")

    zone: TimeZoneName = Field(default="Europe/London", description="The co-op's time zone: by its clock people say when a visit is")
    draft_iterations: int = Field(
        default=1_000_000, ge=0, le=50_000_000, description="How many steps the rota engine takes for a draft of a week"
    )
    places_file: Path = Field(
        default=Path("places/postcodes.csv"), description="Where each postcode lies: a CSV file with postcode, latitude and longitude"
    )
    travel_folder: Path = Field(default=Path("travel"), description="How fast workers go, and measured tables: see docs/formats/travel.md")
