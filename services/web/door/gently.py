"""How often one address may ask for what anybody may ask: a few times a minute, so that nobody combs through everything."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

_WITHIN = timedelta(minutes=1)
_ADDRESSES = 10_000


class Gently:
    """Kept in memory: a restart forgets, and a page behind a proxy that hides addresses counts all visitors as one."""

    def __init__(self, most: int = 30) -> None:
        self._most = most
        self._asked: OrderedDict[str, deque[datetime]] = OrderedDict()

    def let(self, address: str, now: datetime) -> bool:
        """Whether this one may; it is counted if so."""
        asked = self._asked.setdefault(address, deque())
        self._asked.move_to_end(address)
        while asked and asked[0] <= now - _WITHIN:
            asked.popleft()
        if len(self._asked) > _ADDRESSES:
            self._asked.popitem(last=False)
        if len(asked) >= self._most:
            return False
        asked.append(now)
        return True
