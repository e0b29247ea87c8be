"""Turns an event into news."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, EventClass, type_of
from libs.messages.reactions import EventHandler
from services.web.storage.news import add_news


def news_handler(
    message: EventClass, kind: str, *, about: str = "", word: str = "", person: str = "", hat: str = ""
) -> tuple[str, EventHandler]:
    """The event's type and a handler that makes news of it. `about`, `word` and `person` name fields of the event.

    Where the field of the person is empty, it is for everybody, or for all who wear the hat.
    """

    async def handle(work: UnitOfWork, event: Event) -> None:
        payload = message.FromString(event.payload)

        def value(field: str) -> str:
            return str(getattr(payload, field)) if field else ""

        recipient = UUID(value(person)) if value(person) else None
        await add_news(work, event, kind, person=recipient, about=value(about), word=value(word), hat=hat)

    return type_of(message), handle
