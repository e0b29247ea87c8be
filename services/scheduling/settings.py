"""Settings of the scheduling service, from environment variables `KITH_SCHEDULING_...`."""

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
