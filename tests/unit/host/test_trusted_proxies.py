"""Kith notices that a web server in front of it is not named in its settings, and is not fooled by strangers."""

import pytest

from libs.host.http_server import MarkProxied
from libs.host.trusted_proxies import TrustedProxies

FORWARDED = [(b"host", b"elm-row.example"), (b"x-forwarded-for", b"203.0.113.7")]


async def _request(proxies: TrustedProxies, address: str, headers: list[tuple[bytes, bytes]]) -> None:
    async def app(_scope: object, _receive: object, _send: object) -> None: ...

    async def no_message(_: object = None) -> None: ...

    scope = {"type": "http", "client": (address, 40_000), "headers": headers}
    await MarkProxied(app, proxies)(scope, no_message, no_message)  # type: ignore[arg-type]  # neither is called


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.7.1", "::ffff:172.16.0.9"])
async def test_a_web_server_nearby_that_is_not_named_is_noticed_once(address: str) -> None:
    proxies = TrustedProxies()
    await _request(proxies, address, FORWARDED)
    assert proxies.is_missing
    assert not proxies.note_forwarding(address), "it is said once"


@pytest.mark.parametrize(
    ("named", "address", "headers"),
    [
        ("", "127.0.0.1", FORWARDED[:1]),
        ("", "8.8.8.8", FORWARDED),
        ("127.0.0.1", "127.0.0.1", FORWARDED),
        ("10.0.0.0/8", "127.0.0.1", FORWARDED),
    ],
    ids=["no proxy", "a stranger writes the header", "named", "another is named"],
)
async def test_nothing_is_said_without_a_reason(named: str, address: str, headers: list[tuple[bytes, bytes]]) -> None:
    proxies = TrustedProxies(named)
    await _request(proxies, address, headers)
    assert not proxies.is_missing
