"""The addresses of the PostgreSQL and NATS servers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sqlalchemy import URL

ServerSource = Literal["url", "wheel", "path"]


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """The address and administrator's login of a PostgreSQL server.

    `host` is a socket directory (it begins with '/') or a host name; `user` is the administrator; `database` is one that exists
    and that the administrator may connect to; `query` holds the extra parameters of an operator's URL (such as `ssl`), which every URL
    made here repeats.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    major: int
    source: ServerSource
    database: str = "postgres"
    query: Mapping[str, str | tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def url(self, database: str | None = None, role: str | None = None, password: str | None = None) -> URL:
        """Return the asyncpg URL of a database for a role; without arguments, the administrator's.

        The URL hides its password when printed; `render_as_string(hide_password=False)` gives the text for a child process.
        """
        by_socket = self.host.startswith("/")
        # A directory cannot stand in a URL's host part.
        socket = {"host": self.host, "port": str(self.port)} if by_socket else {}
        return URL.create(
            "postgresql+asyncpg",
            username=role or self.user,
            password=self.password if role is None else password,
            host=None if by_socket else self.host,
            port=None if by_socket else self.port,
            database=database or self.database,
            query={**self.query, **socket},
        )


@dataclass(frozen=True, slots=True)
class NatsAddress:
    """The address and login of a NATS server or cluster: `servers` are URLs without credentials, as nats-py takes them."""

    servers: tuple[str, ...]
    user: str | None
    password: str | None = field(repr=False)
    source: ServerSource
