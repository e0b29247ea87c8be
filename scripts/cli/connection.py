"""The command line's connection to a running co-op: stubs over its sockets, and tokens signed with the key in its data folder.

Anyone with access to the data folder has the co-op's keys, so no further authentication is needed; every act is still recorded with
the person it is done as and `command_line` as its channel.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from libs import callers
from libs.access import hats
from libs.callers import AuthenticationStrength, CallerChannel, tokens
from libs.database.engine import new_id
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lock_owner import load_co_op
from services.clients import ServiceClients
from services.instance import Instance

CO_OP_ZONE: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)
"""The time zone in which a command prints times: that of the co-op it is connected to."""


class Connection(ServiceClients):
    """Clients of the services of a running co-op, and tokens to call them with."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance.channel)
        self.instance = instance

    def now(self) -> datetime:
        """The current time by the co-op's clock; a demonstration's is shifted."""
        try:
            offset = int(self.instance.clock_file.read_text(encoding="ascii")) if self.instance.co_op.demo else 0
        except (OSError, ValueError):
            offset = 0
        return datetime.now(UTC) + timedelta(seconds=offset)

    def founder_token(self) -> str:
        """A token for the first calls, before anybody is registered."""
        return self._mint_token(new_id(), "", AuthenticationStrength.INSTANCE_KEY)

    def secretary_token(self) -> str:
        """A token of the operator with the secretary's hat."""
        return self.person_token(self.operator_id(), hats.SECRETARY)

    def person_token(self, person: UUID, hat: str = "") -> str:
        return self._mint_token(person, hat, AuthenticationStrength.INSTANCE_KEY)

    def operator_id(self) -> UUID:
        """The person that commands on this machine act as. Raises `CommandError` before the bootstrap."""
        try:
            return UUID(self.instance.operator_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            what = "This co-op has not been founded yet."
            raise CommandError(what, "The first start registers the first member.", "Run kith up first.", ExitCode.CONFLICT) from None

    def _mint_token(self, person: UUID, hat: str, strength: AuthenticationStrength) -> str:
        caller = callers.person(person, hat=hat, via=CallerChannel.COMMAND_LINE, strength=strength)
        return tokens.issue_token(self.instance.keys.token_private, caller, self.now())


@asynccontextmanager
async def connect(folder: Path) -> AsyncIterator[Connection]:
    """Connects to the co-op of a data folder. Raises `CommandError` if none runs there."""
    instance, _ = load_co_op(folder, "If it is in another folder, name that with --folder.")
    require_running(instance)
    CO_OP_ZONE.set(instance.co_op.zone)
    connection = Connection(instance)
    try:
        yield connection
    finally:
        await connection.close()


def require_running(instance: Instance) -> None:
    """Raises `CommandError` if the co-op is not running."""
    co_op = instance.co_op
    if not co_op.service_addresses and not (instance.folder.sockets / "identity.sock").exists():
        fix = f"Start it: kith up {instance.folder.path}"
        raise CommandError(f"{co_op.name} is not running.", "Its services do not answer.", fix, ExitCode.UNAVAILABLE)
