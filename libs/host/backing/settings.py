"""What an operator decides about PostgreSQL and NATS."""

from dataclasses import dataclass, field
from typing import Literal

Provider = Literal["any", "wheel", "path"]


@dataclass(frozen=True, slots=True)
class BackingSettings:
    """Where the two servers come from and the secrets they are opened with.

    With a URL the operator's own server is used and never started or stopped. Otherwise `provider` says where the programs may
    come from: the Python wheels, the machine's PATH, or any of the two, wheels first. The passwords are those of servers Kith
    starts itself; they hold letters, digits, '-' and '_' only and at least 16 of them.
    """

    postgres_password: str = field(default="", repr=False)
    nats_password: str = field(default="", repr=False)
    postgres_url: str | None = field(default=None, repr=False)
    nats_url: str | None = field(default=None, repr=False)
    provider: Provider = "any"
