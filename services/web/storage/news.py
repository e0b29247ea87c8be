"""Rows of news: what other services stated that a person should see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work
from libs.messages.envelope import Fact

_NOTE = text("""
insert into news (source, number, person, kind, about, word, at, hat)
values (:source, :number, :person, :kind, :about, :word, :at, :hat)""")
_PAGE = text("""
select source, number, kind, about, word, at from news
where (person is null or person = :person) and (hat = '' or hat = any(cast(:hats as text[])))
  and (cast(:at as timestamptz) is null
       or (at, source, number) < (cast(:at as timestamptz), cast(:source as text), cast(:number as bigint)))
order by at desc, source desc, number desc limit :limit""")


@dataclass(frozen=True)
class Place:
    """Where a piece of news stands among all: newest first, and the order of stating within one moment."""

    at: datetime
    source: str
    number: int


@dataclass(frozen=True)
class NewsRow:
    """One thing that happened. `about` is the id of what it is about, or empty; `word` depends on the kind."""

    place: Place
    kind: str
    about: str
    word: str


async def note(work: Work, fact: Fact, kind: str, *, person: UUID | None = None, about: str = "", word: str = "", hat: str = "") -> None:
    """Keep it, under the number of the fact; without a person and a hat it is for everybody."""
    values = {"source": fact.source, "number": fact.number, "person": person, "kind": kind, "word": word, "at": fact.at, "hat": hat}
    await work.connection.execute(_NOTE, values | {"about": about or None})


async def page(work: Work, person: UUID, hats: Sequence[str], after: Place | None, limit: int) -> list[NewsRow]:
    """What is for them, for a hat they wear and for everybody, newest first, from behind `after`."""
    where = {"at": after.at, "source": after.source, "number": after.number} if after else {"at": None, "source": "", "number": 0}
    found = await work.connection.execute(_PAGE, {"person": person, "hats": list(hats), "limit": limit, **where})
    return [NewsRow(Place(row.at, row.source, row.number), row.kind, row.about or "", row.word) for row in found]
