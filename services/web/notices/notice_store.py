"""The delivery state of notices, as the secretary's pages read and change it."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.database.paging import Page, PageRequest
from services.web.storage import notices
from services.web.storage.notices import Notice, NoticeState

_PAGES = callers.job("show_notices")
"""Only the software sees rows of notices. The pages ask for a secretary, and the row says which."""


class NoticeStore(Protocol):
    """Reads the delivery state, and records what the secretary has done."""

    async def count_by_state(self) -> Mapping[str, int]: ...

    async def list_all(self, limit: int, page_token: str = "") -> Page[Notice]:
        """One page of notices, newest first. Raises Invalid PAGE_TOKEN_FOREIGN."""
        ...

    async def list_in_state(self, state: NoticeState, limit: int) -> list[Notice]:
        """Notices in this state, oldest first."""
        ...

    async def finish(self, ids: Sequence[UUID], before: NoticeState, secretary: str) -> int:
        """The secretary printed or sent these; returns how many that was not yet said of."""
        ...


class DatabaseNoticeStore:
    """The `NoticeStore` in web's own tables."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count_by_state(self) -> Mapping[str, int]:
        async with self._database.query_work(_PAGES, self._clock.now()) as work:
            return await notices.count_by_state(work)

    async def list_all(self, limit: int, page_token: str = "") -> Page[Notice]:
        async with self._database.query_work(_PAGES, self._clock.now()) as work:
            return await notices.list_notices(work, PageRequest(limit, page_token))

    async def list_in_state(self, state: NoticeState, limit: int) -> list[Notice]:
        async with self._database.query_work(_PAGES, self._clock.now()) as work:
            return await notices.list_in_state(work, state, limit)

    async def finish(self, ids: Sequence[UUID], before: NoticeState, secretary: str) -> int:
        async with self._database.work(_PAGES, self._clock.now()) as work:
            return await notices.finish(work, ids, before, secretary)
