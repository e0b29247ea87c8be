"""Measures what members of a co-op notice of a siege, and whether the co-op stays answerable and small meanwhile.

Run with `python -m bench.siege`. A co-op under `kith up` with 30 members, who open their pages at 5 requests a second in all: first in
quiet, then while a process of its own (`--attack`) holds 5,000 slow connections, lets 250 clients post wrong passwords, and lets 60 clients
ask for the source again and again. Members and attackers come from addresses of their own, all on this machine's loopback.

`--reference FOLDER` measures the code of another checkout first, in this environment, and shows both; each phase is then half as long.
"""

import asyncio
import contextlib
import os
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx2

from bench.processes import find_parts, megabytes
from bench.report import is_quick_run, markdown_table, percentile, save_report, verdict
from kith.identity.v1 import identity_pb2 as identity
from scripts.cli.connection import Connection, connect
from tests.support.compose_file import ROOT
from tests.support.hidden_fields import hidden_fields
from tests.support.kith_up_process import KithUpProcess, kith_up_in, service_readable_folder
from tests.support.motion_voters import open_poll

MEMBERS = 6 if is_quick_run() else 30
REQUESTS_A_SECOND = 5.0
SLOW_CONNECTIONS = 500 if is_quick_run() else 5000
PASSWORD_CLIENTS = 25 if is_quick_run() else 250
SOURCE_CLIENTS = 6 if is_quick_run() else 60
REFERENCE = Path(sys.argv[sys.argv.index("--reference") + 1]).resolve() if "--reference" in sys.argv else None
SECONDS = 5.0 if is_quick_run() else 30.0 if REFERENCE else 60.0
PAGES = ("/", "/motions", "/news", "/you", "/decisions")
AIM_RATIO = 2.0
AIM_READY_SECONDS = 2.0
AIM_MEGABYTES = 200.0
"""Memory that a siege may add."""
AIM_LOG_MEGABYTES = 1.0
_CO_OP_CORE, _LOAD_CORE = 0, 1
"""The co-op, with its PostgreSQL and NATS, has one core; members, probes and attackers have the other, the attackers at the lowest
priority: what is measured is the co-op, and not how long the load's own processes wait for a core."""
_SLOW_PER_ADDRESS = 100
_PAUSE_SECONDS = 1.0
"""Between two attempts of one attacker, and before a slow connection that was closed is opened again."""
_DRIP_SECONDS = 5.0


@dataclass
class Phase:
    """What members and probes met during one phase; times in seconds."""

    pages: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    sign_ins: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


class Member:
    """A member's browser at an address of its own."""

    def __init__(self, site: str, address: str) -> None:
        self._client = _client(site, address)

    async def sign_in(self, code: str) -> None:
        form = hidden_fields((await self._client.get("/sign-in")).text)
        response = await self._client.post("/sign-in/code", data=form | {"code": code, "next": "/"})
        if response.status_code != 303:
            message = f"a member could not sign in: {response.status_code}"
            raise RuntimeError(message)

    async def open(self, path: str) -> int:
        return (await self._client.get(path)).status_code

    async def close(self) -> None:
        await self._client.aclose()


def _client(site: str, address: str) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(local_address=address)
    return httpx2.AsyncClient(transport=transport, base_url=f"http://{site}", timeout=20)


# --- the attackers' own process


async def attack(site: str) -> None:
    """Everything at once, until this process is stopped."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    async with asyncio.TaskGroup() as group:
        for number in range(SLOW_CONNECTIONS):
            group.create_task(_hold_connection(site, f"127.0.1.{number // _SLOW_PER_ADDRESS + 1}"))
        for number in range(PASSWORD_CLIENTS):
            group.create_task(_repeat(partial(_post_passwords, site, f"127.0.2.{number + 1}")))
        for number in range(SOURCE_CLIENTS):
            group.create_task(_repeat(partial(_ask_for_source, site, f"127.0.3.{number + 1}")))


async def _hold_connection(site: str, address: str) -> None:
    """Sends a head that never ends, a byte now and then, and begins again when it is closed."""
    host, port = site.split(":")
    await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS))  # noqa: S311 - spreads the load
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, int(port), local_addr=(address, 0))
            with contextlib.closing(writer):
                writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
                while not reader.at_eof():
                    writer.write(b"x")
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_DRIP_SECONDS):
                            await reader.read(1024)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _repeat(attempt: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS))  # noqa: S311 - spreads the load
    while True:
        with contextlib.suppress(httpx2.HTTPError, OSError):
            await attempt()
        await asyncio.sleep(_PAUSE_SECONDS)


async def _post_passwords(site: str, address: str) -> None:
    async with _client(site, address) as client:
        form = hidden_fields((await client.get("/sign-in/password")).text)
        while form:
            fields = form | {"email": f"{address}@example.org", "password": "a wrong and long password"}
            await client.post("/sign-in/password", data=fields)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _ask_for_source(site: str, address: str) -> None:
    async with _client(site, address) as client:
        await client.get("/source/kith.tar.gz")


@asynccontextmanager
async def besieged(site: str) -> AsyncIterator[None]:
    quick = ("--quick",) if is_quick_run() else ()
    process = await asyncio.create_subprocess_exec("nice", "-n", "19", sys.executable, "-m", "bench.siege", "--attack", site, *quick)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@contextlib.contextmanager
def pinned_to(core: int) -> Iterator[None]:
    """Processes that are started meanwhile run on this core only, and so do all of theirs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


# --- the members


@dataclass
class Measurement:
    """One phase while it runs: members open their pages, probes ask whether the co-op is ready, others sign in with their cards."""

    co_op: KithUpProcess
    phase: Phase = field(default_factory=Phase)

    async def run(self, members: Sequence[Member], codes: Sequence[str]) -> Phase:
        background = [asyncio.create_task(self._probe()), asyncio.create_task(self._sign_in_with_cards(codes))]
        opening = []
        for number in range(int(SECONDS * REQUESTS_A_SECOND)):
            opening.append(asyncio.create_task(self._open_page(members[number % len(members)], PAGES[number % len(PAGES)])))
            await asyncio.sleep(1 / REQUESTS_A_SECOND)
        await asyncio.gather(*opening)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        return self.phase

    async def _probe(self) -> None:
        [kith] = find_parts(self.co_op.folder)["Kith"]
        while True:
            began = time.perf_counter()
            answer = await self.co_op.get_readyz()
            self.phase.ready.append(time.perf_counter() - began)
            self.phase.failures += [] if answer.status == 200 else [f"/readyz {answer.status}"]
            self.phase.megabytes.append(megabytes(kith, "Pss"))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _sign_in_with_cards(self, codes: Sequence[str]) -> None:
        for number, code in enumerate(codes):
            member = Member(self.co_op.pages, f"127.0.4.{number + 1}")
            began = time.perf_counter()
            try:
                await member.sign_in(code)
            except (httpx2.HTTPError, RuntimeError) as error:
                self.phase.failures.append(f"sign-in: {type(error).__name__} {error}")
            self.phase.sign_ins.append(time.perf_counter() - began)
            await member.close()
            await asyncio.sleep(SECONDS / (len(codes) + 1))

    async def _open_page(self, member: Member, path: str) -> None:
        began = time.perf_counter()
        try:
            status = await member.open(path)
        except httpx2.HTTPError as error:
            self.phase.failures.append(f"{path} {type(error).__name__}")
        else:
            self.phase.failures += [] if status == 200 else [f"{path} {status}"]
        self.phase.pages.append(time.perf_counter() - began)


async def issue_codes(connection: Connection, people: Sequence[UUID]) -> list[str]:
    """A sign-in code for each."""
    codes = []
    for person in people:
        request = identity.IssueSignInCodeRequest(person_id=str(person), kind=identity.CODE_KIND_CARD)
        codes.append((await connection.as_secretary(connection.identity.IssueSignInCode, request)).code)
    return codes


def log_megabytes(co_op: KithUpProcess) -> float:
    return sum(file.stat().st_size for file in co_op.data.log.iterdir()) / 1e6


async def run_siege(co_op: KithUpProcess) -> tuple[Phase, Phase, float]:
    """The quiet phase, the siege, and the megabytes that the log grew by."""
    async with connect(co_op.folder) as connection:
        poll = await open_poll(connection, MEMBERS)
        people = [voter.person for voter in poll.voters][:MEMBERS]
        codes = await issue_codes(connection, people)
        cards = await issue_codes(connection, people[:10])
        later_cards = await issue_codes(connection, people[:10])
    members = [Member(co_op.pages, f"127.0.0.{number + 10}") for number in range(len(people))]
    for member, code in zip(members, codes, strict=True):
        await member.sign_in(code)
        for path in PAGES:
            await member.open(path)
    quiet = await Measurement(co_op).run(members, cards)
    before = log_megabytes(co_op)
    async with besieged(co_op.pages):
        await asyncio.sleep(SECONDS / 4)
        siege = await Measurement(co_op).run(members, later_cards)
    grown = log_megabytes(co_op) - before
    for member in members:
        await member.close()
    return quiet, siege, grown


@dataclass(frozen=True)
class Result:
    """What one version of Kith did."""

    quiet: Phase
    siege: Phase
    log_grown: float

    @property
    def ratio(self) -> float:
        return percentile(self.siege.pages, 0.95) / percentile(self.quiet.pages, 0.95)

    @property
    def megabytes(self) -> float:
        """That the siege added."""
        return max(self.siege.megabytes) - max(self.quiet.megabytes)


async def measure(tree: Path) -> Result:
    """A new co-op that runs the code of this tree, in this environment."""
    environment = dict(os.environ) | {"PYTHONPATH": str(tree)}
    async with service_readable_folder() as place, kith_up_in(place, tree=tree, environment=environment) as co_op:
        with pinned_to(_CO_OP_CORE):
            await co_op.start()
        with pinned_to(_LOAD_CORE):
            await co_op.wait_until_ready()
            return Result(*await run_siege(co_op))


ROWS: tuple[tuple[str, Callable[[Result], tuple[str, str]], str, Callable[[Result], str]], ...] = (
    ("a member's page, p50 ms", lambda it: (_ms(it.quiet.pages, 0.5), _ms(it.siege.pages, 0.5)), "", lambda _: ""),
    (
        "a member's page, p95 ms",
        lambda it: (_ms(it.quiet.pages, 0.95), _ms(it.siege.pages, 0.95)),
        f"{AIM_RATIO:.0f} times",
        lambda it: verdict(it.ratio, AIM_RATIO),
    ),
    ("a member's page, slowest ms", lambda it: (_ms(it.quiet.pages, 1.0), _ms(it.siege.pages, 1.0)), "", lambda _: ""),
    ("a card signs in, slowest ms", lambda it: (_ms(it.quiet.sign_ins, 1.0), _ms(it.siege.sign_ins, 1.0)), "", lambda _: ""),
    (
        "`/readyz`, slowest ms",
        lambda it: (_ms(it.quiet.ready, 1.0), _ms(it.siege.ready, 1.0)),
        f"{AIM_READY_SECONDS * 1000:.0f}",
        lambda it: verdict(max(it.siege.ready), AIM_READY_SECONDS),
    ),
    (
        "memory of Kith, MB",
        lambda it: (f"{max(it.quiet.megabytes):.0f}", f"{max(it.siege.megabytes):.0f}"),
        f"{AIM_MEGABYTES:.0f} more",
        lambda it: verdict(it.megabytes, AIM_MEGABYTES),
    ),
    (
        "log grown by, MB",
        lambda it: ("", f"{it.log_grown:.2f}"),
        f"{AIM_LOG_MEGABYTES:.0f}",
        lambda it: verdict(it.log_grown, AIM_LOG_MEGABYTES),
    ),
    (
        "not answered as they should be",
        lambda it: (str(len(it.quiet.failures)), str(len(it.siege.failures))),
        "0",
        lambda it: verdict(len(it.siege.failures), 0),
    ),
)
"""What, the values in quiet and under siege, the aim, and whether it is met."""


async def main() -> int:
    before = [await measure(REFERENCE)] if REFERENCE else []
    now = await measure(ROOT)
    head = [*(["", "before: quiet", "siege"] if before else [""]), "quiet", "siege", "aim", ""]
    rows = [[what, *(cell for result in (*before, now) for cell in cells(result)), aim, met(now)] for what, cells, aim, met in ROWS]
    about = (
        f"{MEMBERS} members at {REQUESTS_A_SECOND:.0f} requests a second for {SECONDS:.0f} s, in quiet and under {SLOW_CONNECTIONS}\nslow "
        f"connections, {PASSWORD_CLIENTS} password clients and {SOURCE_CLIENTS} that ask for the source, each again after\n"
        f"{_PAUSE_SECONDS:.0f} s. The co-op, with its PostgreSQL and NATS, has one core of this machine's {os.cpu_count()}; members and\n"
        f"attackers have another, the attackers at the lowest priority."
    )
    failures = [f"- {what}" for what in sorted(set(now.quiet.failures + now.siege.failures))[:10]]
    save_report("siege", "A siege", about, markdown_table(head, rows), *failures)
    return int(any("MISSED" in row for row in rows))


def _ms(seconds: Sequence[float], fraction: float) -> str:
    return f"{percentile(seconds, fraction) * 1000:.0f}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--attack"]:
        asyncio.run(attack(sys.argv[2]))
    else:
        raise SystemExit(asyncio.run(main()))
