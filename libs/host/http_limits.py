"""How many connections an HTTP server keeps open and how long it waits for each client: nobody outside may use all of them up.

The policy is eviction, not refusal. A server or an address that is full gives a newcomer the place of the connection that has waited
longest for its client: a browser sends its request at once, so what is evicted is a connection that nobody uses, or one that is held on
purpose. A connection whose request is being answered is never evicted; a newcomer is turned away only while all of them are.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from ipaddress import IPv6Address, ip_network
from typing import Protocol

from libs.host.trusted_proxies import TrustedProxies, parse_address
from libs.observe.logs import logger
from libs.observe.metrics import CONNECTIONS_CLOSED
from libs.observe.repeats import RepeatLimiter

LOG = logger("http")
_RESERVED_FILES = 256
"""Open files that are left for databases, sockets of services, logs and static files."""
_FEWEST_CONNECTIONS = 32
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class HttpLimits:
    """The limits of one HTTP server. Times are in seconds."""

    connections: int = 10_000
    """Open at once, in all. Holding one costs about 10 kB; who is closed on purpose comes again at once, and must be accepted again."""
    connections_of_an_address: int = 100
    """Of a trusted proxy any number: it carries everybody's. A household or an office behind one address has fewer than this."""
    requests_of_an_address: int = 40
    """Being answered at once; behind a trusted proxy, of the address that it forwards."""
    head_seconds: float = 20.0
    """From the connection, or the first byte of a further request, to the end of the request's head. Each connection gets three quarters
    of it to all of it, at random: connections that were opened together must not all be closed, and opened again, together."""
    body_seconds: float = 30.0
    """For the body of a form, which has at most 64 kB without a file."""
    body_bytes_per_second: int = 32 * 1024
    """A body that says how long it is gets so much more time: a photo of 10 MB over a slow telephone takes minutes."""
    longest_body_seconds: float = 400.0
    idle_seconds: int = 15
    """Between a response and the next request on the same connection."""
    write_seconds: float = 60.0
    """For a client to take 48 kB of a response (the distance between the marks of asyncio's write buffer)."""
    trusted_proxies: TrustedProxies = field(default_factory=TrustedProxies)

    def fitted_to(self, file_limit: int) -> "HttpLimits":
        """The limits for a process that may have so many files open: connections never take the last ones."""
        return replace(self, connections=min(self.connections, max(file_limit - _RESERVED_FILES, _FEWEST_CONNECTIONS)))


class HttpConnection(Protocol):
    """A connection as the register of connections knows it."""

    @property
    def client_address(self) -> str:
        """The address at the other end, as text; empty when it is unknown."""
        ...

    def evict(self) -> None:
        """Close at once, for another connection."""
        ...


@dataclass
class _Group:
    """The connections of one address. `waiting` is in the order in which they began to wait for their client."""

    count: int = 0
    waiting: OrderedDict[HttpConnection, None] = field(default_factory=OrderedDict)


class ConnectionRegister:
    """All open connections of one HTTP server."""

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._groups: dict[str, _Group] = {}
        self._group_names: dict[HttpConnection, str] = {}
        self._waiting: OrderedDict[HttpConnection, None] = OrderedDict()
        self._log_limiter = RepeatLimiter(limit=1)

    def __len__(self) -> int:
        return len(self._group_names)

    def admit(self, connection: HttpConnection) -> bool:
        """Whether the new connection may stay. It begins as waiting for its client; another may be evicted for it."""
        address = connection.client_address
        name = address_group(address)
        group = self._groups.get(name)
        is_full = group is not None and group.count >= self._limits.connections_of_an_address
        if group is not None and is_full and address not in self._limits.trusted_proxies and not self._evict_first(group.waiting):
            return self._turn_away("address_full")
        if len(self) >= self._limits.connections and not self._evict_first(self._waiting):
            return self._turn_away("server_full")
        self._group_names[connection] = name
        self._groups.setdefault(name, _Group()).count += 1
        self.set_waiting(connection, waiting=True)
        return True

    def release(self, connection: HttpConnection) -> None:
        """Forget a connection that has ended; one that was never admitted is ignored."""
        name = self._group_names.pop(connection, None)
        if name is None:
            return
        self._waiting.pop(connection, None)
        group = self._groups[name]
        group.waiting.pop(connection, None)
        group.count -= 1
        if not group.count:
            del self._groups[name]

    def set_waiting(self, connection: HttpConnection, *, waiting: bool) -> None:
        """Whether the server waits for this client. One that goes on waiting keeps its place in the order."""
        name = self._group_names.get(connection)
        if name is None:
            return
        for order in (self._waiting, self._groups[name].waiting):
            if waiting:
                order.setdefault(connection)
            else:
                order.pop(connection, None)

    def count_closed(self, reason: str) -> None:
        """Count a connection that was closed because of a limit, and say so in the log, once a minute at most for each reason."""
        CONNECTIONS_CLOSED.labels(reason).inc()
        left_out = self._log_limiter.admit(reason)
        if left_out is not None:
            LOG.warning("connections_closed", reason=reason, more_before=left_out, open=len(self))

    def _evict_first(self, order: "OrderedDict[HttpConnection, None]") -> bool:
        if not order:
            return False
        connection = next(iter(order))
        self.release(connection)
        self.count_closed("evicted")
        connection.evict()
        return True

    def _turn_away(self, reason: str) -> bool:
        self.count_closed(reason)
        return False


def address_group(address: str) -> str:
    """What counts as one address: an IPv4 address, or the network of 64 bits that an IPv6 customer is given."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return str(parsed) if parsed is not None else address
