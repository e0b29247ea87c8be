"""The command line's connection to a running co-op: stubs over its sockets, and tokens signed with the key in its data folder.

Anyone with access to the data folder has the co-op's keys, so no further authentication is needed; every act is still recorded with
the person it is done as and `command_line` as its channel.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from libs import callers
from libs.access import hat_names
from libs.callers import AuthenticationStrength, CallerChannel, tokens
from libs.database.ids import new_id
from libs.rpc import client
from libs.rpc.client import Method
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lock_owner import load_co_op
from scripts.cli.retry import retry
from scripts.cli.wording import format_time
from services.clients import ServiceClients
from services.instance import Instance

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)
ItemT = TypeVar("ItemT")

CO_OP_ZONE: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)
"""The time zone in which a command prints times: that of the co-op it is connected to."""


class Connection(ServiceClients):
    """Clients of the services of a running co-op, and tokens to call them with."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance.channel)
        self.instance = instance

    async def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, token: str = "", seconds: float = client.DEADLINE_SECONDS
    ) -> ResponseT:
        """Calls a method. A command without a request_id gets one: a repeated call is then the same command."""
        command: Any = request
        if "request_id" in request.DESCRIPTOR.fields_by_name and not command.request_id:
            command.request_id = str(new_id())
        return await super().call(method, request, token, seconds)

    async def as_secretary(
        self, method: Method[RequestT, ResponseT], request: RequestT, *, seconds: float = client.DEADLINE_SECONDS, retried: bool = False
    ) -> ResponseT:
        """Calls a method as the operator with the secretary's hat, `retried` for as long as a refusal may be transient."""

        async def attempt() -> ResponseT:
            return await self.call(method, request, self.secretary_token(), seconds)

        return await (retry(attempt) if retried else attempt())

    async def list_as_secretary(
        self, method: Method[RequestT, ResponseT], request: RequestT, items: Callable[[ResponseT], Iterable[ItemT]]
    ) -> list[ItemT]:
        """Every item of a list."""
        return await client.fetch_all(lambda page: self.as_secretary(method, page), request, items)

    def now(self) -> datetime:
        """The current time by the co-op's clock; a demonstration's is shifted."""
        try:
            offset = int(self.instance.clock_file.read_text(encoding="ascii")) if self.instance.co_op.demo else 0
        except (OSError, ValueError):
            offset = 0
        return datetime.now(UTC) + timedelta(seconds=offset)

    def format_time(self, at: Timestamp) -> str:
        """A time in the co-op's zone."""
        return format_time(at, self.instance.co_op.zone)

    def founder_token(self) -> str:
        """A token for the first calls, before anybody is registered."""
        return self._mint_token(new_id(), "")

    def secretary_token(self) -> str:
        """A token of the operator with the secretary's hat."""
        return self.person_token(self.operator_id(), hat_names.SECRETARY)

    def operator_id(self) -> UUID:
        """The person that commands on this machine act as. Raises `CommandError` before the bootstrap."""
        return operator_id(self.instance)

    def person_token(self, person: UUID, hat: str = "") -> str:
        return self._mint_token(person, hat)

    def _mint_token(self, person: UUID, hat: str) -> str:
        caller = callers.person(person, hat=hat, via=CallerChannel.COMMAND_LINE, strength=AuthenticationStrength.INSTANCE_KEY)
        return tokens.issue_token(self.instance.keys.token_private, caller, self.now())


def operator_id(instance: Instance) -> UUID:
    """The person that commands on this machine act as. Raises `CommandError` before the bootstrap."""
    try:
        return UUID(instance.operator_file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        what = "This co-op has not been founded yet."
        raise CommandError(what, "The first start registers the first member.", "Run kith up first.", ExitCode.CONFLICT) from None


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
