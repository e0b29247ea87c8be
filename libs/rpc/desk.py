"""Where a servicer opens work: the database, the clock and the call put together."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from libs.clock import Clock
from libs.database import answers
from libs.database.engine import Database, Work
from libs.rpc.call import CURRENT


class Command(Protocol):
    """A request that changes something: it carries its request_id."""

    request_id: str

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...


Answer = TypeVar("Answer", bound=Message)


class Desk:
    """One for each service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def command(self, request: Command, answer: type[Answer], do: Callable[[Work], Awaitable[Answer]]) -> Answer:
        """Runs one command in one transaction with its state, its facts and its answer; a repeat of the request gets that answer again."""
        call = CURRENT.get()
        async with self.database.work(call.caller, self.clock.now(), request.request_id, call.traceparent) as work:
            body = request.SerializeToString(deterministic=True)
            first = await answers.claim(work, call.method, body)
            if first is not None:
                return answer.FromString(first)
            given = await do(work)
            await answers.keep(work, call.method, given.SerializeToString())
            return given

    @asynccontextmanager
    async def query(self) -> AsyncIterator[Work]:
        """A transaction for reading as the caller; what it writes is the read audit."""
        async with self.database.reading(CURRENT.get().caller, self.clock.now()) as work:
            yield work
