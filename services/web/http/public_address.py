"""The co-op's public address, and which requests belong to it.

Everything that is printed, mailed or redirected comes from the setting `public_url`. A request for another host is refused, no matter who
pointed that name at this machine. Two kinds are answered besides: a loopback host, for probes and for proxies on this machine that do not
pass on the name; and, through a trusted proxy, an address or a name without a dot, as a proxy elsewhere sends that does not pass it on.
Nothing is derived from those hosts. Standard library only: settings import it.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class PublicAddress:
    """The parts of `public_url`. `host` is in lower case and without brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> "PublicAddress":
        """Raises ValueError for anything but `http://` or `https://` with a host."""
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            message = f"the public address must begin with http:// or https:// and have a host; it is {url!r}"
            raise ValueError(message)
        return cls(parts.scheme, parts.hostname.lower(), parts.port or _DEFAULT_PORTS[parts.scheme])

    @property
    def https(self) -> bool:
        """Whether members reach the pages over TLS."""
        return self.scheme == "https"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can open it."""
        return is_loopback(self.host) or self._is_unspecified

    @property
    def _is_unspecified(self) -> bool:
        """Nobody named an address: the pages listen on all addresses of this machine, and each of them is as good as the other."""
        return self.host in {"0.0.0.0", "::"}  # noqa: S104 - read, not bound

    def serves(self, host_header: str, *, via_trusted_proxy: bool) -> bool:
        """Whether a request with this `Host` is answered. Its port says nothing: proxies leave it out, or write their own."""
        host = _host_of(host_header)
        if host == self.host or is_loopback(host):
            return True
        if self._is_unspecified:
            return _is_address(host)
        return via_trusted_proxy and ("." not in host or _is_address(host))

    def is_origin(self, origin: str) -> bool:
        """Whether an `Origin` is that of our own pages. All names of this machine are one while only it can open the pages."""
        try:
            own = PublicAddress.parse(origin)
        except ValueError:
            return False
        if not self.is_local or (own.scheme, own.port) != (self.scheme, self.port):
            return own == self
        return is_loopback(own.host) or (self._is_unspecified and _is_address(own.host))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its own loopback interface."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _host_of(header: str) -> str:
    """The host of a `Host` header, in lower case and without port and brackets; empty for what is none."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""
