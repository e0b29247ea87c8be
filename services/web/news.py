"""News: what happened in the co-op that a person should see, newest first, as the services stated it."""

from collections.abc import Sequence
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
    """One thing. `kind` is vote_recorded, motion_opened, motion_closed, code_issued, one of a vote with other co-ops (`between_...`) or of
    a co-op (`peer_...`); `about` is the id of the motion, vote or co-op, or empty; `word` says how: the way a vote was taken, the kind
    of a code, why a vote is disputed.
    """

    kind: str
    about: str
    word: str
    at: datetime


class News(Protocol):
    """Where news is read."""

    async def of(self, person_id: str, most: int, page_token: str = "", hats: Sequence[str] = ()) -> tuple[list[Happened], str]:
        """One page for this person and the hats they wear, and the token of the next. Raises Invalid PAGE_TOKEN_FOREIGN."""
        ...


class KeptNews:
    """See `News`: from web's own tables."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, person_id: str, most: int, page_token: str = "", hats: Sequence[str] = ()) -> tuple[list[Happened], str]:
        person = UUID(person_id)
        async with self._database.reading(callers.person(person), self._clock.now()) as work:
            found = await rows.page(work, person, hats, _place(page_token), most + 1)
        shown, more = found[:most], len(found) > most
        token = _token(shown[-1].place) if more else ""
        return [Happened(one.kind, one.about, one.word, one.place.at) for one in shown], token


def _token(place: rows.Place) -> str:
    return paging.token_of(_QUERY, place.at.isoformat(), place.source, str(place.number))


def _place(page_token: str) -> rows.Place | None:
    key = paging.key_of(_QUERY, page_token, 3)
    return rows.Place(paging.part(paging.moment, key[0]), key[1], paging.part(paging.number, key[2])) if key else None
