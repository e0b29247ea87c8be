"""Measures what the rule of who may read costs: one field of one person, and a list of 200 people who each let the reader see one field.

Run with `python -m bench.record_reads`. The reference reads the same sealed texts in a unit of work of its own, too, from a copy of the
table that holds just those, without the rule and without row-level security, and opens them with the same keys. Both alternate.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Select, Text, bindparam, insert, select, text

from bench.open_vote import bench_environment
from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from libs import callers
from libs.access.access_tables import access_grant
from libs.access.reading import reader_values
from libs.callers import Caller
from libs.database.engine import Database, UnitOfWork, new_id
from libs.database.paging import PageRequest
from libs.sealing import PersonSealer
from services.identity.storage import record_fields
from services.identity.storage.tables import record_field
from tests.support.running_co_op import Infrastructure

LISTED = 200
PEOPLE = 400 if is_quick_run() else 2_000
"""In the larger co-op; in the smaller one everybody is in the list."""
FIELD, OTHER_FIELDS = "home.key_safe", ("health.risks", "about_me.story")
ONE, LIST = "one field", "list of 200"
ALONE = ", statement alone"
"""Without opening the texts: what PostgreSQL and its driver do."""
ROUNDS = {ONE: 100 if is_quick_run() else 1_500, LIST: 20 if is_quick_run() else 300}
AIMS = {ONE: 1.3, ONE + ALONE: 1.3, LIST: 2.0, LIST + ALONE: 2.0}
SEALER = PersonSealer(b"bench key of thirty-two bytes...")
JOB = callers.job("bench")

bare_field = record_field.to_metadata(MetaData(), name="bare_field")
_COPY = text("create table bare_field as select * from record_field where person = any(:sharing)")
_INDEX = text("alter table bare_field add primary key (person, field)")
_INDEX_BY_FIELD = text("create index on bare_field (field, person)")
_PERSON = text("insert into person (id, full_name, called, name_key, registered_at) values (:id, 'Kim', 'Kim', 'kim', now())")


_BARE_ONE = select(bare_field).where(bare_field.c.person == bindparam("of"), bare_field.c.field == bindparam("of_field"))
_GUARDED_ONE = record_fields.readable().where(record_field.c.person == bindparam("of"), record_field.c.field == bindparam("of_field"))
_BARE_LIST = (
    select(bare_field)
    .where(bare_field.c.field == bindparam("of_field"), bare_field.c.sealed.is_not(None))
    .order_by(bare_field.c.person)
    .limit(LISTED + 1)
)
_GUARDED_LIST = record_fields.readable_of(bindparam("of_field", type_=Text)).order_by(record_field.c.person).limit(LISTED + 1)
Read = Callable[[UnitOfWork, UUID], Awaitable[int]]


@asynccontextmanager
async def co_op_of(infrastructure: Infrastructure, size: int) -> AsyncIterator[tuple[Database, Caller, list[UUID]]]:
    """Identity's database with so many people, a reader, and the 200 who let them see their field; everybody shares with others, too."""
    people, reader = [new_id() for _ in range(size)], new_id()
    sharing = people[:LISTED]
    async with infrastructure.databases.fresh_database("identity") as service_database:
        owner, database = Database(service_database.owner_url), Database(service_database.run_url)
        now = datetime.now(UTC)
        async with database.work(JOB, now) as work:
            await work.connection.execute(_PERSON, [{"id": each} for each in (*people, reader)])
            for each in people:
                await record_fields.save(work, SEALER, each, each, {FIELD: ("4711, left of the door", 1)})
            grants = [(each, FIELD, reader) for each in sharing] + [(each, field, new_id()) for each in people for field in OTHER_FIELDS]
            rows = [
                {"id": new_id(), "subject": each, "field": field, "audience_kind": "person", "audience": str(who), "valid_from": now}
                for each, field, who in grants
            ]
            await work.connection.execute(insert(access_grant), rows)
        async with owner.work(JOB, now) as work:
            await work.connection.execute(_COPY, {"sharing": sharing})
            for statement in (_INDEX, _INDEX_BY_FIELD):
                await work.connection.execute(statement)
        async with owner.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("vacuum analyze"))
        yield database, callers.person(reader), sharing
        await database.close()
        await owner.close()


async def _guarded_one(work: UnitOfWork, person: UUID) -> int:
    return len(await record_fields.get_fields(work, SEALER, person, [FIELD]))


async def _bare_one(work: UnitOfWork, person: UUID) -> int:
    rows = (await work.connection.execute(_BARE_ONE, {"of": person, "of_field": FIELD})).all()
    return len(await record_fields.open_rows(work, SEALER, rows))


async def _guarded_list(work: UnitOfWork, _person: UUID) -> int:
    return len((await record_fields.list_field(work, SEALER, FIELD, PageRequest(LISTED))).items)


async def _bare_list(work: UnitOfWork, _person: UUID) -> int:
    rows = (await work.connection.execute(_BARE_LIST, {"of_field": FIELD})).all()
    return len(await record_fields.open_rows(work, SEALER, rows))


def _alone(statement: Select[Any], *, guarded: bool) -> Read:
    async def read(work: UnitOfWork, person: UUID) -> int:
        values = {"of": person, "of_field": FIELD} | (reader_values(work) if guarded else {})
        return len((await work.connection.execute(statement, values)).all())

    return read


READS: dict[str, tuple[Read, Read]] = {
    ONE: (_guarded_one, _bare_one),
    ONE + ALONE: (_alone(_GUARDED_ONE, guarded=True), _alone(_BARE_ONE, guarded=False)),
    LIST: (_guarded_list, _bare_list),
    LIST + ALONE: (_alone(_GUARDED_LIST, guarded=True), _alone(_BARE_LIST, guarded=False)),
}
"""Of each kind ours and the reference; each returns how many fields it read."""


async def timed(database: Database, caller: Caller, read: Read, person: UUID, expected: int) -> float:
    """Milliseconds of one unit of work."""
    start = time.perf_counter()
    async with database.query_work(caller, datetime.now(UTC)) as work:
        found = await read(work, person)
    elapsed = time.perf_counter() - start
    assert found == expected, (found, expected)
    return elapsed * 1000


async def pairs_of(database: Database, caller: Caller, sharing: Sequence[UUID], what: str) -> list[tuple[float, float]]:
    """The times of ours and of the reference in turn, without those of the first tenth."""
    ours, reference = READS[what]
    expected, rounds = (1, ROUNDS[ONE]) if what.startswith(ONE) else (LISTED, ROUNDS[LIST])
    pairs = [
        (
            await timed(database, caller, ours, sharing[number % LISTED], expected),
            await timed(database, caller, reference, sharing[number % LISTED], expected),
        )
        for number in range(rounds)
    ]
    return pairs[rounds // 10 :]


async def main() -> None:
    rows, missed = [], []
    with bench_environment() as infrastructure:
        for size in (LISTED, PEOPLE):
            async with co_op_of(infrastructure, size) as (database, caller, sharing):
                for what, aim in AIMS.items():
                    pairs = await pairs_of(database, caller, sharing, what)
                    ours, reference = zip(*pairs, strict=True)
                    ratio = median_ratio(pairs)
                    missed += [] if ratio <= aim else [what]
                    cells = [f"{percentile(values, part):.2f}" for values in (ours, reference) for part in (0.5, 0.95)]
                    rows.append([what, f"{size:,}", *cells, f"{ratio:.2f}", f"{aim} {verdict(ratio, aim)}"])
    head = ["read", "people", "p50 ms", "p95 ms", "bare p50 ms", "bare p95 ms", "ratio", "aim"]
    save_report("record_reads", "Reads of records under the rule", markdown_table(head, rows))
    if missed and not is_quick_run():
        raise SystemExit(1)


if __name__ == "__main__":
    asyncio.run(main())
