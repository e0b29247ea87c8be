"""The news feed: events in the co-op that a person should see, newest first, as the services published them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.database.paging import Page, PageRequest
from services.web.storage import news
from services.web.storage.news import NewsItem


class NewsReader(Protocol):
    """Reads the news of a person."""

    async def list_for(self, person_id: str, limit: int, page_token: str = "", hats: Sequence[str] = ()) -> Page[NewsItem]:
        """One page of news for this person and their hats. Raises Invalid PAGE_TOKEN_FOREIGN."""
        ...


class DatabaseNewsReader:
    """The `NewsReader` from web's own tables."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_for(self, person_id: str, limit: int, page_token: str = "", hats: Sequence[str] = ()) -> Page[NewsItem]:
        person = UUID(person_id)
        async with self._database.query_work(callers.person(person), self._clock.now()) as work:
            return await news.list_news(work, person, hats, PageRequest(limit, page_token))
