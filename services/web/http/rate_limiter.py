"""Rate limit for pages open to anybody: a few requests a minute for each address, so that nobody can enumerate everything."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from libs.host.http_limits import address_group

_WINDOW = timedelta(minutes=1)
_MAX_ADDRESSES = 10_000


class RateLimiter:
    """Limits requests by address, or by the network that an IPv6 customer is given.

    It is in memory: a restart resets it, and behind a proxy that hides addresses all visitors count as one.
    """

    def __init__(self, limit: int = 30) -> None:
        self._limit = limit
        self._requests: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allow(self, address: str, now: datetime) -> bool:
        """Whether the address may make this request, which is counted if so."""
        name = address_group(address)
        recent = self._requests.setdefault(name, deque())
        self._requests.move_to_end(name)
        while recent and recent[0] <= now - _WINDOW:
            recent.popleft()
        if len(self._requests) > _MAX_ADDRESSES:
            self._requests.popitem(last=False)
        if len(recent) >= self._limit:
            return False
        recent.append(now)
        return True
