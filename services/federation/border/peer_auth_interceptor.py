"""Authenticates calls from peers: the exact certificate decides, here, in the one interceptor that no method can bypass.

The handshake only shows that the caller holds the key of a trusted certificate or of one below it; the names in it prove nothing. The
interceptor also ignores trace headers, limits the time of every call, hides internal errors, and allows a peer two calls at once.
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
from libs.observe.logs import logger, traceback_lines
from libs.observe.metrics import PEER_CALLS
from libs.refusals import NotSignedIn, Refusal, TooMany
from libs.rpc import message_text, refusal_status
from services.federation.domain.peering import ANSWERED_STATES
from services.federation.storage import certificates, peers

LOG = logger("federation")
CURRENT_PEER: ContextVar[str] = ContextVar("kith_calling_peer")
"""The co-op id of the peer whose call is being answered."""
MAX_CONCURRENT_CALLS = 2
MAX_CALL_SECONDS = 10.0

_Handler = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]  # any request and response message


class PeerAuthInterceptor(grpc.aio.ServerInterceptor):
    """Authenticates and limits the calls of one process's listener."""

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
            # A streaming method would escape the limits below: it is treated as unimplemented.
            return None
        inner: _Handler = handler.unary_unary
        method = handler_call_details.method.rsplit("/", 1)[-1]

        async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            return await self._answer(inner, request, context, method)

        return grpc.unary_unary_rpc_method_handler(answer, message_text.tolerant(handler.request_deserializer), handler.response_serializer)

    async def _answer(self, inner: _Handler, request: Any, context: grpc.aio.ServicerContext[Any, Any], method: str) -> Any:
        began, code, peer = time.perf_counter(), "CANCELLED", ""
        with traces.span(f"peer/{method}", SpanKind.SERVER):
            try:
                async with asyncio.timeout(MAX_CALL_SECONDS):
                    peer = await self._identify_peer(context)
                    message_text.check_request(request)
                    response = await self._run_limited(peer, inner, request, context)
                code = "OK"
            except Refusal as refusal:
                code = refusal_status.status_code_of(refusal).name
                await _abort(context, refusal_status.status_code_of(refusal), refusal.reason)
            except TimeoutError:
                code = "DEADLINE_EXCEEDED"
                await _abort(context, grpc.StatusCode.DEADLINE_EXCEEDED, "")
            except Exception as error:  # noqa: BLE001 - another co-op learns nothing of what broke here
                code, error_id = "INTERNAL", uuid.uuid4().hex
                LOG.error("peer_call_failed", peer=peer, error_id=error_id, error=type(error).__name__, where=traceback_lines(error))
                await _abort(context, grpc.StatusCode.INTERNAL, error_id)
            else:
                return response
            finally:
                PEER_CALLS.labels(peer, method, code).inc()
                LOG.debug("peer_called", peer=peer, method=method, code=code, seconds=round(time.perf_counter() - began, 3))

    async def _identify_peer(self, context: grpc.aio.ServicerContext[Any, Any]) -> str:
        """Raises NotSignedIn NOT_A_PEER."""
        presented = context.auth_context().get("x509_pem_cert", ())
        if len(presented) != 1:
            raise NotSignedIn("NOT_A_PEER")
        try:
            certificate_hash = certificates.hash_from_pem(bytes(presented[0]))
        except ValueError:
            raise NotSignedIn("NOT_A_PEER") from None
        async with self._database.query_work(callers.job("border"), self._clock.now()) as work:
            peer = await peers.find_by_certificate(work, certificate_hash)
        if peer is None or peer.state not in ANSWERED_STATES:
            raise NotSignedIn("NOT_A_PEER")
        return peer.id

    async def _run_limited(self, peer: str, inner: _Handler, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        if self._running[peer] >= MAX_CONCURRENT_CALLS:
            raise TooMany("BUSY")
        self._running[peer] += 1
        try:
            CURRENT_PEER.set(peer)
            return await inner(request, context)
        finally:
            self._running[peer] -= 1


async def _abort(context: grpc.aio.ServicerContext[Any, Any], code: grpc.StatusCode, details: str) -> NoReturn:
    await context.abort(code, details)
    message = "abort returned"
    raise AssertionError(message)
