"""Web's settings. Environment: `KITH_WEB_...`."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from libs.host.settings import ServiceSettings
from libs.host.trusted_proxies import TrustedProxies
from services.web.http.public_address import PublicAddress


def _check_url(value: str) -> str:
    PublicAddress.parse(value)
    return value


def _check_proxies(value: str) -> str:
    TrustedProxies(value)
    return value


class Settings(ServiceSettings):
    """Settings of web, in addition to those of every service."""

    model_config = SettingsConfigDict(env_prefix="KITH_WEB_", extra="ignore")

    page_address: str = Field(default="127.0.0.1:8400", description="Where the pages are served: `<host>:<port>`")
    public_url: Annotated[str, AfterValidator(_check_url)] = Field(
        default="http://localhost:8400", description="What members type; other hosts are refused, and https makes cookies insist on it"
    )
    trusted_proxies: Annotated[str, AfterValidator(_check_proxies)] = Field(
        default="", description="Addresses or networks of web servers in front, whose X-Forwarded-For and -Proto are believed"
    )
    connections: int = Field(default=10_000, ge=32, description="Open connections of browsers, in all")
    connections_of_an_address: int = Field(default=100, ge=8, description="Open connections of one address that is no trusted proxy")
    co_op_name: str = Field(default="Our co-op", description="At the head of every page")
    phone: str = Field(default="", description="The number to ring; pages leave it out when it is empty")
    zone: str = Field(default="Europe/London", description="Days and times on the pages")
    source_url: str = Field(default="", description="Where the source of this very version is; empty = the project's own page")
    forms_key_file: Path = Field(default=Path("keys/forms.key"), description="32 bytes in hex: the HMAC key of form tokens")
    identity_address: str = Field(description="Where to ask identity")
    membership_address: str = Field(description="Where to ask membership")
    governance_address: str = Field(description="Where to ask governance")
    federation_address: str = Field(description="Where to ask federation")
