"""What happens around every call, the same for every service: trace, deadline, caller, refusals, measure.

One interceptor and not five: each costs some 50 microseconds a call.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import grpc
from opentelemetry.trace import SpanKind

from libs.callers import NOBODY, Caller
from libs.callers.tokens import TokenCheck
from libs.clock import Clock
from libs.observe import traces
from libs.observe.logs import logger, whereabouts
from libs.observe.metrics import RPC_SECONDS
from libs.refusals import Elsewhere, NotAllowed, NotSignedIn, Refusal
from libs.rpc import peer, wire
from libs.rpc.call import CURRENT, Call

LOG = logger("rpc")
TOKEN = "kith-token"  # noqa: S105 - the name of a header
LONGEST_SECONDS = 30.0
"""No call may take longer, whatever deadline it came with."""

_Handler = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]  # any request and response message


class Interceptor(grpc.aio.ServerInterceptor):
    """For one service. `open_methods` may be called by nobody in particular; everything else needs a caller.

    `edges` are the names on certificates that may call at all; None where calls come over a Unix socket, which the data folder guards.
    """

    def __init__(
        self, service: str, tokens: TokenCheck, clock: Clock, open_methods: frozenset[str], edges: frozenset[str] | None = None
    ) -> None:
        self._service = service
        self._tokens = tokens
        self._clock = clock
        self._open = open_methods
        self._edges = edges

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[Any, Any]"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        package, method = handler_call_details.method.lstrip("/").rsplit(".", 1)
        if package.startswith("grpc."):
            return handler
        if handler.unary_unary is None:
            # A stream would go past everything below, who is asking first of all: until it has a way of its own it is not there.
            return None
        headers = {key: value for key, value in handler_call_details.invocation_metadata or () if isinstance(value, str)}
        inner: _Handler = handler.unary_unary

        async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            return await self._answer(inner, request, context, method, headers)

        return grpc.unary_unary_rpc_method_handler(answer, handler.request_deserializer, handler.response_serializer)

    async def _answer(
        self, inner: _Handler, request: Any, context: grpc.aio.ServicerContext[Any, Any], method: str, headers: dict[str, str]
    ) -> Any:
        # A call that the other side gave up is cancelled here, past every branch below.
        began, code = time.perf_counter(), "CANCELLED"
        with traces.span(method, SpanKind.SERVER, headers.get("traceparent", "")):
            try:
                if self._edges is not None and peer.name_of(context) not in self._edges:
                    raise NotAllowed("PEER_IS_NO_EDGE")
                CURRENT.set(Call(method, self._caller(method, headers), traces.here()))
                async with asyncio.timeout(_seconds_of(context)):
                    answered = await inner(request, context)
                code = "OK"
            except Refusal as refusal:
                code = wire.code_of(refusal).name
                await _refuse(context, refusal)
            except TimeoutError:
                code = "DEADLINE_EXCEEDED"
                await _refuse(context, Elsewhere("TOOK_TOO_LONG"))
            except Exception as error:  # noqa: BLE001 - the unknown becomes an opaque error with an id
                code = "INTERNAL"
                error_id = uuid.uuid4().hex
                LOG.error(
                    "call_failed",
                    service=self._service,
                    method=method,
                    error_id=error_id,
                    error=type(error).__name__,
                    where=whereabouts(error),
                )
                await _abort(context, grpc.StatusCode.INTERNAL, error_id)
            else:
                return answered
            finally:
                RPC_SECONDS.labels(self._service, method, code).observe(time.perf_counter() - began)

    def _caller(self, method: str, headers: dict[str, str]) -> Caller:
        token = headers.get(TOKEN)
        if token:
            return self._tokens.read(token, self._clock.now())
        if method in self._open:
            return NOBODY
        raise NotSignedIn("TOKEN_MISSING")


async def _refuse(context: grpc.aio.ServicerContext[Any, Any], refusal: Refusal) -> NoReturn:
    await _abort(context, wire.code_of(refusal), refusal.reason, ((wire.DETAILS, wire.details_of(refusal)),))


async def _abort(context: grpc.aio.ServicerContext[Any, Any], *status: Any) -> NoReturn:
    await context.abort(*status)
    message = "abort returned"
    raise AssertionError(message)


def _seconds_of(context: grpc.aio.ServicerContext[Any, Any]) -> float:
    remaining = context.time_remaining()
    return LONGEST_SECONDS if remaining is None else min(remaining, LONGEST_SECONDS)
