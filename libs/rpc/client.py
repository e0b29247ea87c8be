"""Asking a service: a channel, a token, a deadline; refusals come back as themselves."""

import asyncio
from typing import Protocol, TypeVar

import grpc
from google.protobuf.message import Message
from opentelemetry.trace import SpanKind

from libs.observe import traces
from libs.refusals import Elsewhere
from libs.rpc import wire
from libs.rpc.interceptor import TOKEN
from libs.rpc.server import LARGEST_MESSAGE
from libs.rpc.tls import Tls

DEADLINE_SECONDS = 10.0
_TRIES = 4
_FIRST_WAIT = 0.1

_OPTIONS = (
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_metadata_size", wire.LARGEST_DETAILS),
    ("grpc.absolute_max_metadata_size", wire.LARGEST_DETAILS),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)

Asked = TypeVar("Asked", bound=Message, contravariant=True)
Answered = TypeVar("Answered", bound=Message, covariant=True)


class Method(Protocol[Asked, Answered]):
    """A stub's method."""

    def __call__(
        self, request: Asked, *, timeout: float | None = None, metadata: tuple[tuple[str, str], ...] | None = None
    ) -> "grpc.aio.UnaryUnaryCall[Asked, Answered]": ...


def channel(address: str, tls: Tls | None = None) -> grpc.aio.Channel:
    """A channel to `unix:<path>` or `<host>:<port>`; it connects when first used and again whenever it must."""
    if tls:
        return grpc.aio.secure_channel(nearby(address), tls.client(), options=_OPTIONS)
    return grpc.aio.insecure_channel(nearby(address), options=_OPTIONS)


def nearby(address: str) -> str:
    """Where a process of the same machine reaches what listens at this address: a certificate names no `0.0.0.0`."""
    host, _, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host in ("0.0.0.0", "[::]") else address  # noqa: S104 - read, not bound


async def ask(method: Method[Asked, Answered], request: Asked, token: str = "", seconds: float = DEADLINE_SECONDS) -> Answered:
    """One call. Raises the service's refusal, or `wire.BrokenError`.

    A service that cannot be reached is asked again for a little while: every command is idempotent by its request_id, and reads always are.
    """
    name = getattr(method, "_method", b"call")
    name = (name.decode() if isinstance(name, bytes) else str(name)).rsplit(".", 1)[-1]
    loop = asyncio.get_running_loop()
    until, wait = loop.time() + seconds, _FIRST_WAIT
    for attempt in range(_TRIES):
        with traces.span(name, SpanKind.CLIENT):
            metadata = [(TOKEN, token)] if token else []
            if traceparent := traces.here():
                metadata.append(("traceparent", traceparent))
            try:
                answered: Answered = await method(request, timeout=max(until - loop.time(), 0.01), metadata=tuple(metadata))
            except grpc.aio.AioRpcError as error:
                answer = wire.refusal_of(error)
                again = isinstance(answer, Elsewhere) and answer.reason == "SERVICE_AWAY" and attempt + 1 < _TRIES
                if not again or loop.time() + wait >= until:
                    raise answer from None
            else:
                return answered
        await asyncio.sleep(wait)
        wait *= 2
    raise Elsewhere("SERVICE_AWAY")
