"""Who calls at the border: the exact certificate decides, here, in the one interceptor that no method goes round.

The handshake only shows that somebody holds a key whose certificate we were given, or one that a chain leads to; its names prove nothing.
Beside that: no trace comes in, every call ends in time, what breaks says nothing, and no peer has more than two calls at once.
"""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, NoReturn

import grpc
from opentelemetry.trace import SpanKind

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.observe import traces
from libs.observe.logs import logger, whereabouts
from libs.observe.metrics import PEER_CALLS
from libs.refusals import NotSignedIn, Refusal, TooMany
from libs.rpc import wire
from services.federation.domain.pairing import HEARD
from services.federation.storage import certificates, peers

LOG = logger("federation")
CALLING: ContextVar[str] = ContextVar("kith_calling_peer")
"""The co-op id of the peer whose call is being answered."""
MOST_AT_ONCE = 2
LONGEST_SECONDS = 10.0

_Handler = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]  # any request and response message


class Pinned(grpc.aio.ServerInterceptor):
    """For the listener of one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._running: Counter[str] = Counter()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[Any, Any]"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            # A stream would go past the bounds below: it is not there.
            return None
        inner: _Handler = handler.unary_unary
        method = handler_call_details.method.rsplit("/", 1)[-1]

        async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            return await self._answer(inner, request, context, method)

        return grpc.unary_unary_rpc_method_handler(answer, handler.request_deserializer, handler.response_serializer)

    async def _answer(self, inner: _Handler, request: Any, context: grpc.aio.ServicerContext[Any, Any], method: str) -> Any:
        began, code, peer = time.perf_counter(), "CANCELLED", ""
        with traces.span(f"peer/{method}", SpanKind.SERVER):
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    peer = await self._peer(context)
                    answered = await self._in_turn(peer, inner, request, context)
                code = "OK"
            except Refusal as refusal:
                code = wire.code_of(refusal).name
                await _abort(context, wire.code_of(refusal), refusal.reason)
            except TimeoutError:
                code = "DEADLINE_EXCEEDED"
                await _abort(context, grpc.StatusCode.DEADLINE_EXCEEDED, "")
            except Exception as error:  # noqa: BLE001 - another co-op learns nothing of what broke here
                code, error_id = "INTERNAL", uuid.uuid4().hex
                LOG.error("peer_call_failed", peer=peer, error_id=error_id, error=type(error).__name__, where=whereabouts(error))
                await _abort(context, grpc.StatusCode.INTERNAL, error_id)
            else:
                return answered
            finally:
                PEER_CALLS.labels(peer, method, code).inc()
                LOG.debug("peer_called", peer=peer, method=method, code=code, seconds=round(time.perf_counter() - began, 3))

    async def _peer(self, context: grpc.aio.ServicerContext[Any, Any]) -> str:
        """Raises NotSignedIn NOT_A_PEER."""
        shown = context.auth_context().get("x509_pem_cert", ())
        if len(shown) != 1:
            raise NotSignedIn("NOT_A_PEER")
        try:
            found = certificates.hash_of_pem(bytes(shown[0]))
        except ValueError:
            raise NotSignedIn("NOT_A_PEER") from None
        async with self._database.reading(callers.job("border"), self._clock.now()) as work:
            peer = await peers.of_certificate(work, found)
        if peer is None or peer.state not in HEARD:
            raise NotSignedIn("NOT_A_PEER")
        return peer.id

    async def _in_turn(self, peer: str, inner: _Handler, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        if self._running[peer] >= MOST_AT_ONCE:
            raise TooMany("BUSY")
        self._running[peer] += 1
        try:
            CALLING.set(peer)
            return await inner(request, context)
        finally:
            self._running[peer] -= 1


async def _abort(context: grpc.aio.ServicerContext[Any, Any], code: grpc.StatusCode, word: str) -> NoReturn:
    await context.abort(code, word)
    message = "abort returned"
    raise AssertionError(message)
