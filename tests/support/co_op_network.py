"""Runs several co-ops with real governance and federation. Each has its own databases, message bus, keys, clock and border.

They connect over mTLS through proxies that the test controls, one for each direction between two co-ops. Publishers for
identity and membership provide their members; hats are written directly into the databases.

async with co_op_network(network_servers, 3) as network:
    vote = await network.vote()
    await vote.cast("alder", "for", "for", "against")
    await vote.close()
    await vote.assert_agreed()
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import governance_pb2 as governance
from kith.identity.facts.v1.facts_pb2 import PersonRegistered
from libs.host import instance_keys
from libs.host.backing.nats_server import find_free_port
from services.topology import SERVICE_NAMES
from tests.support import temp_folders
from tests.support.backing_servers import BackingServers
from tests.support.faulty_proxy import FaultyProxy
from tests.support.federated_vote import FederatedVote
from tests.support.member_assembly import HOUR, RULEBOOK, MemberAssembly
from tests.support.nats_accounts import NatsAccounts
from tests.support.networked_co_op import SERVICES, NetworkedCoOp
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher
from tests.support.template_databases import TemplateDatabases

NAMES = ("alder", "brook", "cove", "dale", "elm-row", "fern", "glen", "hazel", "iris")
CO_OPS_PER_SERVER = 4
MEMBERS = {"user": 4, "worker": 3}
FIXED_SHARES_RESOLUTION = """
[resolutions.together]
name = "A resolution with other co-ops"
explanation = "Workers weigh half and users half, whatever their number."
easy_read = "Each group counts the same."
changes_rulebook = false
threshold = { more_than = "1/2" }
class_rule = { kind = "fixed_shares", shares = { worker = "50 %", user = "50 %" }, silent = "redistribute" }
notice_days = 0
minimum_open_hours = 1
maximum_open_days = 28
"""


class NetworkServers:
    """The servers of one test run: as many PostgreSQL servers as needed, and a NATS server with an account for each co-op."""

    def __init__(self, start_servers: Callable[[], tuple[BackingServers, TemplateDatabases]], accounts: NatsAccounts) -> None:
        self._start_servers = start_servers
        self._made: list[tuple[BackingServers, TemplateDatabases]] = []
        self.accounts = accounts

    def servers_for(self, number: int) -> tuple[BackingServers, TemplateDatabases]:
        """The server for the co-op with this index: a PostgreSQL started by Kith has enough connections for four co-ops."""
        while len(self._made) <= number // CO_OPS_PER_SERVER:
            self._made.append(self._start_servers())
        return self._made[number // CO_OPS_PER_SERVER]


Proxies = dict[tuple[str, str], FaultyProxy]
"""(calling co-op, called co-op) -> the proxy between them."""


class CoOpNetwork:
    """The co-ops of a test and the proxies between them."""

    def __init__(self, network_servers: NetworkServers, co_ops: Sequence[NetworkedCoOp], lines: Proxies) -> None:
        self.network_servers = network_servers
        self.co_ops = {co_op.id: co_op for co_op in co_ops}
        self.proxies = lines
        self.decision = 2
        """The number of a passed motion, the same in every co-op's decision log."""

    def __getitem__(self, co_op: str) -> NetworkedCoOp:
        return self.co_ops[co_op]

    @property
    def running(self) -> list[NetworkedCoOp]:
        return [co_op for co_op in self.co_ops.values() if co_op.running]

    # --- time

    def advance_clocks(self, seconds: float, *only: str) -> None:
        """Advances all clocks at once, or only those of some co-ops."""
        for co_op in self.co_ops.values():
            if not only or co_op.id in only:
                co_op.set_clock(co_op.clock_shift + int(seconds))

    def advance_clocks_to(self, at: int, *only: str) -> None:
        """Advances the clocks until the first co-op's shows this time, in seconds since 1970."""
        first = self.co_ops[only[0]] if only else next(iter(self.co_ops.values()))
        self.advance_clocks(max(0, at - first.now()), *only)

    # --- proxies

    def partition(self, *sides: Iterable[str]) -> None:
        """Separates the sides: cuts the connections between them and refuses new ones."""
        where = {co_op: number for number, side in enumerate(sides) for co_op in side}
        for (caller, called), line in self.proxies.items():
            if where.get(caller) is not None and where.get(called) is not None and where[caller] != where[called]:
                line.closed = True
                line.cut_connections()

    def heal(self) -> None:
        for line in self.proxies.values():
            line.closed, line.stalled, line.delay, line.response_delay = False, False, 0.0, 0.0

    def proxies_of(self, co_op: str) -> list[FaultyProxy]:
        """Every proxy through which it calls or is called."""
        return [line for pair, line in self.proxies.items() if co_op in pair]

    @property
    def is_undisturbed(self) -> bool:
        """Whether all co-ops run, every proxy forwards and all clocks agree, as at the start."""
        lines = all(not (line.closed or line.stalled or line.delay or line.response_delay) for line in self.proxies.values())
        return (
            lines
            and all(co_op.running and co_op.unused_accounts for co_op in self.co_ops.values())
            and len({co_op.clock_shift for co_op in self.co_ops.values()}) == 1
        )

    async def vote(self, kind: str = "ordinary") -> FederatedVote:
        """Opens a vote in which all co-ops take part."""
        vote = FederatedVote(self)
        await vote.propose(kind=kind)
        await vote.open()
        return vote


async def _adopt_and_propose(co_op: NetworkedCoOp) -> str:
    """Adopts the rulebook (a decision) and opens a motion that will pass. Returns the first decision's id."""
    adopted: governance.AdoptRulebookResponse = await co_op.assembly.adopt(RULEBOOK + FIXED_SHARES_RESOLUTION)
    await co_op.co_op.wait_until_consumed("governance", "membership")
    motion = await co_op.assembly.open_motion(co_op.assembly.question(hours=1.5))
    await co_op.assembly.cast(co_op.voters[0], motion, "for")
    return adopted.decision_id


async def _wait_until_passed(co_op: NetworkedCoOp) -> None:
    async with asyncio.timeout(60):
        while not [row for row in await co_op.co_op.all_rows("governance", "decision") if row[0] == 2]:
            await asyncio.sleep(0.05)


async def _exchange_invitations(network: CoOpNetwork, first: str, second: str) -> str:
    """Exchanges invitations and returns the code that both compare. Each reaches the other through its own proxy."""
    inviter, invited = network[first], network[second]
    code = (await invited.accept(await inviter.invitation())).code
    await inviter.accept(await invited.invitation())
    for caller, called in ((inviter, invited), (invited, inviter)):
        if called.port:
            line = FaultyProxy("127.0.0.1", called.port)
            await line.start()
            network.proxies[caller.id, called.id] = line
            await caller.set_peer_port(called.id, line.port)
    return code


async def _confirm_pair(network: CoOpNetwork, first: str, second: str, code: str, decisions: Mapping[str, str]) -> None:
    co_op, other = network[first], network[second]
    await asyncio.gather(co_op.confirm(second, code, decisions[first]), other.confirm(first, code, decisions[second]))
    async with asyncio.timeout(60):
        while not all(peer.state == federation.PEER_STATE_ACTIVE for peer in await asyncio.gather(co_op.peer(second), other.peer(first))):
            await asyncio.sleep(0.1)


@asynccontextmanager
async def co_op_network(
    network_servers: NetworkServers,
    number: int,
    *,
    observers: int = 0,
    unreachable: Iterable[str] = (),
    members: Mapping[str, int] | None = None,
    services: tuple[str, ...] = SERVICES,
) -> AsyncIterator[CoOpNetwork]:
    """Runs the first `number` co-ops of NAMES and then the observers, all paired except those that are both unreachable."""
    names = NAMES[: number + observers]
    async with AsyncExitStack() as stack:
        # Closed after the co-ops, which would otherwise still dial ports that other tests have been given by now.
        lines: Proxies = {}
        stack.push_async_callback(_stop_proxies, lines)
        closed = set(unreachable)
        co_ops = []
        for place, name in enumerate(names):
            made = _running_networked_co_op(network_servers, place, name, reachable=name not in closed, services=services)
            co_ops.append(await stack.enter_async_context(made))
        network = CoOpNetwork(network_servers, co_ops, lines)
        for co_op in co_ops:
            for member_class, count in (members or MEMBERS).items():
                await co_op.assembly.admit(member_class, count)
        decisions = dict(zip(names, await asyncio.gather(*(_adopt_and_propose(co_op) for co_op in co_ops)), strict=True))
        network.advance_clocks(2 * HOUR)
        await asyncio.gather(*(_wait_until_passed(co_op) for co_op in co_ops))
        await asyncio.gather(*(co_op.co_op.wait_until_consumed("federation", "governance") for co_op in co_ops))
        pairs = [combination for combination in itertools.combinations(names, 2) if not set(combination) <= closed]
        codes = [await _exchange_invitations(network, *pair) for pair in pairs]
        await asyncio.gather(*(_confirm_pair(network, *pair, code, decisions) for pair, code in zip(pairs, codes, strict=True)))
        yield network


class NetworkPool:
    """Networks that tests share one after the other: creating three co-ops takes longer than a vote among them."""

    def __init__(self, network_servers: NetworkServers) -> None:
        self._grounds = network_servers
        self._stack = AsyncExitStack()
        self._stands: tuple[object, CoOpNetwork] | None = None

    @asynccontextmanager
    async def borrow(self, number: int, *, observers: int = 0, unreachable: Iterable[str] = ()) -> AsyncIterator[CoOpNetwork]:
        """Lends the current network if it matches. It is discarded after a failed test or if the test leaves it disturbed."""
        key = (number, observers, tuple(unreachable))
        if self._stands is None or self._stands[0] != key:
            await self.close()
            made = await self._stack.enter_async_context(co_op_network(self._grounds, number, observers=observers, unreachable=unreachable))
            self._stands = key, made
        network = self._stands[1]
        try:
            yield network
        except BaseException:
            await self.close()
            raise
        if not network.is_undisturbed:
            await self.close()

    async def close(self) -> None:
        self._stands = None
        await self._stack.aclose()
        self._stack = AsyncExitStack()


async def _stop_proxies(lines: Proxies) -> None:
    await asyncio.gather(*(line.stop() for line in lines.values()))


@asynccontextmanager
async def _running_networked_co_op(
    network_servers: NetworkServers, place: int, name: str, *, reachable: bool, services: tuple[str, ...]
) -> AsyncIterator[NetworkedCoOp]:
    folder = temp_folders.make_temp_folder("kt-")
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        instance_keys.create_keys(folder / "keys", name, datetime.now(UTC), SERVICE_NAMES)
        account = network_servers.accounts.next()
        server, databases = network_servers.servers_for(place)
        servers = replace(server, nats_url=account.url, nats_user=account.user, nats_password=account.password)
        infrastructure = Infrastructure(servers, databases, folder / "keys", instance_keys.read_keys(folder / "keys", SERVICE_NAMES))
        party = NetworkedCoOp(name, RunningCoOp(infrastructure, folder), folder, find_free_port() if reachable else 0, services)
        party.unused_accounts.append(network_servers.accounts.next())
        (folder / "clock").write_text("0", encoding="ascii")
        (folder / "nats-password").write_text(account.password, encoding="utf-8")
        for service in party.services:
            party.co_op.databases[service] = await databases.make(service)
        stack.push_async_callback(_drop_databases, party)
        stack.push_async_callback(party.co_op.close)
        await party.start()
        stack.push_async_callback(_stop_if_running, party)
        membership: EventPublisher = await stack.enter_async_context(event_publisher(party.co_op, "membership"))
        identity: EventPublisher = await stack.enter_async_context(event_publisher(party.co_op, "identity"))
        # A roll is frozen only once identity was asked, too: it has published something, and answers.
        await identity.publish((PersonRegistered(person_id=str(party.secretary)), str(party.secretary)))
        party.assembly = MemberAssembly(party.co_op, identity, membership, secretary=party.secretary)
        await _give_hats(party)
        yield party


async def _give_hats(party: NetworkedCoOp) -> None:
    worn = [
        (party.secretary, "secretary"),
        (party.secretary, "operator"),
        *((scrutineer, "scrutineer") for scrutineer in party.scrutineers),
    ]
    for service in party.services:
        async with party.co_op.database_transaction(service, owner=True) as connection:
            await connection.executemany("insert into worn_hat (person, hat, since) values ($1, $2, now())", worn)


async def _stop_if_running(party: NetworkedCoOp) -> None:
    if party.running:
        await party.stop()


async def _drop_databases(party: NetworkedCoOp) -> None:
    for service in party.services:
        await party.co_op.infrastructure.databases.drop(party.co_op.databases[service])
