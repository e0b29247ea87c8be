"""Measures "my week" with more and more past visits in the database, up to a million.

Run with `python -m bench.visit_history`. My week is what its page asks of scheduling: visits to me, visits that I took, and whether I have
said that the week is right. The reference takes turns with it: one bare statement over asyncpg that reads the same week by its index.
"""

import asyncio
import time
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from bench.open_vote import bench_environment
from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from libs.database.engine import new_id
from tests.support.past_visits import add_past_visits
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.worker_weeks import WorkerWeeks

PAIRS = 10 if is_quick_run() else 250
STEPS = (10, 100) if is_quick_run() else (40, 360, 3_600)
"""Visits of each pair that are added before a row of the table: 10,000, 100,000 and a million in all."""
ROUNDS = 5 if is_quick_run() else 200
AIM_MS = 50.0
AIM_GROWTH = 1.5
"""The last median against the first: a machine that is busy for a while is no history."""
_BARE = "select * from visit where person = $1 and starts >= $2 and starts < $3 order by starts, id limit 50"


async def my_week(people: VisitPeople, weeks: WorkerWeeks, me: UUID) -> float:
    """Milliseconds."""
    today = people.co_op.today()
    began = time.perf_counter()
    await people.list_visits(me, me, days=7)
    await people.list_visits(me, me, giving=True, days=7)
    await weeks.week(me, today - timedelta(days=today.weekday()))
    return (time.perf_counter() - began) * 1000


async def bare_week(connection: "asyncpg.Connection[asyncpg.Record]", me: UUID, now: datetime) -> float:
    began = time.perf_counter()
    await connection.fetch(_BARE, me, now, now + timedelta(days=7))
    return (time.perf_counter() - began) * 1000


async def measure(infrastructure: Infrastructure) -> list[tuple[int, list[tuple[float, float]]]]:
    """How many past visits there were, and pairs (Kith, bare) in milliseconds."""
    persons, workers = [new_id() for _ in range(PAIRS)], [new_id() for _ in range(PAIRS)]
    measured, visits = [], 0
    async with visit_people(infrastructure) as people:
        await people.form_team(persons[0], worker=[workers[0]])
        before = people.co_op.now() - timedelta(days=40)
        teams = [UUID(people.teams[persons[0]]), *(new_id() for _ in persons[1:])]
        for ahead in range(1, 6):
            await people.take(await people.propose(persons[0], persons[0], people.at(ahead)), workers[0])
        weeks, database = WorkerWeeks(people), people.co_op.databases["scheduling"]
        url = database.admin.set(database=database.roles.database_name, drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(url)
        for step in STEPS:
            await add_past_visits(database, persons, teams, workers, before, step)
            before -= timedelta(hours=2 * step)
            visits += step * PAIRS
            # A history that came in years has been tidied up long ago; what came in a minute would be, while we measure.
            await connection.execute("vacuum analyze")
            now = people.co_op.now()
            pairs = [(await my_week(people, weeks, workers[0]), await bare_week(connection, persons[0], now)) for _ in range(ROUNDS)]
            measured.append((visits, pairs[1:]))
        await connection.close()
    return measured


async def main() -> int:
    with bench_environment() as infrastructure:
        measured = await measure(infrastructure)
    first = percentile([ours for ours, _ in measured[0][1]], 0.5)
    rows = []
    for visits, pairs in measured:
        ours = [each for each, _ in pairs]
        p50, p95 = percentile(ours, 0.5), percentile(ours, 0.95)
        met = verdict(max(p95 / AIM_MS, p50 / first / AIM_GROWTH), 1)
        bare = percentile([each for _, each in pairs], 0.5)
        rows.append([f"{visits:,}", f"{p50:.1f}", f"{p95:.1f}", f"{bare:.2f}", f"{median_ratio(pairs):.1f}", f"{p50 / first:.2f}", met])
    head = ["past visits", "my week p50 ms", "p95 ms", "one bare statement p50 ms", "ratio", "against the first row", ""]
    about = f"{ROUNDS} looks at a week with five visits. Aim: p95 {AIM_MS:.0f} ms, and p50 at most {AIM_GROWTH} times the first row."
    save_report("visit_history", "My week, and a million past visits", about, markdown_table(head, rows))
    return int(any(row[-1] == "MISSED" for row in rows) and not is_quick_run())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
