"""The server interceptor around every RPC: trace, deadline, caller, refusals, metrics.

One interceptor, not five: each costs about 50 microseconds per call.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

import grpc
from opentelemetry.trace import SpanKind

from libs.callers import ANONYMOUS, Caller
from libs.callers.tokens import TokenVerifier
from libs.clock import Clock
from libs.observe import traces
from libs.observe.logs import logger, traceback_lines
from libs.observe.metrics import RPC_SECONDS
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import NotAllowed, NotSignedIn, Refusal, Unavailable
from libs.rpc import client_certificate, message_text, refusal_status
from libs.rpc.call import CURRENT_CALL, RpcCall

LOG = logger("rpc")
TOKEN = "kith-token"  # noqa: S105 - the name of a header
MAX_SECONDS = 30.0
"""No call may take longer, whatever its deadline."""

_Handler = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]  # any request and response message


class Interceptor(grpc.aio.ServerInterceptor):
    """The interceptor of one service. Anybody may call `open_methods`; everything else needs a token.

    A service that calls as itself may call the `service_methods` with its name and nothing else, and nobody else may call those.

    `allowed_callers` are the certificate names that may call at all; None for calls over a Unix socket, which the data folder protects.
    """

    def __init__(
        self,
        service: str,
        tokens: TokenVerifier,
        clock: Clock,
        open_methods: frozenset[str],
        service_methods: Mapping[str, str],
        allowed_callers: frozenset[str] | None = None,
    ) -> None:
        self._service = service
        self._tokens = tokens
        self._clock = clock
        self._open = open_methods
        self._service_methods = service_methods
        self._allowed_callers = allowed_callers

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
            # A streaming method would bypass everything below, the token check above all, so it is refused.
            return None
        headers = {key: value for key, value in handler_call_details.invocation_metadata or () if isinstance(value, str)}
        inner: _Handler = handler.unary_unary

        async def handle(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            return await self._handle(inner, request, context, method, headers)

        return grpc.unary_unary_rpc_method_handler(handle, message_text.tolerant(handler.request_deserializer), handler.response_serializer)

    async def _handle(
        self, inner: _Handler, request: Any, context: grpc.aio.ServicerContext[Any, Any], method: str, headers: dict[str, str]
    ) -> Any:
        # A call that the client gave up is cancelled here, past every branch below.
        started, code = time.perf_counter(), "CANCELLED"
        with traces.span(method, SpanKind.SERVER, headers.get("traceparent", "")):
            try:
                if self._allowed_callers is not None and client_certificate.service_name_of(context) not in self._allowed_callers:
                    raise NotAllowed("PEER_IS_NO_EDGE")
                CURRENT_CALL.set(RpcCall(method, self._caller(method, headers), traces.current_traceparent()))
                message_text.check_request(request)
                async with asyncio.timeout(_seconds_of(context)):
                    response = await inner(request, context)
                code = "OK"
            except Refusal as refusal:
                code = refusal_status.status_code_of(refusal).name
                _report(refusal, self._service, method)
                await _refuse(context, refusal)
            except TimeoutError:
                code = "DEADLINE_EXCEEDED"
                await _refuse(context, Unavailable("TOOK_TOO_LONG"))
            except Exception as error:  # noqa: BLE001 - an unexpected error becomes an opaque one with an id
                code = "INTERNAL"
                error_id = uuid.uuid4().hex
                LOG.error(
                    "call_failed",
                    service=self._service,
                    method=method,
                    error_id=error_id,
                    error=type(error).__name__,
                    where=traceback_lines(error),
                )
                await _abort(context, grpc.StatusCode.INTERNAL, error_id)
            else:
                return response
            finally:
                RPC_SECONDS.labels(self._service, method, code).observe(time.perf_counter() - started)

    def _caller(self, method: str, headers: dict[str, str]) -> Caller:
        token = headers.get(TOKEN)
        if token:
            caller = self._tokens.read(token, self._clock.now())
            if caller.service != self._service_methods.get(method, ""):
                raise NotAllowed("NOT_FOR_THIS_CALLER")
            return caller
        if method in self._open:
            return ANONYMOUS
        raise NotSignedIn("TOKEN_MISSING")


_SECURITY_EVENTS = {
    "HAT_NEEDED": SecurityEvent.HAT_REFUSED,
    "ACTING_ENDED": SecurityEvent.ACTING_REFUSED,
    "ACTING_OUTSIDE_SCOPE": SecurityEvent.ACTING_REFUSED,
    "NOT_WHILE_ACTING": SecurityEvent.ACTING_REFUSED,
    "TOKEN_FORGED": SecurityEvent.TOKEN_REFUSED,
    "TOKEN_MISSING": SecurityEvent.TOKEN_REFUSED,
    "SESSION_ENDED": SecurityEvent.ENDED_SESSION_USED,
    "PEER_IS_NO_EDGE": SecurityEvent.CALLER_REFUSED,
    "NOT_FOR_THIS_CALLER": SecurityEvent.CALLER_REFUSED,
}
"""The refusals that are security events, whichever service they come from."""


def _report(refusal: Refusal, service: str, method: str) -> None:
    if kind := _SECURITY_EVENTS.get(refusal.reason):
        call = CURRENT_CALL.get(None)
        by = call.caller.id if call and call.method == method else ""
        hat = refusal.details.get("hat", "")
        report_security_event(kind, service=service, method=method, by=by, hat=hat, reason=refusal.reason)


async def _refuse(context: grpc.aio.ServicerContext[Any, Any], refusal: Refusal) -> NoReturn:
    await _abort(
        context,
        refusal_status.status_code_of(refusal),
        refusal.reason,
        ((refusal_status.DETAILS, refusal_status.status_details_of(refusal)),),
    )


async def _abort(context: grpc.aio.ServicerContext[Any, Any], *status: Any) -> NoReturn:
    await context.abort(*status)
    message = "abort returned"
    raise AssertionError(message)


def _seconds_of(context: grpc.aio.ServicerContext[Any, Any]) -> float:
    remaining = context.time_remaining()
    return MAX_SECONDS if remaining is None else min(remaining, MAX_SECONDS)
