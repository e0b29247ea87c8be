"""Who may read a field: 100,000 random cases agree with Cedar, in single reads, in lists and in row-level security alike."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Integer, MetaData, Table, Text, Uuid, insert, literal, literal_column, select, text, true

from libs import callers
from libs.access.reading import SETTINGS_ONCE, Reader, may_change, may_read, row_security_condition
from libs.database.columns import MOMENT, key, optional, required
from libs.database.engine import Database, UnitOfWork, new_id
from libs.database.paging import PageRequest
from libs.host import leader_election
from libs.sealing import PersonSealer
from services.database_setup import ServiceDatabase
from services.identity.storage import record_fields
from services.identity.storage.tables import record_field
from tests.support.access_worlds import FIELDS, Asker, World, cedar_decisions, random_world
from tests.support.running_co_op import Infrastructure

PEOPLE, ASKERS, WORLDS = 48, 60, 7
SEED = 38
SEALER = PersonSealer(b"k" * 32)
JOB = callers.job("tests")

asker = Table(
    "asker",
    MetaData(),
    key("number", Integer),
    required("person", Uuid),
    required("hat", Text),
    optional("acting_for", Uuid),
    required("at", MOMENT),
    prefixes=["TEMPORARY"],
)
CREATE_ASKER = text("create temporary table asker (number integer, person uuid, hat text, acting_for uuid, at timestamptz) on commit drop")
# As text, as in a policy: SQLAlchemy would take a column for another table to join, two subqueries further down.
ASKER = Reader(
    literal_column("asker.person", Uuid),
    literal_column("asker.hat", Text),
    literal_column("asker.acting_for", Uuid),
    literal_column("asker.at", MOMENT),
)
# The statements of which single reads and lists are made, for every asker at once.
READABLE = record_fields.readable(ASKER).join(asker, true()).with_only_columns(asker.c.number, record_field.c.person, record_field.c.field)
LISTED = [
    record_fields.readable_of(literal(field), ASKER)
    .join(asker, true())
    .with_only_columns(asker.c.number, record_field.c.person, record_field.c.field)
    for field in FIELDS
]
UNGUARDED = select(record_field.c.person, record_field.c.field)


@asynccontextmanager
async def identity_with_records(infrastructure: Infrastructure) -> AsyncIterator[tuple[Database, ServiceDatabase, list[UUID]]]:
    """Identity's database, in which everybody has filled in every field."""
    people = [new_id() for _ in range(PEOPLE)]
    async with infrastructure.databases.fresh_database("identity") as service_database:
        database = Database(service_database.run_url)
        async with database.work(JOB, datetime.now(UTC)) as work:
            person = text("insert into person (id, full_name, called, name_key, registered_at) values (:id, 'Kim', 'Kim', 'kim', now())")
            await work.connection.execute(person, [{"id": each} for each in people])
            for each in people:
                await record_fields.save(work, SEALER, each, each, {field: (f"{field} of {each}", 1) for field in FIELDS})
        yield database, service_database, people
        await database.close()


async def store(owner: asyncpg.Connection, world: World) -> None:
    await owner.execute("set kith.system = 'job:tests'")
    await owner.execute("truncate access_grant, acting_right, emergency_access, co_op_member, worn_hat, team_place, former_member")
    await owner.executemany("insert into co_op_member values ($1)", [(person,) for person in world.members])
    await owner.executemany("insert into former_member values ($1)", [(person,) for person in world.former])
    # The member's entry of before, if there was one, is nobody's concern here: the entry in use counts.
    places = [(new_id(), new_id(), member, whose) for whose, member in sorted(world.teams)]
    await owner.executemany("insert into team_place (team, member, person, owner) values ($1, $2, $3, $4)", places)
    await owner.executemany("insert into worn_hat values ($1, $2, now())", sorted(world.hats))
    columns = "id, subject, field, audience_kind, audience, valid_from, valid_until, revoked_at"
    rows = [(new_id(), *about, *span.as_times()) for *about, span in world.grants]
    await owner.executemany(f"insert into access_grant ({columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)", rows)  # noqa: S608 - our own
    columns = "relationship, holder, subject, scope, valid_from, valid_until, ended_at"
    rows = [(new_id(), *about, *span.as_times()) for *about, span in world.acting]
    await owner.executemany(f"insert into acting_right ({columns}) values ($1, $2, $3, $4, $5, $6, $7)", rows)  # noqa: S608 - our own
    times = [
        (new_id(), reader, subject, Asker(reader, "", None, opened).at, Asker(reader, "", None, ends).at)
        for reader, subject, opened, ends in world.emergencies
    ]
    await owner.executemany("insert into emergency_access values ($1, $2, $3, $4, $5)", times)


async def all_at_once(database: Database, world: World) -> set[tuple[int, UUID, str]]:
    async with database.work(JOB, datetime.now(UTC)) as work:
        await work.connection.execute(CREATE_ASKER)
        rows = [
            {"number": number, "person": each.person, "hat": each.hat, "acting_for": each.acting_for, "at": each.at}
            for number, each in enumerate(world.askers)
        ]
        await work.connection.execute(insert(asker), rows)
        single = set(map(tuple, await work.connection.execute(READABLE)))
        assert {tuple(row) for statement in LISTED for row in await work.connection.execute(statement)} == single
        return single


async def through_the_queries(work: UnitOfWork, people: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """What one asker gets by the statements of single reads, which lists must give too; each text is the one that was sealed."""
    listed = [row for field in FIELDS for row in (await record_fields.list_field(work, SEALER, field, PageRequest(200))).items]
    for person in people:
        own = [row for row in listed if row.person == person]
        assert sorted(row.field for row in await record_fields.get_fields(work, SEALER, person, FIELDS)) == sorted(row.field for row in own)
    assert all(row.text == f"{row.field} of {row.person}" for row in listed)
    return {(row.person, row.field) for row in listed}


@pytest.mark.capability("I2")
async def test_a_hundred_thousand_random_cases_agree_with_cedar(infrastructure: Infrastructure) -> None:
    random, allowed = Random(SEED), 0  # noqa: S311 - the same cases in every run
    async with identity_with_records(infrastructure) as (database, service_database, people):
        owner = await leader_election.connect(service_database.owner_url)
        for _ in range(WORLDS):
            world = random_world(random, people, ASKERS)
            await store(owner, world)
            decisions = cedar_decisions(world)
            assert await all_at_once(database, world) == decisions
            for number, each in enumerate(world.askers):
                expected = {(subject, field) for who, subject, field in decisions if who == number}
                caller = callers.person(each.person, hat=each.hat, acting_for=each.acting_for)
                async with database.query_work(caller, each.at) as work:
                    # A query that forgets the rule: row-level security alone leaves out the same fields.
                    assert set(map(tuple, await work.connection.execute(UNGUARDED))) == expected
                    if number % 20 == 0:
                        assert await through_the_queries(work, random.sample(people, 3)) == expected
            allowed += len(decisions)
        await owner.close()
    cases = WORLDS * ASKERS * PEOPLE * len(FIELDS)
    assert cases > 100_000
    assert 0.02 < allowed / cases < 0.5, "worlds in which nearly everything is allowed, or nearly nothing, show little"


@pytest.mark.capability("I2")
async def test_the_policies_in_the_database_are_the_rules_of_today(infrastructure: Infrastructure) -> None:
    """A policy is stored as PostgreSQL reads it, so today's rule is read by it too: as a policy of the same table."""
    system = "coalesce(current_setting('kith.system', true), '') <> ''"
    rules = {"seen": ("select", may_read), "added": ("insert", may_change), "changed": ("update", may_change)}
    async with infrastructure.databases.fresh_database("identity") as service_database:
        owner = await leader_election.connect(service_database.owner_url)
        for name, (command, rule) in rules.items():
            condition = f"({row_security_condition('record_field.person', 'record_field.field', rule, SETTINGS_ONCE)}) or {system}"
            part = "with check" if command == "insert" else "using"
            await owner.execute(f"create policy today_{name} on record_field for {command} {part} ({condition})")
        policies = {row["policyname"]: row for row in await owner.fetch("select * from pg_policies where tablename = 'record_field'")}
        await owner.close()
    for name in rules:
        stored, today = policies[f"record_field_{name}"], policies[f"today_{name}"]
        for part in {"qual", "with_check"} & {part for part in ("qual", "with_check") if today[part]}:
            assert stored[part] == today[part]
    assert policies["record_field_changed"]["with_check"] == policies["today_changed"]["qual"]
    assert sorted(policies) == sorted([f"today_{name}" for name in rules] + [f"record_field_{name}" for name in (*rules, "removed")])
