"""Runs real services of one co-op in the test's own process, on real servers.

async with running_co_op(infrastructure, "identity", "membership") as co_op:
    identity = co_op.stub(IdentityServiceStub)
    await call_service(identity.GetNames, request, co_op.token(person, hat="secretary"))
"""

import asyncio
import itertools
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import grpc
import nats
import nats.js.errors
from google.protobuf import symbol_database
from google.protobuf.message import Message
from sqlalchemy import func, select

from kith.identity.facts.v1.facts_pb2 import RelationshipStarted
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs import callers
from libs.callers import AuthenticationStrength, Caller, CallerChannel, tokens
from libs.callers.service_tokens import ServiceTokenIssuer
from libs.database.engine import Database, new_id
from libs.database.shared_tables import position
from libs.host import instance_keys, leader_election
from libs.host.process import Process, ServiceSpec
from libs.host.settings import SharedSettings
from libs.messages import outbox
from libs.messages.bus import Bus, BusAddress, stream_name
from libs.messages.reactions import Reactions
from libs.messages.rebuild import rebuild_projections
from libs.messages.relay import OutboxRelay
from libs.rpc.client import call_service, open_channel
from services.database_setup import ServiceDatabase
from services.topology import SERVICE_NAMES, SERVICES, find_service
from tests.support import temp_folders
from tests.support.backing_servers import BackingServers
from tests.support.compose_file import ROOT
from tests.support.template_databases import TemplateDatabases

Stub = TypeVar("Stub")
ProcessMaker = Callable[[SharedSettings, Sequence[ServiceSpec], str], Process]
ZONE = ZoneInfo("Europe/London")
"""Where the co-ops of tests are, unless their settings say otherwise."""
STARTS_AT = time(10)
"""What the clock there shows when a co-op of a test starts: whether a test passes does not depend on when it runs."""


@dataclass(frozen=True)
class Infrastructure:
    """The servers, template databases and instance keys of one test run."""

    servers: BackingServers
    databases: TemplateDatabases
    keys_folder: Path
    keys: instance_keys.InstanceKeys


class RunningCoOp:
    """A co-op whose services run in this process."""

    def __init__(self, infrastructure: Infrastructure, folder: Path) -> None:
        self.infrastructure = infrastructure
        self.folder = folder
        self._ahead = _seconds_until(STARTS_AT)
        """A temporary folder of this co-op: sockets, the clock file."""
        self.databases: dict[str, ServiceDatabase] = {}
        self.process: Process
        self.make_process: Callable[[], Process]
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._connections: defaultdict[str, list[asyncpg.Connection]] = defaultdict(list)
        """Those to its databases that nobody uses just now, by URL: each new one would cost the server a process."""

    # --- calling services

    def stub(self, kind: Callable[[grpc.aio.Channel], Stub]) -> Stub:
        """A stub for the service that the stub class belongs to."""
        return self.stub_at(kind.__module__.split(".")[1], kind)

    def stub_at(self, service: str, kind: Callable[[grpc.aio.Channel], Stub]) -> Stub:
        """A stub for a class that several services answer."""
        if service not in self._channels:
            self._channels[service] = open_channel(self.address(service))
        return kind(self._channels[service])

    def address(self, service: str) -> str:
        return f"unix:{self.folder}/{service}.sock"

    def token(
        self,
        person: UUID | str,
        hat: str = "",
        strength: AuthenticationStrength = AuthenticationStrength.CARD,
        via: CallerChannel = CallerChannel.PAGE,
        acting_for: UUID | None = None,
    ) -> str:
        """A token as identity would issue it. The services check whether the person wears the hat."""
        caller = callers.person(UUID(str(person)), hat=hat, strength=strength, via=via, acting_for=acting_for)
        return tokens.issue_token(self.infrastructure.keys.token_private, caller, self.now())

    def federation_token(self) -> str:
        """A token with which federation calls as itself."""
        return ServiceTokenIssuer(self.infrastructure.keys_folder / "tls", "federation", self.now).token()

    def founder_token(self) -> str:
        """A token as the command line issues it with the instance key."""
        return self.token(new_id(), strength=AuthenticationStrength.INSTANCE_KEY, via=CallerChannel.COMMAND_LINE)

    async def register_people(self, *names: str) -> list[UUID]:
        """Registers these people over identity's API, gives the first the secretary's hat, and returns all ids in order."""
        stub = self.stub(IdentityServiceStub)
        rows = [identity.NewPerson(full_name=name, email=f"person{number}@example.org") for number, name in enumerate(names)]
        request = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=rows)
        people = [UUID(person.person_id) for person in (await call_service(stub.RegisterPersons, request, self.founder_token())).persons]
        hat = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(people[0]), hat="secretary")
        await call_service(stub.GiveHat, hat, self.founder_token())
        return people

    # --- restarting

    async def restart(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
        """Stops the services, awaits `meanwhile`, and starts them again on the same data."""
        await self.process.stop()
        await self.close()
        if meanwhile is not None:
            await meanwhile()
        self.process = self.make_process()
        await self.process.start()

    async def rebuild(self, service: str, *reactions: Reactions) -> None:
        """Empties the projections that these reactions fill, as an operator's rebuild does. They are filled from the first event on."""
        database = Database(self.databases[service].run_url)
        async with database.work(callers.job("rebuild"), self.now()) as work:
            await rebuild_projections(work, reactions)
            sources = [reaction.source for reaction in reactions]
            begun = select(func.max(position.c.n)).where(position.c.source.in_(sources))
            # Once it is committed the consumer may have followed some again.
            assert (await work.connection.execute(begun)).scalar_one() == 0
        await database.close()

    # --- time

    def now(self) -> datetime:
        return self.process.clock.now() if hasattr(self, "process") else datetime.now(UTC) + timedelta(seconds=self._ahead)

    @property
    def shifted(self) -> int:
        """By how many seconds its clock has been moved."""
        return round(self.process.clock.offset().total_seconds()) - self._ahead

    def today(self) -> date:
        """The day where the co-op is, which is not always the day in UTC: in summer the services are a day ahead for an hour."""
        return self.now().astimezone(ZONE).date()

    async def move_clock(self, seconds: int) -> None:
        """Shifts the co-op's clock as demos do, by so many seconds since its start, and waits until the shift takes effect."""
        before = self.now()
        self.write_clock(seconds)
        async with asyncio.timeout(60):
            while self.shifted != seconds:
                await asyncio.sleep(0.05)
        assert seconds <= 0 or self.now() > before

    def write_clock(self, seconds: int) -> None:
        (self.folder / "clock").write_text(str(self._ahead + seconds), encoding="ascii")

    # --- reading databases directly

    @asynccontextmanager
    async def database_transaction(
        self, service: str, *, caller: Caller | None = None, owner: bool = False
    ) -> AsyncIterator[asyncpg.Connection]:
        """A transaction on a service's database, under its run role as `caller`, or as the owner (row-level security applies too)."""
        database = self.databases[service]
        async with self._connection(database.owner_url if owner else database.run_url) as connection, connection.transaction():
            identity = caller or callers.ANONYMOUS
            await connection.execute(
                "select set_config('kith.caller', $1, true), set_config('kith.hat', $2, true), set_config('kith.system', $3, true)",
                str(identity.person or ""),
                identity.hat,
                identity.id if identity.system else "",
            )
            yield connection

    @asynccontextmanager
    async def _connection(self, url: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection that is kept for the next who wants one."""
        free = [connection for connection in self._connections.pop(url, []) if not connection.is_closed()]
        connection = free.pop() if free else await leader_election.connect(url)
        self._connections[url] += free
        try:
            yield connection
        except BaseException:
            connection.terminate()
            raise
        self._connections[url].append(connection)

    async def all_rows(self, service: str, table: str) -> list[tuple[object, ...]]:
        """Every row of a table, read as the administrator and sorted by content."""
        database = self.databases[service]
        url = database.admin.set(database=database.roles.database_name).render_as_string(hide_password=False)
        async with self._connection(url) as connection:
            return sorted((tuple(row.values()) for row in await connection.fetch(f"select * from {table}")), key=repr)  # noqa: S608 - our own

    async def published_events(self, service: str) -> list[Message]:
        """The events that a service published, in order; without the heads of its read audit, which come when somebody has looked."""
        import_module(f"kith.{service}.facts.v1.facts_pb2")
        async with self.database_transaction(service) as connection:
            rows = await connection.fetch("select type, payload from outbox where type not like '%.ReadAuditSealed' order by seq")
        known = symbol_database.Default()
        return [known.GetSymbol(row["type"]).FromString(row["payload"]) for row in rows]

    async def wait_until_consumed(self, consumer: str, source: str, seconds: float = 60.0) -> None:
        """Waits until the consumer has processed everything the source has published so far."""
        async with self.database_transaction(source) as connection:
            published = await connection.fetchval("select count(*) from outbox")
        # Each look is a transaction of its own.
        async with self._connection(self.databases[consumer].run_url) as connection, asyncio.timeout(seconds):
            while (await connection.fetchval("select n from position where source = $1", source) or 0) < published:
                await asyncio.sleep(0.02)

    async def wait_until_numbered(self, service: str) -> None:
        """Waits until every event of a service has its number, which the relay gives it a moment after the commit."""
        async with self._connection(self.databases[service].run_url) as connection, asyncio.timeout(60):
            while await connection.fetchval("select exists (select from outbox where number is null)"):
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
        self._channels.clear()
        await self.disconnect()

    async def disconnect(self) -> None:
        """Nobody here looks into its databases any more, as a copy of one needs it."""
        for connection in itertools.chain.from_iterable(self._connections.values()):
            await connection.close()
        self._connections.clear()


class EventPublisher:
    """Publishes events in place of a service that does not run, from a real outbox through a real relay."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def publish(self, *facts: tuple[Message, str], at: datetime | None = None) -> None:
        """Publishes each event with the id of its subject."""
        async with self._database.work(callers.job("tests"), at or self._now(), "tests") as work:
            await outbox.publish(work, *facts)


def running_co_op(
    infrastructure: Infrastructure, *services: str, **settings: dict[str, object]
) -> AbstractAsyncContextManager[RunningCoOp]:
    """Runs these services of a new co-op. `settings` are per service, for example `membership={"zone": "Europe/Berlin"}`."""
    return co_op_as(Process, infrastructure, *services, **settings)


@asynccontextmanager
async def co_op_as(
    process: ProcessMaker, infrastructure: Infrastructure, *services: str, **settings: dict[str, object]
) -> AsyncIterator[RunningCoOp]:
    """The same in another kind of process."""
    folder = temp_folders.make_temp_folder("kt-")
    co_op = RunningCoOp(infrastructure, folder)
    await _delete_streams(infrastructure)
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        for service in services:
            co_op.databases[service] = await stack.enter_async_context(infrastructure.databases.fresh_database(service))
        co_op.make_process = lambda: _make_process(co_op, process, services, settings)
        co_op.process = co_op.make_process()
        stack.push_async_callback(_stop_process, co_op)
        await co_op.process.start()
        stack.push_async_callback(co_op.close)
        yield co_op


def _seconds_until(at: time) -> int:
    """Until it is next so late there."""
    now = datetime.now(ZONE)
    next_day = now.date() + timedelta(days=now.time() > at)
    return int((datetime.combine(next_day, at, ZONE).astimezone(UTC) - now).total_seconds())


async def _stop_process(co_op: RunningCoOp) -> None:
    await co_op.process.stop()


async def start_acting(co_op: RunningCoOp, publisher: EventPublisher, consumer: str, holder: UUID, subject: UUID, *scopes: str) -> str:
    """Publishes as identity that `holder` may act for `subject` in these scopes, and waits until `consumer` knows. Returns a token with
    which they do.
    """
    started = RelationshipStarted(
        relationship_id=str(new_id()), subject_id=str(subject), holder_id=str(holder), kind="relative", scopes=scopes
    )
    started.valid_from.FromDatetime(co_op.now() - timedelta(minutes=1))
    await publisher.publish((started, str(subject)))
    await co_op.wait_until_consumed(consumer, "identity")
    return co_op.token(holder, acting_for=subject)


@asynccontextmanager
async def event_publisher(co_op: RunningCoOp, source: str) -> AsyncIterator[EventPublisher]:
    """Publishes as `source` in a co-op where that service does not run."""
    servers = co_op.infrastructure.servers
    bus = Bus(BusAddress(servers.nats_url, servers.nats_user, servers.nats_password), f"voice-{source}")
    async with co_op.infrastructure.databases.emptied_outbox_database(source) as service_database:
        co_op.databases[source] = service_database
        database = Database(service_database.run_url)
        bus.start()
        relay = asyncio.create_task(OutboxRelay(source, database, bus).run())
        try:
            yield EventPublisher(database, co_op.now)
        finally:
            relay.cancel()
            await asyncio.gather(relay, return_exceptions=True)
            await bus.close()
            await database.close()


def _make_process(co_op: RunningCoOp, process: ProcessMaker, services: Sequence[str], settings: dict[str, dict[str, object]]) -> Process:
    infrastructure, keys = co_op.infrastructure, co_op.infrastructure.keys_folder
    password = co_op.folder / "nats-password"
    password.write_text(infrastructure.servers.nats_password, encoding="utf-8")
    co_op.write_clock(0)
    shared = SharedSettings(
        co_op="0000test",
        nats_url=infrastructure.servers.nats_url,
        nats_user=infrastructure.servers.nats_user,
        nats_password_file=password,
        token_key_file=keys / "token.pub.pem",
        operations_address="127.0.0.1:0",
        clock_file=co_op.folder / "clock",
    )
    parts = []
    for service in services:
        own: dict[str, object] = {"address": co_op.address(service), "database_url": co_op.databases[service].run_url}
        if service == "governance":
            own |= {"co_op_id": "0000test"}
        if service == "identity":
            own |= {"token_signing_key_file": keys / "token.pem", "codes_key_file": keys / "codes.key"}
        if service in ("matching", "scheduling"):
            own |= {"places_file": ROOT / "examples/places/postcodes.csv"}
        if service == "web":
            own |= {f"{name}_address": co_op.address(name) for name in SERVICE_NAMES if name != "web"}
            own |= {"forms_key_file": keys / "forms.key", "page_address": "127.0.0.1:0"}
        parts.append(find_service(service).part(shared, find_service(service).make_settings(**(own | settings.get(service, {})))))
    return process(shared, parts, "tests")


async def _delete_streams(infrastructure: Infrastructure) -> None:
    """Deletes the events of earlier tests from the shared NATS server, so that a new co-op starts with none."""
    servers = infrastructure.servers
    login = {"user": servers.nats_user, "password": servers.nats_password} if servers.nats_user else {}
    client = await nats.connect(servers.nats_url, **login)
    for service in SERVICES:
        try:
            await client.jetstream().delete_stream(stream_name(service.name))
        except nats.js.errors.NotFoundError:
            continue
    await client.close()
