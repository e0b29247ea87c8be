"""The settings of PostgreSQL and NATS."""

from dataclasses import dataclass, field
from typing import Literal

Provider = Literal["any", "wheel", "path"]


@dataclass(frozen=True, slots=True)
class BackingSettings:
    """Where the two servers come from, and their passwords.

    With a URL, an external server is used and never started or stopped. Otherwise `provider` says where the programs may
    come from: the Python wheels, the machine's PATH, or either, wheels first. The passwords are those of servers Kith
    starts itself; they hold only letters, digits, '-' and '_', at least 16 of them.
    """

    postgres_password: str = field(default="", repr=False)
    nats_password: str = field(default="", repr=False)
    postgres_url: str | None = field(default=None, repr=False)
    nats_url: str | None = field(default=None, repr=False)
    provider: Provider = "any"
