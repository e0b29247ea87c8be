"""Governance's settings, read from environment variables `KITH_GOVERNANCE_...`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings, TimeZoneName


class Settings(ServiceSettings):
    """What governance adds to the settings that every service has."""

    model_config = SettingsConfigDict(env_prefix="KITH_GOVERNANCE_", extra="ignore")

    zone: TimeZoneName = Field(default="Europe/London", description="The co-op's time zone: it decides which day it is")
    co_op_id: str = Field(description="This co-op's id among other co-ops: a-z, 0-9, dots and hyphens")
