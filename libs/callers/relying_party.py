"""For which site passkeys are made (the "relying party" of WebAuthn): what the co-op's public address says, and nothing a request says.

Browsers make passkeys for a name, never for a number, and only over https or on this machine. Identity makes passkeys for it; web offers
them on its pages only where there is one.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class RelyingParty:
    """`id` is a host name in lower case, which a passkey is bound to for ever; `origin` is scheme, host and port, as browsers write it."""

    id: str
    origin: str


def relying_party_of(public_url: str) -> RelyingParty | None:
    """None where browsers make no passkeys: an address in numbers, or one without https that is not this machine's."""
    parts = urlsplit(public_url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in _DEFAULT_PORTS or not host.isascii() or not host or _is_number(host):
        return None
    if parts.scheme != "https" and host != "localhost" and not host.endswith(".localhost"):
        return None
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
