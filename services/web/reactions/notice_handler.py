"""Makes notices of events: of those that ask for them, and of those that say all that a notice needs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from libs.database.engine import UnitOfWork
from libs.messages.consumer import EventHandler
from libs.messages.envelope import Event, EventClass, type_of
from services.web.notices.kinds import KINDS
from services.web.storage import notices


def wanted_handler(message: EventClass) -> tuple[str, EventHandler]:
    """The type and handler of a service's NoticeWanted."""

    async def handle(work: UnitOfWork, event: Event) -> None:
        wanted = message.FromString(event.payload)
        persons: Iterable[str] = getattr(wanted, "person_ids")  # noqa: B009 - each service has a class of its own with these fields
        kind, about = str(getattr(wanted, "kind")), str(getattr(wanted, "about_id"))  # noqa: B009 - as above
        if kind in KINDS:
            await notices.add(
                work,
                list(map(UUID, persons)),
                kind,
                about,
                source=event.source,
                at=event.at,
                subject=about if "{about}" in KINDS[kind].path else "",
                due_at=_moment(getattr(wanted, "due_at")),  # noqa: B009 - as above
                until=_moment(getattr(wanted, "until")),  # noqa: B009 - as above
            )

    return type_of(message), handle


async def add_security_notice(work: UnitOfWork, event: Event, kind: str, person: UUID) -> None:
    """A notice of this very event: an event that is read again is the same notice."""
    await notices.add(work, [person], kind, str(event.id), source=event.source, at=event.at)


def _moment(at: Timestamp) -> datetime | None:
    return at.ToDatetime(tzinfo=UTC) if at.seconds else None
