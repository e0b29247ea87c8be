"""A connection that says who asks in the message that begins a transaction: one way to the server and back, and not two, for each call.

Row-level security reads the caller from settings that end with the transaction. Nothing is sent before the first statement: who asks for
nothing costs nothing.
"""

from collections.abc import Mapping

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

_BEGIN = "BEGIN"


class CallersConnection(asyncpg.Connection):
    """`settings` are set by the unit of work that has the connection, which takes them away again."""

    settings = ""
    """What `settings_of` made, to be sent as the next transaction begins; empty for none."""

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:
        """As asyncpg's, through which its transactions begin."""
        if self.settings and query.startswith(_BEGIN):
            query += self.settings
        return str(await super().execute(query, *args, timeout=timeout))


def callers_connection(connection: AsyncConnection) -> CallersConnection:
    """That of SQLAlchemy's connection."""
    driver = connection.sync_connection.connection.driver_connection if connection.sync_connection else None
    if not isinstance(driver, CallersConnection):
        raise TypeError(type(driver))
    return driver


def settings_of(values: Mapping[str, str]) -> str:
    """SQL that sets these for one transaction. The server takes no bound values in a message of several statements."""
    return "select " + ", ".join(f"set_config({_quoted(name)}, {_quoted(value)}, true)" for name, value in values.items())


def _quoted(text: str) -> str:
    """With `standard_conforming_strings`, which connections set, a quote is all that ends a text. Raises ValueError for a NUL.

    PostgreSQL has no such character. Without it the text could be another caller or hat.
    """
    if "\0" in text:
        raise ValueError("a NUL in what a caller is known by")
    return "'" + text.replace("'", "''") + "'"
