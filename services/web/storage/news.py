"""Rows of news: other services' events that a person should see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event

_INSERT = text("""
insert into news (source, number, person, kind, about, word, at, hat)
values (:source, :number, :person, :kind, :about, :word, :at, :hat)""")
_LIST = text("""
select source, number, kind, about, word, at from news
where (person is null or person = :person) and (hat = '' or hat = any(cast(:hats as text[])))
  and (cast(:at as timestamptz) is null
       or (at, source, number) < (cast(:at as timestamptz), cast(:source as text), cast(:number as bigint)))
order by at desc, source desc, number desc limit :limit""")


@dataclass(frozen=True)
class NewsPosition:
    """The position of a row in the feed: by time, then by source and sequence number."""

    at: datetime
    source: str
    number: int


@dataclass(frozen=True)
class NewsRow:
    """A row of news. `about` is the id of its subject, or empty; `word` depends on the kind."""

    position: NewsPosition
    kind: str
    about: str
    word: str


async def add_news(
    work: UnitOfWork, event: Event, kind: str, *, person: UUID | None = None, about: str = "", word: str = "", hat: str = ""
) -> None:
    """Insert a row with the event's number; without a person and a hat it is for everybody."""
    values = {"source": event.source, "number": event.number, "person": person, "kind": kind, "word": word, "at": event.at, "hat": hat}
    await work.connection.execute(_INSERT, values | {"about": about or None})


async def list_news(work: UnitOfWork, person: UUID, hats: Sequence[str], after: NewsPosition | None, limit: int) -> list[NewsRow]:
    """News for this person, for their hats and for everybody, newest first, starting behind `after`."""
    position = {"at": after.at, "source": after.source, "number": after.number} if after else {"at": None, "source": "", "number": 0}
    result = await work.connection.execute(_LIST, {"person": person, "hats": list(hats), "limit": limit, **position})
    return [NewsRow(NewsPosition(row.at, row.source, row.number), row.kind, row.about or "", row.word) for row in result]
