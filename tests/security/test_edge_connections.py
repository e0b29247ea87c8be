"""Many and slow connections: no matter who holds connections, everybody else is answered, and nothing of ours fills up."""

import asyncio
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from libs.host.http_limits import ConnectionRegister, HttpLimits, address_group
from libs.host.http_protocol import LimitedHttpProtocol
from libs.host.http_server import HttpServer
from libs.host.open_files import raise_file_limit
from libs.host.trusted_proxies import TrustedProxies
from tests.support.free_ports import free_ports
from tests.support.waiting import LIMIT_SECONDS, wait_until

GOOD, BAD = "127.0.0.1", "127.0.0.2"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW_HEAD = b"GET / HTTP/1.1\r\nHost: local"
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1234"
SHORT = HttpLimits(head_seconds=0.3, body_seconds=0.3, idle_seconds=1, write_seconds=0.3)

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Site:
    """A server with a page that answers, one that never takes the body it got, one that waits, and one that is large."""

    server: HttpServer
    port: int
    release: asyncio.Event
    opened: list[asyncio.StreamWriter]
    waiting: int = 0
    """How many requests wait for `release`."""

    async def connect(self, address: str, sent: bytes = b"") -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        writer.write(sent)
        await writer.drain()
        self.opened.append(writer)
        return reader, writer

    async def status(self, address: str, request: bytes = GET) -> str:
        """The first line of the response; empty when the connection was closed instead."""
        reader, _ = await self.connect(address, request)
        return await first_line(reader)


async def first_line(reader: asyncio.StreamReader) -> str:
    async with asyncio.timeout(60):
        try:
            return (await reader.readline()).decode().strip()
        except ConnectionError:
            return ""


async def wait_until_closed(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        with suppress(ConnectionError):
            while await reader.read(65536):
                pass


@asynccontextmanager
async def running_site(limits: HttpLimits) -> AsyncIterator[Site]:
    release = asyncio.Event()

    async def answer(request: Request) -> Response:
        try:
            return PlainTextResponse(f"{len(await request.body())} from {request.scope['client'][0]} {request.url.scheme}")
        except ClientDisconnect:
            return Response(status_code=400)

    async def wait(_: Request) -> Response:
        site.waiting += 1
        await release.wait()
        return PlainTextResponse("done")

    async def large(_: Request) -> Response:
        return PlainTextResponse("x" * 20_000_000)

    app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"]), Route("/wait", wait), Route("/large", large)])
    [port] = free_ports(1)
    server = HttpServer(app, f"127.0.0.1:{port}", limits)
    await server.start()
    site = Site(server, port, release, [])
    try:
        yield site
    finally:
        release.set()
        for writer in site.opened:
            writer.close()
        await server.stop()


async def test_half_sent_heads_of_one_address_take_nobody_elses_place_and_end_by_themselves() -> None:
    async with running_site(HttpLimits(connections=60, connections_of_an_address=20, head_seconds=1.0)) as site:
        slow = [await site.connect(BAD, SLOW_HEAD) for _ in range(200)]
        assert await site.status(GOOD) == "HTTP/1.1 200 OK"
        assert len(site.server.connections) <= 60
        assert await site.status(BAD) == "HTTP/1.1 200 OK", "who is at the same address is answered as well"
        await asyncio.gather(*(wait_until_closed(reader) for reader, _ in slow))


async def test_half_sent_heads_of_many_addresses_take_nobody_elses_place() -> None:
    # Within an hour none of them is closed because its time is over.
    async with running_site(HttpLimits(connections=40, connections_of_an_address=20, head_seconds=3600.0)) as site:
        for number in range(200):
            await site.connect(f"127.0.1.{number % 50 + 1}", SLOW_HEAD)
        assert await site.status(GOOD) == "HTTP/1.1 200 OK"
        assert len(site.server.connections) <= 40


@pytest.mark.parametrize("sent", [b"", SLOW_HEAD, SLOW_BODY, GET + SLOW_HEAD], ids=["nothing", "head", "body", "second head"])
async def test_a_client_that_does_not_go_on_is_closed(sent: bytes) -> None:
    async with running_site(SHORT) as site:
        reader, _ = await site.connect(GOOD, sent)
        await wait_until_closed(reader)
        await wait_until(lambda: len(site.server.connections) == 0)


async def test_a_long_body_gets_the_time_that_its_length_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []
    body_seconds = LimitedHttpProtocol._body_seconds

    def remember(protocol: LimitedHttpProtocol) -> float:
        times.append(body_seconds(protocol))
        return times[-1]

    monkeypatch.setattr(LimitedHttpProtocol, "_body_seconds", remember)
    limits = HttpLimits(head_seconds=0.3, body_seconds=0.3, body_bytes_per_second=1000, longest_body_seconds=1.0, idle_seconds=1)
    async with running_site(limits) as site:
        for length, seconds in ((10, 0.31), (400, 0.7), (10**6, 1.0)):
            times.clear()
            began = time.monotonic()
            reader, _ = await site.connect(GOOD, SLOW_BODY.replace(b": 9", f": {length}".encode()))
            await wait_until_closed(reader)
            assert time.monotonic() - began > seconds - 0.05
            # What the server allowed, not how soon it came to close it.
            assert times == [pytest.approx(seconds)]


async def test_a_client_that_drips_a_byte_now_and_then_gets_no_more_time() -> None:
    async with running_site(SHORT) as site:
        reader, writer = await site.connect(GOOD, SLOW_HEAD)
        closing_task = asyncio.create_task(wait_until_closed(reader))
        while not closing_task.done():
            writer.write(b"x")
            await asyncio.sleep(0.05)
        await closing_task


async def test_a_slow_client_is_told_that_its_time_is_over() -> None:
    async with running_site(SHORT) as site:
        assert await site.status(GOOD, SLOW_HEAD) == "HTTP/1.1 408 Request Timeout"


async def test_a_client_that_does_not_take_its_response_is_cut_off() -> None:
    async with running_site(SHORT) as site:
        reader, writer = await site.connect(GOOD, GET.replace(b"/ ", b"/large "))
        reader._transport.pause_reading()  # type: ignore[attr-defined]  # the only way not to read
        await wait_until(lambda: len(site.server.connections) == 1)
        await wait_until(lambda: len(site.server.connections) == 0)
        assert not writer.is_closing()


async def test_a_request_that_is_being_answered_is_never_evicted() -> None:
    async with running_site(HttpLimits(connections=4, connections_of_an_address=4)) as site:
        reader, _ = await site.connect(GOOD, GET.replace(b"/ ", b"/wait "))
        for _ in range(20):
            await site.connect(GOOD, SLOW_HEAD)
        site.release.set()
        assert await first_line(reader) == "HTTP/1.1 200 OK"


async def test_one_address_has_so_many_requests_answered_at_once_and_others_are_not_kept_waiting() -> None:
    async with running_site(HttpLimits(requests_of_an_address=3)) as site:
        waiting = [(await site.connect(BAD, GET.replace(b"/ ", b"/wait ")))[0] for _ in range(3)]
        await wait_until(lambda: site.waiting == 3)
        assert await site.status(BAD) == "HTTP/1.1 503 Service Unavailable"
        assert await site.status(GOOD) == "HTTP/1.1 200 OK"
        site.release.set()
        assert [await first_line(reader) for reader in waiting] == ["HTTP/1.1 200 OK"] * 3
        assert await site.status(BAD) == "HTTP/1.1 200 OK"


async def test_a_forwarded_address_counts_only_behind_a_trusted_proxy() -> None:
    forwarded = GET.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n")
    for proxies, expected in (("", b"0 from 127.0.0.1 http"), ("127.0.0.0/8", b"0 from 203.0.113.7 https")):
        async with running_site(HttpLimits(trusted_proxies=TrustedProxies(proxies))) as site:
            reader, _ = await site.connect(GOOD, forwarded)
            async with asyncio.timeout(60):
                assert (await reader.read()).endswith(expected)


async def test_a_trusted_proxy_may_have_as_many_connections_as_the_server() -> None:
    proxies = TrustedProxies("127.0.0.1")
    async with running_site(HttpLimits(connections=30, connections_of_an_address=2, trusted_proxies=proxies)) as site:
        for _ in range(20):
            await site.connect(GOOD)
        await wait_until(lambda: len(site.server.connections) == 20)


@dataclass(eq=False)
class FakeConnection:
    client_address: str
    evicted: bool = False

    def evict(self) -> None:
        self.evicted = True


def test_who_has_waited_longest_gives_way_and_who_goes_on_waiting_keeps_the_place() -> None:
    register = ConnectionRegister(HttpLimits(connections=3))
    first, second, third, fourth = (FakeConnection(f"10.0.0.{number}") for number in range(4))
    for connection in (first, second, third):
        assert register.admit(connection)
    register.set_waiting(first, waiting=False)
    register.set_waiting(second, waiting=True)
    assert register.admit(fourth)
    assert [connection.evicted for connection in (first, second, third)] == [False, True, False]


def test_a_newcomer_is_turned_away_only_while_all_are_being_answered() -> None:
    register = ConnectionRegister(HttpLimits(connections=2))
    busy = [FakeConnection("10.0.0.1"), FakeConnection("10.0.0.2")]
    for connection in busy:
        assert register.admit(connection)
        register.set_waiting(connection, waiting=False)
    assert not register.admit(FakeConnection("10.0.0.3"))
    register.set_waiting(busy[0], waiting=True)
    assert register.admit(FakeConnection("10.0.0.3"))


def test_a_customers_ipv6_network_counts_as_one_address() -> None:
    assert address_group("2001:db8:1:2:3::4") == address_group("2001:db8:1:2:ffff::1") != address_group("2001:db8:1:3::1")
    assert address_group("::ffff:192.0.2.1") == address_group("192.0.2.1")


def test_connections_never_take_the_last_files() -> None:
    assert HttpLimits(connections=1000).fitted_to(1024).connections == 768
    assert HttpLimits(connections=1000).fitted_to(100).connections == 32
    assert HttpLimits(connections=1000).fitted_to(65_536).connections == 1000


@contextmanager
def soft_file_limit(limit: int) -> Iterator[int]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_soft_limit_of_files_becomes_the_hard_one() -> None:
    with soft_file_limit(512) as hard:
        assert raise_file_limit() == hard
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard


def test_the_listening_queue_holds_a_burst() -> None:
    """A hundred newcomers at once: each is answered, though only so many are accepted in one go."""

    async def burst() -> list[str]:
        async with running_site(HttpLimits()) as site:
            return await asyncio.gather(*(site.status(f"127.0.2.{number + 1}") for number in range(100)))

    assert asyncio.run(burst()) == ["HTTP/1.1 200 OK"] * 100


async def test_a_burst_of_newcomers_takes_a_few_places_in_each_turn_of_the_event_loop() -> None:
    """Those who are being answered wait for a millisecond of it at a time, and not for all of it."""
    async with running_site(HttpLimits()) as site:
        newcomers = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(60)]
        counts = [0]
        async with asyncio.timeout(60):
            while counts[-1] < len(newcomers):
                await asyncio.sleep(0)
                counts.append(len(site.server.connections))
        for newcomer in newcomers:
            newcomer.close()
        assert max(after - before for before, after in pairwise(counts)) <= 8


async def test_connections_that_were_opened_together_are_not_closed_together() -> None:
    async with running_site(HttpLimits(head_seconds=1000.0)) as site:
        for _ in range(40):
            await site.connect(BAD, SLOW_HEAD)
        await wait_until(lambda: len(site.server.connections) == 40)
        now = asyncio.get_running_loop().time()
        connections = [connection for connection in site.server.connections._group_names if isinstance(connection, LimitedHttpProtocol)]
        left = sorted(connection._deadline.when() - now for connection in connections if connection._deadline)
        assert len(left) == 40
        assert left[0] > 700
        assert left[-1] <= 1000
        assert left[-1] - left[0] > 100


def test_a_taken_address_is_said_plainly() -> None:
    [port] = free_ports(1)
    with closing(socket.create_server(("127.0.0.1", port))), pytest.raises(OSError, match="cannot be listened on"):
        asyncio.run(HttpServer(Starlette(), f"127.0.0.1:{port}", HttpLimits()).start())
