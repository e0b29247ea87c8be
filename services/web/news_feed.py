"""The news feed: events in the co-op that a person should see, newest first, as the services published them."""

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
class NewsItem:
    """One item. `kind` is vote_recorded, motion_opened, motion_closed, code_issued, one of a federated vote (`between_...`) or of a peer
    (`peer_...`); `about` is the id of the motion, vote or co-op, or empty; `word` gives a detail: how a vote was cast, the kind of a code,
    why a vote is disputed.
    """

    kind: str
    about: str
    word: str
    at: datetime


class NewsFeed(Protocol):
    """Reads the news of a person."""

    async def list_for(self, person_id: str, limit: int, page_token: str = "", hats: Sequence[str] = ()) -> tuple[list[NewsItem], str]:
        """One page of news for this person and their hats, and the token of the next page. Raises Invalid PAGE_TOKEN_FOREIGN."""
        ...


class DatabaseNewsFeed:
    """The `NewsFeed` from web's own tables."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_for(self, person_id: str, limit: int, page_token: str = "", hats: Sequence[str] = ()) -> tuple[list[NewsItem], str]:
        person = UUID(person_id)
        async with self._database.query_work(callers.person(person), self._clock.now()) as work:
            rows_found = await rows.list_news(work, person, hats, _position_of(page_token), limit + 1)
        shown, more = rows_found[:limit], len(rows_found) > limit
        token = _page_token_of(shown[-1].position) if more else ""
        return [NewsItem(row.kind, row.about, row.word, row.position.at) for row in shown], token


def _page_token_of(position: rows.NewsPosition) -> str:
    return paging.token_of(_QUERY, position.at.isoformat(), position.source, str(position.number))


def _position_of(page_token: str) -> rows.NewsPosition | None:
    key = paging.key_of(_QUERY, page_token, 3)
    return (
        rows.NewsPosition(paging.parse_key_part(paging.parse_datetime, key[0]), key[1], paging.parse_key_part(paging.parse_number, key[2]))
        if key
        else None
    )
