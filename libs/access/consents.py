"""Which consents permit which decisions about a person: what a command asks before an act that needs one.

`given_consent` holds ids, the key of the decision and times, no words. In identity it follows from the entries; elsewhere it is a
projection of ConsentGiven and ConsentEnded (`reactions`). A consent permits from `valid_from` until just before `valid_until`, and not from
`ended_at` on.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, MetaData, Select, Table, Text, Uuid, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.identity.facts.v1.facts_pb2 import ConsentEnded, ConsentGiven
from libs.database.columns import MOMENT, in_force, key, optional, required
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.refusals import FailedPrecondition

metadata = MetaData()

given_consent = Table(
    "given_consent",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("decision", Text),
    required("valid_from", MOMENT),
    optional("valid_until", MOMENT),
    optional("ended_at", MOMENT),
    Index("given_consent_by_person", "person", "decision"),
)

_CONSENT = given_consent.c
_PERMITTING: Select[Any] = (
    select(_CONSENT.id)
    .where(_CONSENT.person == bindparam("of"), _CONSENT.decision == bindparam("wanted"))
    .where(in_force(_CONSENT.valid_from, _CONSENT.valid_until, _CONSENT.ended_at))
    .limit(1)
)
_INSERT = insert(given_consent)
_GIVE = _INSERT.on_conflict_do_update(
    index_elements=[_CONSENT.id],
    set_={name: _INSERT.excluded[name] for name in ("person", "decision", "valid_from", "valid_until", "ended_at")},
)
_END = update(given_consent).where(_CONSENT.id == bindparam("ended")).values(ended_at=bindparam("at", type_=MOMENT))


@dataclass(frozen=True)
class GivenConsent:
    """A consent as commands ask for it."""

    id: UUID
    person: UUID
    decision: str
    valid_from: datetime
    valid_until: datetime | None
    ended_at: datetime | None = None


async def require_consent(work: UnitOfWork, subject: UUID, decision: str) -> UUID:
    """The consent that permits this decision about `subject` now. Raises FailedPrecondition CONSENT_NEEDED, which names the decision."""
    consent: UUID | None = (await work.connection.execute(_PERMITTING, {"of": subject, "wanted": decision, "now": work.now})).scalar()
    if consent is None:
        raise FailedPrecondition("CONSENT_NEEDED", decision=decision)
    return consent


async def give(work: UnitOfWork, consent: GivenConsent) -> None:
    """Stores the consent; what was known of the same one before counts no longer."""
    await work.connection.execute(_GIVE, vars(consent))


async def end(work: UnitOfWork, consent: UUID, at: datetime) -> None:
    await work.connection.execute(_END, {"ended": consent, "at": at})


def reactions() -> Reactions:
    """The reactions to identity's events, for every service whose acts need a consent."""
    return Reactions("identity", {type_of(ConsentGiven): on_consent_given, type_of(ConsentEnded): on_consent_ended}, ("given_consent",))


async def on_consent_given(work: UnitOfWork, event: Event) -> None:
    message = ConsentGiven.FromString(event.payload)
    until = message.valid_until.ToDatetime(tzinfo=UTC) if message.HasField("valid_until") else None
    begins = message.valid_from.ToDatetime(tzinfo=UTC)
    await give(work, GivenConsent(UUID(message.consent_id), UUID(message.person_id), message.decision, begins, until))


async def on_consent_ended(work: UnitOfWork, event: Event) -> None:
    message = ConsentEnded.FromString(event.payload)
    await end(work, UUID(message.consent_id), message.ended_at.ToDatetime(tzinfo=UTC))
