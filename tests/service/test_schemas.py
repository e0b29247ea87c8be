"""A freshly migrated database has exactly the tables that the code believes it has, and so has one that an earlier version made."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from shutil import copy
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Column, MetaData, Table, Text

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database import migrations
from libs.host import leader_election
from libs.rpc.client import call_service
from services.database_setup import ServiceDatabase, prepare_databases
from services.topology import SERVICE_NAMES
from tests.contract.migration_fingerprints import migration_files
from tests.support.running_co_op import Infrastructure, running_co_op
from tests.support.table_metadata import all_tables, differences, own_tables
from tests.support.template_databases import TemplateDatabases

NOVEMBER_2026 = {
    "identity": "0001_first",
    "membership": "0001_first",
    "governance": "0002_votes",
    "federation": "0001_first",
    "web": "0002_between_co_ops",
}
"""The latest migration of each service before tables were declared as metadata (commit efdd8f3)."""
PERSON = UUID("0192f0c1-2222-7000-8000-000000000001")
ROWS = {
    "identity": """
insert into person (id, full_name, called, name_key, registered_at) values (:person, 'Ada Old', 'Ada', 'ada old', '2026-11-01T10:00Z');
insert into contact (person, email, email_key, phone, phone_key) values (:person, 'Ada@example.org', 'ada@example.org', '', '');
insert into worn_hat (person, hat, since) values (:person, 'secretary', '2026-11-01T10:00Z');
""",
    "membership": """
insert into member (person, number, number_order, version) values (:person, '7', '000000000007', 3);
insert into standing_change (person, from_day, member_class, may_vote, reason, entered_by, entered_at)
values (:person, '2026-11-01', 'worker', true, '', 'job:tests', '2026-11-01T10:00Z');
insert into register_entry (person, name, address, entered_at) values (:person, 'Ada Old', '1 Row', '2026-11-01T10:00Z');
insert into worn_hat (person, hat, since) values (:person, 'secretary', '2026-11-01T10:00Z');
insert into known_person (person) values (:person);
""",
}


async def execute(database: ServiceDatabase, statements: str) -> None:
    """Runs as the owner; row-level security takes it for a job."""
    owner: asyncpg.Connection = await leader_election.connect(database.owner_url)
    try:
        await owner.execute(f"set kith.system = 'job:tests';\n{statements}")
    finally:
        await owner.close()


def emptied_by_rebuilds(service: str) -> list[str]:
    package = import_module(f"services.{service}.reactions")
    modules = [import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__)]
    return [name for module in modules if hasattr(module, "REACTIONS") for name in module.REACTIONS.projections]


@asynccontextmanager
async def older_database(
    infrastructure: Infrastructure, service: str, latest: str, rows: str, folder: Path
) -> AsyncIterator[ServiceDatabase]:
    """A database as the version left it whose latest migration that was, with these rows."""
    databases = infrastructure.databases
    async with databases.empty_database(service) as database:
        old = folder / service / "migrations"
        old.mkdir(parents=True)
        for migration in migration_files(service):
            if migration.stem <= latest:
                copy(migration, old)
        await migrations.migrate(database.owner_url, old)
        await execute(database, rows)
        yield database


@asynccontextmanager
async def database_of_november(infrastructure: Infrastructure, service: str, folder: Path) -> AsyncIterator[ServiceDatabase]:
    rows = ROWS.get(service, "").replace(":person", f"'{PERSON}'")
    async with older_database(infrastructure, service, NOVEMBER_2026[service], rows, folder) as database:
        yield database


@pytest.mark.parametrize("service", SERVICE_NAMES)
async def test_the_migrated_tables_are_those_of_the_metadata(infrastructure: Infrastructure, service: str) -> None:
    async with infrastructure.databases.fresh_database(service) as database:
        assert await differences(database.owner_url, all_tables(service)) == []
        # Tables and views: `events rebuild` empties each.
        await execute(database, "".join(f"delete from {name};" for name in emptied_by_rebuilds(service)))  # noqa: S608 - our own names


@pytest.mark.parametrize(
    "statement",
    [
        "alter table application add column note text",
        "alter table application drop column why",
        "alter table application alter column why drop not null",
        "alter table member alter column version type integer",
        "alter table member alter column version set default 1",
        "alter table worn_hat drop constraint worn_hat_pkey",
        "alter table standing_change drop constraint standing_change_person_fkey",
        "alter table member drop constraint member_number_order_key",
        "drop index application_open",
        "create index application_by_class on application (member_class)",
        "create table note (id uuid primary key)",
        "drop table known_person",
        "alter table outbox drop column traceparent",
    ],
)
async def test_a_change_of_the_database_alone_is_noticed(infrastructure: Infrastructure, statement: str) -> None:
    async with infrastructure.databases.fresh_database("membership") as database:
        await execute(database, statement)

        assert await differences(database.owner_url, all_tables("membership"))


async def test_a_column_of_the_metadata_alone_is_noticed(infrastructure: Infrastructure) -> None:
    extended = MetaData()
    for table in own_tables("membership").sorted_tables:
        table.to_metadata(extended)
    Table("application", extended, Column("note", Text), extend_existing=True)

    async with infrastructure.databases.fresh_database("membership") as database:
        assert len(await differences(database.owner_url, [extended, *all_tables("membership")[1:]])) == 1


@pytest.mark.parametrize("service", tuple(NOVEMBER_2026))
async def test_an_older_database_is_brought_to_the_same_tables(infrastructure: Infrastructure, service: str, tmp_path: Path) -> None:
    async with database_of_november(infrastructure, service, tmp_path) as database:
        await prepare_databases(database.admin, [database])

        assert await differences(database.owner_url, all_tables(service)) == []


async def test_an_older_database_opens_with_what_is_in_it(infrastructure: Infrastructure, tmp_path: Path) -> None:
    class OlderDatabases(TemplateDatabases):
        @asynccontextmanager
        async def fresh_database(self, service: str) -> AsyncIterator[ServiceDatabase]:
            async with database_of_november(infrastructure, service, tmp_path) as database:
                await prepare_databases(database.admin, [database])
                yield database

    older = replace(infrastructure, databases=OlderDatabases(infrastructure.servers))
    async with running_co_op(older, *ROWS) as co_op:
        token = co_op.token(PERSON, hat="secretary")
        person = await call_service(co_op.stub(IdentityServiceStub).GetPerson, identity.GetPersonRequest(person_id=str(PERSON)), token)
        members = await call_service(co_op.stub(MembershipServiceStub).ListMembers, membership.ListMembersRequest(), token)

    assert (person.person.full_name, list(person.person.hats)) == ("Ada Old", ["secretary"])
    assert [(member.member_number, member.register_name, member.member_class) for member in members.members] == [("7", "Ada Old", "worker")]


async def test_an_entry_that_was_merged_before_its_kept_entry_was_points_to_the_entry_in_use(
    infrastructure: Infrastructure, tmp_path: Path
) -> None:
    first, second, third, last, another, of_another = (UUID(int=number) for number in range(1, 7))
    merges = ((first, second), (second, third), (third, last), (another, of_another))
    values = ", ".join(f"('{person}', '{kept}')" for person, kept in merges)
    rows = f"insert into merged_person (person, kept) values {values}"  # noqa: S608 - the ids above
    async with older_database(infrastructure, "governance", "0018_data_rights", rows, tmp_path) as database:
        await prepare_databases(database.admin, [database])
        owner: asyncpg.Connection = await leader_election.connect(database.owner_url)
        try:
            kept = {row["person"]: row["kept"] for row in await owner.fetch("select person, kept from merged_person")}
        finally:
            await owner.close()
    assert kept == {first: last, second: last, third: last, another: of_another}
