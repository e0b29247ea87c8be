"""Federation's settings. Environment: `KITH_FEDERATION_...`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings


class Settings(ServiceSettings):
    """Federation's settings beside those of every service."""

    model_config = SettingsConfigDict(env_prefix="KITH_FEDERATION_", extra="ignore")

    co_op_id: str = Field(description="Who this co-op is to others: a-z, 0-9, dots and hyphens")
    co_op_name: str = Field(default="Our co-op", description="As other co-ops' pages show it")
    root_key_file: Path = Field(default=Path("keys/federation/root.pem"), description="May be missing: kept elsewhere")
    seal_key_file: Path = Field(default=Path("keys/federation/seal.key"), description="32 bytes in hex: seals its other keys")
    anchor_file: Path = Field(
        default=Path("anchor"),
        description="What was signed, outside the database and its backups",
        json_schema_extra={"made_by_the_service": True},
    )
    border_address: str = Field(default="", description="Where other co-ops reach us, `<host>:<port>`; empty = no inbound port")
    endpoint: str = Field(default="", description="The same as others dial it")
    governance_address: str = Field(description="Where to ask governance for outcome bytes")
    matching_address: str = Field(description="Where to ask matching how many people fit another co-op's ask")
