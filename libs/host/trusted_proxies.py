"""The web servers in front of Kith that are believed when they name the address of a client. Standard library only: settings import it."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

VIA_TRUSTED_PROXY = "kith.via_trusted_proxy"
"""The key of an ASGI scope that says whether the request came through a trusted proxy."""


class TrustedProxies:
    """The web servers in front of Kith whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; none by default."""

    def __init__(self, text: str = "") -> None:
        """`text` has addresses or networks with commas between. Raises ValueError for anything else."""
        try:
            self._networks = [_parse_network(part.strip()) for part in text.split(",") if part.strip()]
        except ValueError as error:
            message = f"trusted_proxies must be addresses or networks with commas between, such as 127.0.0.1, 10.0.0.0/8: {error}"
            raise ValueError(message) from None
        self.text = ",".join(map(str, self._networks))
        self.is_missing = False
        """Whether a web server on this machine or network forwards for others and is not believed, as none is named here."""

    def __contains__(self, address: str) -> bool:
        parsed = parse_address(address)
        return parsed is not None and any(parsed in network for network in self._networks)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def note_forwarding(self, address: str) -> bool:
        """A request from this address names another client. Returns True the first time that this shows that the setting is missing.

        Only an address of this machine or network counts: anybody on the internet can write the header.
        """
        parsed = parse_address(address)
        is_near = parsed is not None and (parsed.is_loopback or parsed.is_private)
        if self._networks or self.is_missing or not is_near:
            return False
        self.is_missing = True
        return True


def _parse_network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)


def parse_address(address: str) -> IPv4Address | IPv6Address | None:
    """The address in a text, an IPv4 address mapped into IPv6 as what it is; None for what is none."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
