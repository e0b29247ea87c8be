"""Measures how long people wait for a profile while 64 of them use the pages: their own record, a section of it, another's record.

Run with `python -m bench.profile_page`. A co-op under `kith up` with 64 members who are signed in, have filled in a section and share a
field of it with everybody. They do so in two ways: all ask at the same moment, and again as soon as they have the page, as nobody does; and
each reads a while before opening the next. The reference is a bare HTTP server (`--bare`), which for each request reads the person's sealed
fields over asyncpg with one statement and sends a page of as many bytes. Rounds of Kith and of the reference alternate. Kith, or the
reference, and PostgreSQL have one core, the 64 browsers the other.
"""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import httpx2
from starlette.types import Receive, Scope, Send

from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from bench.siege import issue_codes, pinned_to
from scripts.cli.connection import connect
from scripts.cli.service_databases import administrator_url
from tests.support.free_ports import free_ports
from tests.support.hidden_fields import hidden_fields
from tests.support.kith_up_process import KithUpProcess, kith_up_in, service_readable_folder
from tests.support.motion_voters import admit_new_members

LOAD = 64
ROUNDS = 1 if is_quick_run() else 5
READING_ROUNDS = 1 if is_quick_run() else 2
PAGES_IN_A_ROUND = 2 if is_quick_run() else 4
"""That each of the 64 opens, one after the other."""
READING_SECONDS = 0.5 if is_quick_run() else 4.0
"""How long somebody reads a page before the next, on average: 16 pages a second for all 64."""
AIM_MS = 200.0
OWN, SECTION, OTHER = "my record", "a section of it, with who sees what", "somebody else's record, audited"
SHARED_SECTION, SHARED_NAME = "communication", "understand"
_CO_OP_CORE, _LOAD_CORE = 0, 1
_TEXT = "Please speak slowly, and give me time to answer."
_BARE_READ = "select field, sealed, version from record_field where person = $1"


class Browser:
    """A signed-in member's browser at an address of its own."""

    def __init__(self, site: str, person: UUID, number: int) -> None:
        transport = httpx2.AsyncHTTPTransport(local_address=f"127.0.0.{number + 10}")
        self._client = httpx2.AsyncClient(transport=transport, base_url=f"http://{site}", timeout=30)
        self.person = person

    async def sign_in(self, code: str) -> None:
        await self._submit("/sign-in", "/sign-in/code", 303, code=code, next="/", device="own")

    async def fill_in(self) -> None:
        """A section, one field of which everybody in the co-op may see."""
        section, sharing = f"/you/record/{SHARED_SECTION}", f"/you/record/sharing/{SHARED_SECTION}.{SHARED_NAME}"
        await self._submit(section, section, 303, **{f"text-{SHARED_NAME}": _TEXT})
        await self._submit(sharing, sharing, 303, who="members", ends="no")

    async def open(self, address: str) -> tuple[float, bytes]:
        """The milliseconds until the page was there, and the page."""
        began = time.perf_counter()
        response = await self._client.get(address)
        elapsed = (time.perf_counter() - began) * 1000
        if response.status_code != 200:
            message = f"{address}: {response.status_code}"
            raise RuntimeError(message)
        return elapsed, response.content

    async def close(self) -> None:
        await self._client.aclose()

    async def _submit(self, page: str, address: str, wanted: int, **fields: str) -> None:
        hidden = hidden_fields((await self._client.get(page)).text, address)
        response = await self._client.post(address, data=hidden | fields)
        if response.status_code != wanted:
            message = f"{address}: {response.status_code}"
            raise RuntimeError(message)


# --- the reference's own process


async def serve_bare(address: str, database_url: str, size: int) -> None:
    """Answers `/<person>` with a page of `size` bytes, once the person's fields have been read."""
    import asyncpg
    import uvicorn

    url = httpx2.URL(database_url)
    pool = await asyncpg.create_pool(
        host=url.params["host"], port=int(url.params["port"]), user=url.username, database=url.path.strip("/"), min_size=8, max_size=8
    )
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html"), (b"content-length", b"%d" % size)]}

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            rows = await pool.fetch(_BARE_READ, UUID(scope["path"].strip("/")))
            text = b"".join(bytes(row["sealed"] or b"") for row in rows)
            await send(start)
            await send({"type": "http.response.body", "body": text[:size].ljust(size)})

    host, port = address.split(":")
    await uvicorn.Server(uvicorn.Config(app, host=host, port=int(port), log_level="error", lifespan="off")).serve()


@asynccontextmanager
async def bare_server(database_url: str, password: str, size: int) -> AsyncIterator[str]:
    """Its address."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with pinned_to(_CO_OP_CORE):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.profile_page", "--bare", address, database_url, str(size)),
            env=dict(os.environ) | {"PGPASSWORD": password},
        )
    try:
        async with asyncio.timeout(60), httpx2.AsyncClient() as client:
            while True:
                try:
                    await client.get(f"http://{address}/{UUID(int=0)}")
                    break
                except httpx2.ConnectError:
                    await asyncio.sleep(0.05)
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


# --- the load


async def round_of(browsers: Sequence[Browser], addresses: Sequence[str], reading_seconds: float) -> list[float]:
    """The milliseconds of every page that the 64 opened; each has its own address, and reads for a random while before each page."""
    chance = random.Random(64)  # noqa: S311 - it guards nothing, and falls the same for both

    async def open_pages(browser: Browser, address: str) -> list[float]:
        times = []
        for _ in range(PAGES_IN_A_ROUND):
            if reading_seconds:
                await asyncio.sleep(chance.expovariate(1 / reading_seconds))
            times.append((await browser.open(address))[0])
        return times

    times = await asyncio.gather(*map(open_pages, browsers, addresses))
    return [each for some in times for each in some]


def addresses_of(browsers: Sequence[Browser], page: str) -> list[str]:
    if page == OTHER:
        return [f"/members/{browsers[number - 1].person}/record" for number in range(len(browsers))]
    return ["/you/record" if page == OWN else f"/you/record/{SHARED_SECTION}"] * len(browsers)


async def measure(co_op: KithUpProcess) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of both tables: all at once, and reading between pages."""
    async with connect(co_op.folder) as connection:
        people = await admit_new_members(connection, LOAD)
        codes = await issue_codes(connection, people)
        url, password = administrator_url(connection.instance), connection.instance.keys.postgres_password
        query = {name: str(value) for name, value in url.query.items()}
    database_url = str(httpx2.URL(f"postgresql://{url.username}@kith/kith_identity", params=query))
    browsers = [Browser(co_op.pages, person, number) for number, person in enumerate(people)]
    for browser, code in zip(browsers, codes, strict=True):
        await browser.sign_in(code)
        await browser.fill_in()
    tables = [await measure_pages(browsers, database_url, password, seconds) for seconds in (0.0, READING_SECONDS)]
    for browser in browsers:
        await browser.close()
    return tables[0], tables[1]


async def measure_pages(browsers: Sequence[Browser], database_url: str, password: str, reading_seconds: float) -> list[list[str]]:
    rows = []
    for page in (OWN, SECTION, OTHER):
        addresses = addresses_of(browsers, page)
        _, shown = await browsers[0].open(addresses[0])
        assert (_TEXT.encode() in shown) == (page != OWN), page
        async with bare_server(database_url, password, len(shown)) as bare_address:
            bare_addresses = [f"http://{bare_address}/{browser.person}" for browser in browsers]
            rows.append([page, f"{len(shown):,}", *await cells_of(browsers, addresses, bare_addresses, reading_seconds)])
    return rows


async def cells_of(
    browsers: Sequence[Browser], addresses: Sequence[str], bare_addresses: Sequence[str], reading_seconds: float
) -> list[str]:
    """Of a row, from "p50 ms" on: rounds of Kith and of the bare server take turns. The first of each only warms up."""
    ours, bare, pairs = [], [], []
    for number in range(-1, READING_ROUNDS if reading_seconds else ROUNDS):
        ours_now = await round_of(browsers, addresses, reading_seconds)
        bare_now = await round_of(browsers, bare_addresses, reading_seconds)
        if number >= 0:
            ours += ours_now
            bare += bare_now
            pairs.append((statistics.median(ours_now), statistics.median(bare_now)))
    p95 = percentile(ours, 0.95)
    cells = [f"{percentile(values, part):.0f}" for values in (ours, bare) for part in (0.5, 0.95)]
    return [*cells, f"{median_ratio(pairs):.1f}", f"p95 {AIM_MS:.0f} ms", verdict(p95, AIM_MS)]


async def main() -> int:
    environment = dict(os.environ) | {"PYTHONPATH": os.getcwd()}  # noqa: PTH109 - as text
    async with service_readable_folder() as place, kith_up_in(place, environment=environment) as co_op:
        with pinned_to(_CO_OP_CORE):
            await co_op.start()
        with pinned_to(_LOAD_CORE):
            await co_op.wait_until_ready()
            at_once, reading = await measure(co_op)
    head = ["page", "bytes", "p50 ms", "p95 ms", "bare p50 ms", "bare p95 ms", "ratio", "aim", ""]
    pages = f"Interleaved rounds ({ROUNDS}, {READING_ROUNDS} with reading), in which {LOAD} members open {PAGES_IN_A_ROUND} pages each."
    save_report(
        "profile_page",
        "The profile under a load of 64",
        f"{pages} The ratio is that of the medians of a round.",
        f"Each of the {LOAD} reads a page for {READING_SECONDS:.0f} s on average before opening the next:",
        markdown_table(head, reading),
        f"All {LOAD} ask at the same moment, and again as soon as they have the page:",
        markdown_table(head, at_once),
    )
    return int(any(row[-1] == "MISSED" for row in (*reading, *at_once)) and not is_quick_run())


if __name__ == "__main__":
    if "--bare" in sys.argv:
        at, database, page_bytes = sys.argv[-3:]
        asyncio.run(serve_bare(at, database, int(page_bytes)))
    else:
        raise SystemExit(asyncio.run(main()))
