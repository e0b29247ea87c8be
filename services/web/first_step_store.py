"""Which first steps of a new co-op are ticked off."""

from typing import Protocol
from uuid import UUID

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from services.web.storage import first_steps as rows


class FirstStepStore(Protocol):
    """Stores which first steps are ticked off."""

    async def list_ticked(self) -> frozenset[str]:
        """The names of the steps that are ticked off."""
        ...

    async def tick(self, person_id: str, step: str) -> None:
        """Tick a step off; again changes nothing."""
        ...


class DatabaseFirstStepStore:
    """The `FirstStepStore` in web's own tables."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_ticked(self) -> frozenset[str]:
        async with self._database.query_work(callers.ANONYMOUS, self._clock.now()) as work:
            return await rows.list_ticked(work)

    async def tick(self, person_id: str, step: str) -> None:
        async with self._database.work(callers.person(UUID(person_id)), self._clock.now()) as work:
            await rows.tick(work, step)
