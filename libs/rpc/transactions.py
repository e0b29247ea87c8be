"""Opens units of work for a servicer, with the current RPC's caller."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from libs.callers import Caller
from libs.clock import Clock
from libs.database import idempotency_keys
from libs.database.engine import Database, UnitOfWork
from libs.refusals import NotAllowed, NotFound, Unavailable
from libs.rpc.call import CURRENT_CALL


class CommandRequest(Protocol):
    """A request that changes something; it carries a request_id."""

    request_id: str

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...


Response = TypeVar("Response", bound=Message)


class Transactions:
    """Opens units of work on one service's database."""

    def __init__(self, database: Database, clock: Clock, request_key: bytes) -> None:
        """With `request_key` the stored hashes of requests are made; repeats of requests are recognised as long as it stays the same."""
        self.database = database
        self.clock = clock
        self.is_sure_of_hats: Callable[[], Awaitable[bool]] | None = None
        """Whether it is known here who wears which hat. While it is not, a call has none; without this, hats are always believed."""
        self._request_key = request_key

    def derive_key(self, purpose: bytes) -> bytes:
        """32 bytes from the same secret, for something else; the same as long as that is."""
        return hmac.digest(self._request_key, purpose, "sha256")

    async def command(
        self, request: CommandRequest, response_type: type[Response], do: Callable[[UnitOfWork], Awaitable[Response]]
    ) -> Response:
        """Runs one command in one transaction, with its state, events and response; a repeated request gets the same response again."""
        call = CURRENT_CALL.get()
        if self.clock.doubt() == "CLOCK_BEHIND":
            # What is recorded now would be dated before what it follows from.
            raise Unavailable("CLOCK_BEHIND")
        async with (
            self.sure_caller() as caller,
            self.database.work(caller, self.clock.now(), request.request_id, call.traceparent) as work,
        ):
            first = await idempotency_keys.claim(work, call.method, request.SerializeToString(deterministic=True), self._request_key)
            if first is not None:
                return response_type.FromString(first)
            response = await do(work)
            await idempotency_keys.save_response(work, call.method, response.SerializeToString())
            return response

    async def find_first(self, work: UnitOfWork, request: CommandRequest, response_type: type[Response]) -> Response | None:
        """The response to an earlier request of which this one is a repeat, for a method that must look before its own transaction begins.

        `command` nevertheless has to follow. Raises Conflict REQUEST_ID_REUSED, Invalid REQUEST_ID_MISSING.
        """
        body = request.SerializeToString(deterministic=True)
        first = await idempotency_keys.find(work, CURRENT_CALL.get().method, body, self._request_key)
        return None if first is None else response_type.FromString(first)

    @asynccontextmanager
    async def query(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work for a query as the caller; it writes nothing but the read audit."""
        async with self.sure_caller() as caller, self.database.query_work(caller, self.clock.now()) as work:
            yield work

    @asynccontextmanager
    async def sure_caller(self) -> AsyncIterator[Caller]:
        """The caller, with the hat that they claim if it is known here whether they still wear it.

        Raises Unavailable SOURCE_AWAY in place of what is refused to them without it: what a person may do without a hat, they still may.
        """
        caller = CURRENT_CALL.get().caller
        if not caller.hat or self.is_sure_of_hats is None or await self.is_sure_of_hats():
            yield caller
            return
        try:
            yield replace(caller, hat="")
        except (NotAllowed, NotFound) as refusal:
            raise Unavailable("SOURCE_AWAY", source="identity") from refusal
