"""A rate that all downloads of one kind share: sending costs the event loop time, however quickly the clients read."""

import asyncio

_MOST_WAITING = 100


class SharedRate:
    """Lets pieces through one after another, in the order in which they came, so many bytes a second in all."""

    def __init__(self, bytes_a_second: float, most_waiting: int = _MOST_WAITING) -> None:
        self._bytes_a_second = bytes_a_second
        self._most_waiting = most_waiting
        self._waiting = 0
        self._free_at = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether so many wait that a further one should not begin."""
        return self._waiting >= self._most_waiting

    async def wait_for(self, size: int) -> None:
        """Until a piece of so many bytes may be sent."""
        loop = asyncio.get_running_loop()
        begins = max(loop.time(), self._free_at)
        self._free_at = begins + size / self._bytes_a_second
        self._waiting += 1
        try:
            await asyncio.sleep(begins - loop.time())
        finally:
            self._waiting -= 1
