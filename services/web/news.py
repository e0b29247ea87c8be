"""News: what happened in the co-op that a person should see, newest first, as the services stated it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.rpc import paging
from services.web.storage import news as rows

_QUERY = "news"


@dataclass(frozen=True)
class Happened:
    """One thing. `kind` is vote_recorded, motion_opened, motion_closed or code_issued; `about` is a motion's id, or empty; `word` says how:
    the way a vote was taken, the kind of a code.
    """

    kind: str
    about: str
    word: str
    at: datetime


class News(Protocol):
    """Where news is read."""

    async def of(self, person_id: str, most: int, page_token: str = "") -> tuple[list[Happened], str]:
        """One page, and the token of the next. Raises Invalid PAGE_TOKEN_FOREIGN."""
        ...


class KeptNews:
    """See `News`: from web's own tables."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, person_id: str, most: int, page_token: str = "") -> tuple[list[Happened], str]:
        person = UUID(person_id)
        async with self._database.reading(callers.person(person), self._clock.now()) as work:
            found = await rows.page(work, person, _place(page_token), most + 1)
        shown, more = found[:most], len(found) > most
        token = _token(shown[-1].place) if more else ""
        return [Happened(one.kind, str(one.about or ""), one.word, one.place.at) for one in shown], token


def _token(place: rows.Place) -> str:
    return paging.token_of(_QUERY, place.at.isoformat(), place.source, str(place.number))


def _place(page_token: str) -> rows.Place | None:
    key = paging.key_of(_QUERY, page_token, 3)
    return rows.Place(paging.part(paging.moment, key[0]), key[1], paging.part(paging.number, key[2])) if key else None
