"""Governance's settings. Environment: `KITH_GOVERNANCE_...`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import Service, Zone


class Settings(Service):
    """Beside what every service has."""

    model_config = SettingsConfigDict(env_prefix="KITH_GOVERNANCE_", extra="ignore")

    zone: Zone = Field(default="Europe/London", description="The co-op's time zone: it says which day it is")
    co_op_id: str = Field(description="Who this co-op is to others: a-z, 0-9, dots and hyphens")
