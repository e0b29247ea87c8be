"""Makes notices of events: of those that ask for them, and of those that say all that a notice needs."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Protocol, cast
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, EventClass, type_of
from libs.messages.reactions import EventHandler
from services.web.storage import notices
from services.web.storage.news import NOT_NEWS, add_for_each


class _Moment(Protocol):
    def ToDatetime(self, tzinfo: tzinfo) -> datetime: ...


class _NoticeWanted(Protocol):
    """The fields that the NoticeWanted of every service has."""

    person_ids: Iterable[str]
    kind: str
    about_id: str
    due_at: _Moment
    until: _Moment


def wanted_handler(message: EventClass) -> tuple[str, EventHandler]:
    """The type and handler of a service's NoticeWanted."""

    async def handle(work: UnitOfWork, event: Event) -> None:
        wanted = cast(_NoticeWanted, message.FromString(event.payload))
        await notices.add(
            work,
            list(map(UUID, wanted.person_ids)),
            wanted.kind,
            wanted.about_id,
            source=event.source,
            at=event.at,
            # What follows a dot makes it a notice of its own about the same.
            subject=wanted.about_id.partition(".")[0],
            due_at=wanted.due_at.ToDatetime(tzinfo=UTC),
            until=wanted.until.ToDatetime(tzinfo=UTC),
        )

    return type_of(message), handle


def news_and_notice_handler(message: EventClass) -> tuple[str, EventHandler]:
    """As `wanted_handler`; what is news on the pages too is there for everybody whom the notice is for, whatever way they chose."""
    message_type, add_notices = wanted_handler(message)

    async def handle(work: UnitOfWork, event: Event) -> None:
        wanted = cast(_NoticeWanted, message.FromString(event.payload))
        if wanted.kind not in NOT_NEWS:
            until = wanted.until.ToDatetime(tzinfo=UTC).isoformat()
            about = wanted.about_id.partition(".")[0]
            await add_for_each(work, event, wanted.kind, map(UUID, wanted.person_ids), about=about, word=until)
        await add_notices(work, event)

    return message_type, handle


async def add_security_notice(work: UnitOfWork, event: Event, kind: str, person: UUID) -> None:
    """A notice of this very event: an event that is read again is the same notice."""
    await notices.add(work, [person], kind, str(event.id), source=event.source, at=event.at)
