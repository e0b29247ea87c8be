"""Events and the envelopes in which they travel."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from google.protobuf.message import Message

from kith.envelope.v1.envelope_pb2 import Envelope

EventClass: TypeAlias = type[Message]
"""The generated class of an event."""


@dataclass(frozen=True)
class Event:
    """One event as a reaction receives it: its source, number, actor and payload."""

    id: UUID
    source: str
    number: int
    type: str
    at: datetime
    actor: str
    traceparent: str
    payload: bytes
    acting_for: str = ""
    helped_by: str = ""


def event_of(envelope: Envelope) -> Event:
    """The event in an envelope."""
    return Event(
        id=UUID(envelope.id),
        source=envelope.source,
        number=envelope.number,
        type=envelope.type,
        at=envelope.at.ToDatetime(tzinfo=UTC),
        actor=envelope.actor,
        traceparent=envelope.traceparent,
        payload=envelope.payload,
        acting_for=envelope.acting_for,
        helped_by=envelope.helped_by,
    )


def type_of(message: Message | EventClass) -> str:
    """The event's type: its full proto name, for example `kith.governance.facts.v1.BallotCast`."""
    return message.DESCRIPTOR.full_name


def subject_of(message: Message, about: str) -> str:
    """The NATS subject of an event: `kith.governance.v1.ballot_cast.<about>`; `about` is the aggregate's id."""
    _, source, _, version, name = type_of(message).split(".")
    snake_case = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return f"kith.{source}.{version}.{snake_case}.{about}"
