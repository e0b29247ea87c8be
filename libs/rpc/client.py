"""The RPC client: channels, and calls with a token and a deadline; a service's refusals are raised again here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.message import Message
from opentelemetry.trace import SpanKind

from libs.observe import traces
from libs.refusals import Unavailable
from libs.rpc import refusal_status
from libs.rpc.interceptor import TOKEN
from libs.rpc.server import LARGEST_MESSAGE
from libs.rpc.tls import TlsCredentials

DEADLINE_SECONDS = 10.0
LARGEST_PAGE = 200
"""The most rows that a list returns at once."""
_ATTEMPTS = 4
_FIRST_DELAY = 0.1

_OPTIONS = (
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_metadata_size", refusal_status.MAX_DETAILS_BYTES),
    ("grpc.absolute_max_metadata_size", refusal_status.MAX_DETAILS_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)

Request = TypeVar("Request", bound=Message, contravariant=True)
Response = TypeVar("Response", bound=Message, covariant=True)
ListRequest = TypeVar("ListRequest", bound=Message)
ListResponse = TypeVar("ListResponse", bound=Message)
Item = TypeVar("Item")


class Method(Protocol[Request, Response]):
    """A method of a stub."""

    def __call__(
        self, request: Request, *, timeout: float | None = None, metadata: tuple[tuple[str, str], ...] | None = None
    ) -> "grpc.aio.UnaryUnaryCall[Request, Response]": ...


def open_channel(address: str, tls: TlsCredentials | None = None) -> grpc.aio.Channel:
    """A channel to `unix:<path>` or `<host>:<port>`; it connects at first use and reconnects as needed."""
    if tls:
        return grpc.aio.secure_channel(local_address(address), tls.client(), options=_OPTIONS)
    return grpc.aio.insecure_channel(local_address(address), options=_OPTIONS)


def local_address(address: str) -> str:
    """The address at which a process of the same machine reaches this listener: no certificate names `0.0.0.0`."""
    host, _, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host in ("0.0.0.0", "[::]") else address  # noqa: S104 - read, not bound


async def call_service(method: Method[Request, Response], request: Request, token: str = "", seconds: float = DEADLINE_SECONDS) -> Response:
    """Makes one call. Raises the service's refusal, or `refusal_status.InternalServerError`.

    It retries an unreachable service for a short while: every command is idempotent through its request_id, and reads always are.
    """
    name = getattr(method, "_method", b"call")
    name = (name.decode() if isinstance(name, bytes) else str(name)).rsplit(".", 1)[-1]
    loop = asyncio.get_running_loop()
    deadline, delay = loop.time() + seconds, _FIRST_DELAY
    for attempt in range(_ATTEMPTS):
        with traces.span(name, SpanKind.CLIENT):
            metadata = [(TOKEN, token)] if token else []
            if traceparent := traces.current_traceparent():
                metadata.append(("traceparent", traceparent))
            try:
                response: Response = await method(request, timeout=max(deadline - loop.time(), 0.01), metadata=tuple(metadata))
            except grpc.aio.AioRpcError as error:
                refusal = refusal_status.refusal_of(error)
                retry = isinstance(refusal, Unavailable) and refusal.reason == "SERVICE_AWAY" and attempt + 1 < _ATTEMPTS
                if not retry or loop.time() + delay >= deadline:
                    raise refusal from None
            else:
                return response
        await asyncio.sleep(delay)
        delay *= 2
    raise Unavailable("SERVICE_AWAY")


async def fetch_all(
    call: Callable[[ListRequest], Awaitable[ListResponse]], request: ListRequest, items: Callable[[ListResponse], Iterable[Item]]
) -> list[Item]:
    """Every item of a list, from the first page to the last. `call` makes one call; `items` takes the rows out of a response."""
    fetched: list[Item] = []
    page: Any = request  # every list request has page_size and page_token, which no type of protobuf says
    page.page_size = LARGEST_PAGE
    while True:
        response: Any = await call(request)
        fetched += items(response)
        page.page_token = response.next_page_token
        if not page.page_token:
            return fetched
