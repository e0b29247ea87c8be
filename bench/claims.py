"""Measures how soon everybody knows who got a visit that 50 people take in the same instant.

Run with `python -m bench.claims`. Each round has a visit of its own in one team. The reference takes turns with it: 50 bare transactions
over as many connections as the service has, each of which locks one row, writes itself into it if it is free, and commits.
"""

import asyncio
import time
from collections import Counter

import asyncpg

from bench.open_vote import bench_environment
from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from libs.database.engine import new_id
from libs.refusals import Refusal
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people

PEOPLE = 50
ROUNDS = 2 if is_quick_run() else 40
AIM_MS = 1_000.0
_CONNECTIONS = 4
"""As many as the service has in tests."""
_TABLE = "create unlogged table claim (id int primary key, by text)"
_TAKE = "update claim set by = $2 where id = $1 and by is null"


async def claim_in_kith(people: VisitPeople, visit: str, workers: list[str]) -> float:
    """Milliseconds until the last of them has an answer; one got it, and the others read why not."""
    began = time.perf_counter()
    results = await asyncio.gather(*(people.take(visit, worker) for worker in workers), return_exceptions=True)
    elapsed = (time.perf_counter() - began) * 1000
    heard = Counter(result.reason if isinstance(result, Refusal) else str(result) for result in results)
    assert heard == {"None": 1, "VISIT_TAKEN": PEOPLE - 1}, heard
    return elapsed


async def claim_bare(pool: "asyncpg.Pool[asyncpg.Record]", row: int) -> float:
    await pool.execute("insert into claim (id) values ($1)", row)

    async def take(name: str) -> bool:
        async with pool.acquire() as connection, connection.transaction():
            await connection.fetchrow("select by from claim where id = $1 for update", row)
            return str(await connection.execute(_TAKE, row, name)) == "UPDATE 1"

    began = time.perf_counter()
    taken = await asyncio.gather(*(take(str(number)) for number in range(PEOPLE)))
    elapsed = (time.perf_counter() - began) * 1000
    assert sum(taken) == 1
    return elapsed


async def measure(infrastructure: Infrastructure) -> list[tuple[float, float]]:
    """Pairs (Kith, bare) in milliseconds."""
    async with visit_people(infrastructure) as people:
        ada, workers = new_id(), [new_id() for _ in range(PEOPLE)]
        await people.form_team(ada, volunteer=workers)
        tokens = [people.token(worker) for worker in workers]
        url = people.co_op.databases["scheduling"].admin.set(drivername="postgresql").render_as_string(hide_password=False)
        async with asyncpg.create_pool(url, min_size=_CONNECTIONS, max_size=_CONNECTIONS) as pool:
            await pool.execute(_TABLE)
            pairs = []
            for number in range(-1, ROUNDS):
                visit = await people.propose(ada, ada, people.at(2 + number % 40, 9 + number // 40 * 2))
                pair = await claim_in_kith(people, visit, tokens), await claim_bare(pool, number)
                if number >= 0:  # the first one only warms up
                    pairs.append(pair)
            await pool.execute("drop table claim")
    return pairs


async def main() -> int:
    with bench_environment() as infrastructure:
        pairs = await measure(infrastructure)
    ours, bare = [each for each, _ in pairs], [each for _, each in pairs]
    p99 = percentile(ours, 0.99)
    cells = [f"{percentile(times, part):.0f}" for times in (ours, bare) for part in (0.5, 0.99)]
    row = [f"{PEOPLE} take one visit", *cells, f"{median_ratio(pairs):.1f}", f"p99 {AIM_MS:.0f} ms", verdict(p99, AIM_MS)]
    head = ["until the last has heard", "p50 ms", "p99 ms", "bare p50 ms", "bare p99 ms", "ratio", "aim", ""]
    about = f"{ROUNDS} visits; one gets each, and {PEOPLE - 1} hear that somebody has it."
    save_report("claims", "Taking a visit in the same instant", about, markdown_table(head, [row]))
    return int(row[-1] == "MISSED" and not is_quick_run())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
