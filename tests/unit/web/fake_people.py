"""The invented people and the fixed time of the page tests, and the base class of the fake services."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from libs.refusals import NotAllowed
from tests.support.bound_services import acting_methods

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
ADA, JO, MO = (f"01939f00-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
NAMES = {ADA: ("Ada Fenwick", "Ada"), JO: ("Jo Bright", "Jo"), MO: ("Mo Stone", "Mo")}


def to_timestamp(at: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(at)
    return timestamp


Rpc = Callable[..., Awaitable[Message]]
ACTING_TOKEN = " for "
"""In a token of somebody who acts."""


class FakeService:
    """A service made of its descriptor: every RPC records its request, raises the refusal that a test sets, and returns an empty response.

    In another person's place it answers what the real service answers then, and refuses the rest. Where a response matters, a subclass has
    a method with the RPC's name that takes the request and returns the response.
    """

    def __init__(self, service: ServiceDescriptor) -> None:
        self.requests: list[object] = []
        self.refusals: dict[str, Exception] = {}
        key = (type(self), service)
        self.__class__ = _KINDS[key] if key in _KINDS else _KINDS.setdefault(key, _answering(*key))


_KINDS: dict[tuple[type[FakeService], ServiceDescriptor], type[FakeService]] = {}
"""Made once: every test has all services anew."""


def _answering(kind: type[FakeService], service: ServiceDescriptor) -> type[FakeService]:
    """`kind`, with a method for every RPC."""
    rpcs = {
        method.name: _rpc(
            method.name,
            getattr(kind, method.name, None) or _empty(GetMessageClass(method.output_type)),
            is_acting=f"{service.name}/{method.name}" in acting_methods(),
        )
        for method in service.methods
    }
    return type(kind.__name__, (kind,), rpcs)


def _empty(response: type[Message]) -> Callable[[FakeService, Message], Message]:
    return lambda _service, _request: response()


def _rpc(name: str, respond: Callable[[FakeService, Message], Message], *, is_acting: bool) -> Rpc:
    async def call(self: FakeService, request: Message, metadata: tuple[tuple[str, str], ...] = (), **_: object) -> Message:
        self.requests.append(request)
        if refusal := self.refusals.get(name):
            raise refusal
        if not is_acting and any(ACTING_TOKEN in value for _, value in metadata):
            raise NotAllowed("NOT_WHILE_ACTING")
        return respond(self, request)

    return call
