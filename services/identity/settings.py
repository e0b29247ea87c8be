"""Settings of the identity service, from environment variables `KITH_IDENTITY_...`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings


class Settings(ServiceSettings):
    """The common settings of a service, and identity's own keys."""

    model_config = SettingsConfigDict(env_prefix="KITH_IDENTITY_", extra="ignore")

    token_signing_key_file: Path = Field(default=Path("keys/token.pem"), description="The private key callers' tokens are signed with")
    codes_key_file: Path = Field(default=Path("keys/codes.key"), description="32 bytes in hex: what marks of codes are made with")
