"""Rows of news: other services' events that a person should see."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects import postgresql

from libs.access.erasing import find_erased
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PagedStatement, PageRequest
from libs.database.rows import row_mapper
from libs.messages.envelope import Event
from services.web.storage.tables import news

HOST = "host"
"""The source of news that no service published."""
OLDER_COPY = "older_copy"
NOT_NEWS = frozenset(
    {"watch_late", "watch_missed", "watch_lone", "watch_answered", "visit_on_way_asked", "visit_safe_asked", "day_sheet", "day_sheet_again"}
)
"""Notices about visits that are for that moment, and have a place of their own on the pages."""


@dataclass(frozen=True)
class NewsItem:
    """One item. `kind` is vote_recorded, motion_opened, motion_closed, older_copy, one about the person's account, record, credentials or
    recovery (`pages/*_news.py`), of a federated vote (`between_...`), of a peer (`peer_...`), or that of a notice about visits; `about` is
    the id of the motion, vote, co-op, emergency access or visit, or empty; `word` gives a detail: how a vote was cast, the kind of a code,
    why sessions ended or a vote is disputed, who opened a record, when a visit starts.
    """

    kind: str
    about: str
    word: str
    at: datetime


# An event may be read again.
_ADD = postgresql.insert(news).on_conflict_do_nothing()
_read_item = row_mapper(NewsItem, about="subject")
_LIST = PagedStatement(
    select(news, func.coalesce(news.c.about, "").label("subject")).where(
        or_(news.c.person.is_(None), news.c.person == bindparam("of")), among(news.c.hat, "hats")
    ),
    by=(news.c.at, news.c.source, news.c.number),
    descending=True,
)


async def add_news(
    work: UnitOfWork, event: Event, kind: str, *, person: UUID | None = None, about: str = "", word: str = "", hat: str = ""
) -> None:
    """Insert a row with the event's number; without a person and a hat it is for everybody."""
    values = {"source": event.source, "number": event.number, "person": person, "kind": kind, "word": word, "at": event.at, "hat": hat}
    # Events that are followed again, as in a rebuild, bring back no news of somebody who was erased since.
    if person is None or not await find_erased(work, [person]):
        await work.connection.execute(_ADD, values | {"about": about or None})


async def add_for_each(work: UnitOfWork, event: Event, kind: str, persons: Iterable[UUID], *, about: str, word: str) -> None:
    """Insert a row for each person whom one event is for; none for those who were erased since."""
    told = sorted(persons)
    erased = await find_erased(work, told)
    shared = {"source": event.source, "kind": kind, "about": about or None, "word": word, "at": event.at, "hat": ""}
    if rows := [shared | {"number": _number_for(event, person), "person": person} for person in told if person not in erased]:
        await work.connection.execute(_ADD, rows)


def _number_for(event: Event, person: UUID) -> int:
    """The same whenever the event is read; the event's own number would be the key of one row alone."""
    return _number_of(f"{event.number} {person}")


def _number_of(what: str) -> int:
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:8]) >> 1


async def add_older_copy(work: UnitOfWork, set_back: Mapping[str, tuple[int, int]]) -> None:
    """Insert the item for everybody that the records are an older copy; once for each time that it happens."""
    what = ";".join(f"{service} {number} {epoch}" for service, (number, epoch) in sorted(set_back.items()))
    values = {
        "source": HOST,
        "number": _number_of(what),
        "person": None,
        "kind": OLDER_COPY,
        "word": "",
        "at": work.now,
        "hat": "",
        "about": None,
    }
    await work.connection.execute(postgresql.insert(news).values(values).on_conflict_do_nothing())


async def list_news(work: UnitOfWork, person: UUID, hats: Sequence[str], page: PageRequest) -> Page[NewsItem]:
    """News for this person, for their hats and for everybody, newest first."""
    return (await _LIST.page(work, page, "news", {"of": person, "hats": ["", *hats]})).map(_read_item)
