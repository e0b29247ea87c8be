"""Several co-ops with real governance and federation, each with its own databases, bus, keys, clock and border, on one PostgreSQL.

They meet over mTLS through lines of a test's own, one for each direction between two of them. Who their members are is stated by a voice of
membership; hats are given where they are looked up.

async with federated(grounds, 3) as them:
    vote = await them.vote()
    await vote.cast("alder", "for", "for", "against")
    await vote.close()
    await vote.agreed()
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from kith.federation.v1 import federation_pb2 as federation
from kith.federation.v1.federation_pb2_grpc import EvidenceServiceStub, FederationServiceStub
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.clock import Shifted
from libs.database.engine import new_id
from libs.host import instance_keys
from libs.host.backing.nats import free_port
from libs.host.process import Process
from libs.host.settings import Shared
from libs.rpc.client import ask
from services.topology import named
from tests.support import places
from tests.support.accounts import Account, Accounts
from tests.support.assembly import HOUR, RULEBOOK, Assembly
from tests.support.databases import Databases
from tests.support.federated_vote import FederatedVote
from tests.support.proxy import BadLine
from tests.support.running import CoOp, Kith, Voice, voice_of
from tests.support.servers import Servers

NAMES = ("alder", "brook", "cove", "dale", "elm-row", "fern", "glen", "hazel", "iris")
SERVICES = ("governance", "federation")
ON_ONE_SERVER = 4
MEMBERS = {"user": 4, "worker": 3}
SHARES = """
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


class Grounds:
    """What a run of tests has: PostgreSQL with its templates, as often as need be, and a NATS server with an account for everybody."""

    def __init__(self, one_more: Callable[[], tuple[Servers, Databases]], accounts: Accounts) -> None:
        self._one_more = one_more
        self._made: list[tuple[Servers, Databases]] = []
        self.accounts = accounts

    def place(self, number: int) -> tuple[Servers, Databases]:
        """Where the so-many-eth co-op has its databases: a PostgreSQL as Kith starts it has connections for four."""
        while len(self._made) <= number // ON_ONE_SERVER:
            self._made.append(self._one_more())
        return self._made[number // ON_ONE_SERVER]


@dataclass
class Copy:
    """What was set aside of a co-op's data: databases, and its anchor file."""

    databases: dict[str, object]
    anchor: bytes | None


@dataclass
class FederatedCoOp:
    """One co-op. It can be stopped, killed and started again, and its data set back."""

    id: str
    co_op: CoOp
    folder: Path
    port: int
    """Of its border; 0 = no inbound port."""
    secretary: UUID = field(default_factory=new_id)
    scrutineers: tuple[UUID, UUID] = field(default_factory=lambda: (new_id(), new_id()))
    assembly: Assembly = field(init=False)
    shifted: int = 0
    running: bool = False
    spare: list[Account] = field(default_factory=list)
    """A bus that has carried nothing yet."""

    @property
    def members(self) -> Mapping[str, list[UUID]]:
        return self.assembly.members

    @property
    def everybody(self) -> list[UUID]:
        """Who may vote."""
        return [*self.members["user"], *self.members["worker"]]

    @property
    def votes(self) -> VoteServiceStub:
        return self.co_op.stub(VoteServiceStub)

    @property
    def evidence(self) -> EvidenceServiceStub:
        return self.co_op.stub(EvidenceServiceStub)

    @property
    def peering(self) -> FederationServiceStub:
        return self.co_op.stub(FederationServiceStub)

    @property
    def chair(self) -> str:
        return self.co_op.token(self.secretary, hat="secretary")

    @property
    def anchor(self) -> Path:
        return self.folder / "anchor"

    @property
    def border(self) -> str:
        return f"127.0.0.1:{self.port}" if self.port else ""

    # --- running

    async def start(self) -> None:
        self.co_op.process = _process(self)
        await self.co_op.process.start()
        self.running = True

    async def stop(self) -> None:
        self.running = False
        await self.co_op.close()
        self.co_op._channels.clear()
        await self.co_op.process.stop()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def set_clock(self, seconds: int) -> None:
        """By how much its clock is ahead of the machine's. It holds at once."""
        self.shifted = seconds
        (self.folder / "clock").write_text(str(seconds), encoding="ascii")
        clock = self.co_op.process.clock
        assert isinstance(clock, Shifted)
        clock.by = timedelta(seconds=seconds)

    def now(self) -> int:
        return int((datetime.now(UTC) + timedelta(seconds=self.shifted)).timestamp())

    # --- its data, set aside and put back

    async def set_aside(self, *services: str) -> Copy:
        """A copy of these databases and of the anchor, as they are now. The co-op is stopped for it, and started again."""
        await self.stop()
        kept = {one: await self.co_op.kith.databases.copy(self.co_op.databases[one]) for one in services or SERVICES}
        anchor = self.anchor.read_bytes() if self.anchor.exists() else None
        await self.start()
        return Copy(dict(kept), anchor)

    async def set_back(self, copy: Copy, *, with_anchor: bool) -> None:
        """The machine is as it was when the copy was made; it is started again."""
        if self.running:
            await self.stop()
        for service, kept in copy.databases.items():
            await self.co_op.kith.databases.drop(self.co_op.databases[service])
            self.co_op.databases[service] = kept  # type: ignore[assignment]  # it stands in for the database of before
        if set(copy.databases) == set(SERVICES):
            # The bus went back with the rest: what it carried since was never said.
            self._begin_anew_on_the_bus()
        if with_anchor:
            self.anchor.unlink(missing_ok=True)
            if copy.anchor is not None:
                self.anchor.write_bytes(copy.anchor)
        await self.start()

    def _begin_anew_on_the_bus(self) -> None:
        account = self.spare.pop()
        kith = self.co_op.kith
        self.co_op.kith = replace(kith, servers=replace(kith.servers, nats_user=account.user))

    # --- peering

    async def own(self) -> federation.GetOwnIdentityResponse:
        """Waits until there is an identity document."""
        found = federation.GetOwnIdentityResponse()
        async with asyncio.timeout(15):
            while not found.document:
                found = await ask(self.peering.GetOwnIdentity, federation.GetOwnIdentityRequest(), self.chair)
                await asyncio.sleep(0.02)
        return found

    async def invitation(self) -> str:
        await self.own()
        found: federation.InvitePeerResponse = await ask(self.peering.InvitePeer, federation.InvitePeerRequest(), self.chair)
        return found.invitation

    async def accept(self, invitation: str) -> federation.Peer:
        asked = federation.AcceptPeerRequest(request_id=str(new_id()), invitation=invitation)
        found: federation.AcceptPeerResponse = await ask(self.peering.AcceptPeer, asked, self.chair)
        return found.peer

    async def confirm(self, peer: str, code: str, decision: str) -> federation.Peer:
        asked = federation.ConfirmPeerRequest(
            request_id=str(new_id()), peer=peer, code=code, contact="the office, 01632 960001", decision_id=decision, decision_number=1
        )
        found: federation.ConfirmPeerResponse = await ask(self.peering.ConfirmPeer, asked, self.chair)
        return found.peer

    async def peer(self, co_op: str) -> federation.Peer:
        found: federation.GetPeerResponse = await ask(self.peering.GetPeer, federation.GetPeerRequest(peer=co_op), self.chair)
        return found.peer

    async def dials(self, peer: str, port: int) -> None:
        """From now on it finds the peer at this port of this machine, whatever the peer's identity document says."""
        async with self.co_op.rows("federation", owner=True) as connection:
            await connection.execute("update peer set endpoint = $1 where id = $2", f"127.0.0.1:{port}", peer)


Lines = dict[tuple[str, str], BadLine]
"""(who calls, who is called)."""


class Federated:
    """The co-ops of a test."""

    def __init__(self, grounds: Grounds, co_ops: Sequence[FederatedCoOp], lines: Lines) -> None:
        self.grounds = grounds
        self.co_ops = {one.id: one for one in co_ops}
        self.lines = lines
        self.decision = 2
        """The number, in every co-op's log, of a motion that passed."""

    def __getitem__(self, co_op: str) -> FederatedCoOp:
        return self.co_ops[co_op]

    @property
    def running(self) -> list[FederatedCoOp]:
        return [one for one in self.co_ops.values() if one.running]

    # --- time

    def step(self, seconds: float, *only: str) -> None:
        """All clocks at one moment, or those of some."""
        for one in self.co_ops.values():
            if not only or one.id in only:
                one.set_clock(one.shifted + int(seconds))

    def step_to(self, at: int, *only: str) -> None:
        """To this time of the first one's clock, in seconds since 1970."""
        first = self.co_ops[only[0]] if only else next(iter(self.co_ops.values()))
        self.step(max(0, at - first.now()), *only)

    # --- lines

    def part(self, *sides: Iterable[str]) -> None:
        """Nobody of one side reaches anybody of another: lines are cut, and nothing new is let through."""
        where = {co_op: number for number, side in enumerate(sides) for co_op in side}
        for (caller, called), line in self.lines.items():
            if where.get(caller) is not None and where.get(called) is not None and where[caller] != where[called]:
                line.closed = True
                line.cut()

    def heal(self) -> None:
        for line in self.lines.values():
            line.closed, line.still, line.delay, line.answer_delay = False, False, 0.0, 0.0

    def of(self, co_op: str) -> list[BadLine]:
        """Every line it calls or is called through."""
        return [line for pair, line in self.lines.items() if co_op in pair]

    @property
    def is_sound(self) -> bool:
        """As it was at the start, but for its past: everything runs, every line is open, and there is one time."""
        lines = all(not (line.closed or line.still or line.delay or line.answer_delay) for line in self.lines.values())
        return (
            lines
            and all(one.running and one.spare for one in self.co_ops.values())
            and len({one.shifted for one in self.co_ops.values()}) == 1
        )

    async def vote(self, kind: str = "ordinary") -> FederatedVote:
        """A vote of all, open."""
        vote = FederatedVote(self)
        await vote.propose(kind=kind)
        await vote.open()
        return vote


async def _with_a_decision(co_op: FederatedCoOp) -> str:
    """The rulebook is adopted, which is a decision; and a motion is put, which will be one. Gives the first's id."""
    adopted: governance.AdoptRulebookResponse = await co_op.assembly.adopt(RULEBOOK + SHARES)
    await co_op.co_op.heard("governance", "membership")
    motion = await co_op.assembly.open_motion(co_op.assembly.question(hours=1.5))
    await co_op.assembly.cast(co_op.everybody[0], motion, "for")
    return adopted.decision_id


async def _passed(co_op: FederatedCoOp) -> None:
    async with asyncio.timeout(15):
        while not [row for row in await co_op.co_op.everything("governance", "decision") if row[0] == 2]:
            await asyncio.sleep(0.05)


async def _meet(them: Federated, first: str, second: str) -> str:
    """Invitations carried; gives the code that both compare. Each finds the other through a line of its own."""
    one, other = them[first], them[second]
    code = (await other.accept(await one.invitation())).code
    await one.accept(await other.invitation())
    for caller, called in ((one, other), (other, one)):
        if called.port:
            line = BadLine("127.0.0.1", called.port)
            await line.start()
            them.lines[caller.id, called.id] = line
            await caller.dials(called.id, line.port)
    return code


async def _pair(them: Federated, first: str, second: str, code: str, decisions: Mapping[str, str]) -> None:
    one, other = them[first], them[second]
    await asyncio.gather(one.confirm(second, code, decisions[first]), other.confirm(first, code, decisions[second]))
    async with asyncio.timeout(30):
        while not all(each.state == federation.PEER_STATE_ACTIVE for each in await asyncio.gather(one.peer(second), other.peer(first))):
            await asyncio.sleep(0.1)


@asynccontextmanager
async def federated(
    grounds: Grounds,
    number: int,
    *,
    observers: int = 0,
    unreachable: Iterable[str] = (),
    members: Mapping[str, int] | None = None,
) -> AsyncIterator[Federated]:
    """The first `number` of NAMES, and observers after them, running and each others' peers; two without inbound ports are not."""
    names = NAMES[: number + observers]
    async with AsyncExitStack() as stack:
        # After the co-ops: or they would still dial ports that other tests of this machine are given meanwhile.
        lines: Lines = {}
        stack.push_async_callback(_close_lines, lines)
        closed = set(unreachable)
        co_ops = []
        for place, name in enumerate(names):
            made = _a_co_op(grounds, place, name, reachable=name not in closed)
            co_ops.append(await stack.enter_async_context(made))
        them = Federated(grounds, co_ops, lines)
        for one in co_ops:
            for member_class, count in (members or MEMBERS).items():
                await one.assembly.admit(member_class, count)
        decisions = dict(zip(names, await asyncio.gather(*(_with_a_decision(one) for one in co_ops)), strict=True))
        them.step(2 * HOUR)
        await asyncio.gather(*(_passed(one) for one in co_ops))
        await asyncio.gather(*(one.co_op.heard("federation", "governance") for one in co_ops))
        pairs = [each for each in itertools.combinations(names, 2) if not set(each) <= closed]
        codes = [await _meet(them, *each) for each in pairs]
        await asyncio.gather(*(_pair(them, *each, code, decisions) for each, code in zip(pairs, codes, strict=True)))
        yield them


class Commons:
    """Co-ops that several tests share, one after the other: to make three takes longer than to hold a vote of them."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._stack = AsyncExitStack()
        self._stands: tuple[object, Federated] | None = None

    @asynccontextmanager
    async def lent(self, number: int, *, observers: int = 0, unreachable: Iterable[str] = ()) -> AsyncIterator[Federated]:
        """Those that stand, if they are such; who fails with them, or does not give them back as they were, has broken them."""
        key = (number, observers, tuple(unreachable))
        if self._stands is None or self._stands[0] != key:
            await self.end()
            made = await self._stack.enter_async_context(federated(self._grounds, number, observers=observers, unreachable=unreachable))
            self._stands = key, made
        them = self._stands[1]
        try:
            yield them
        except BaseException:
            await self.end()
            raise
        if not them.is_sound:
            await self.end()

    async def end(self) -> None:
        self._stands = None
        await self._stack.aclose()
        self._stack = AsyncExitStack()


async def _close_lines(lines: Lines) -> None:
    await asyncio.gather(*(line.stop() for line in lines.values()))


@asynccontextmanager
async def _a_co_op(grounds: Grounds, place: int, name: str, *, reachable: bool) -> AsyncIterator[FederatedCoOp]:
    folder = places.place("kt-")
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        instance_keys.make(folder / "keys", name, datetime.now(UTC))
        account = grounds.accounts.next()
        server, databases = grounds.place(place)
        servers = replace(server, nats_url=account.url, nats_user=account.user, nats_password=account.password)
        kith = Kith(servers, databases, folder / "keys", instance_keys.read(folder / "keys"))
        one = FederatedCoOp(name, CoOp(kith, folder), folder, free_port() if reachable else 0)
        one.spare.append(grounds.accounts.next())
        (folder / "clock").write_text("0", encoding="ascii")
        (folder / "nats-password").write_text(account.password, encoding="utf-8")
        for service in SERVICES:
            one.co_op.databases[service] = await databases.make(service)
        stack.push_async_callback(_drop, one)
        await one.start()
        stack.push_async_callback(_ended, one)
        membership: Voice = await stack.enter_async_context(voice_of(one.co_op, "membership"))
        one.assembly = Assembly(one.co_op, membership, membership, secretary=one.secretary)
        await _give_hats(one)
        yield one


async def _give_hats(one: FederatedCoOp) -> None:
    worn = [(one.secretary, "secretary"), (one.secretary, "operator"), *((each, "scrutineer") for each in one.scrutineers)]
    for service in SERVICES:
        async with one.co_op.rows(service, owner=True) as connection:
            await connection.executemany("insert into worn_hat (person, hat, since) values ($1, $2, now())", worn)


async def _ended(one: FederatedCoOp) -> None:
    if one.running:
        await one.stop()


async def _drop(one: FederatedCoOp) -> None:
    for service in SERVICES:
        await one.co_op.kith.databases.drop(one.co_op.databases[service])


def _process(one: FederatedCoOp) -> Process:
    keys, servers = one.folder / "keys", one.co_op.kith.servers
    shared = Shared(
        co_op=one.id,
        nats_url=servers.nats_url,
        nats_user=servers.nats_user,
        nats_password_file=one.folder / "nats-password",
        token_key_file=keys / "token.pub.pem",
        operations_address="127.0.0.1:0",
        clock_file=one.folder / "clock",
    )
    settings: dict[str, dict[str, object]] = {
        "governance": {"co_op_id": one.id},
        "federation": {
            "co_op_id": one.id,
            "co_op_name": one.id.title(),
            "root_key_file": keys / "federation/root.pem",
            "seal_key_file": keys / "federation/seal.key",
            "anchor_file": one.anchor,
            "border_address": one.border,
            "endpoint": one.border,
            "governance_address": one.co_op.address("governance"),
        },
    }
    parts = []
    for service, own in settings.items():
        wanted = one.co_op.databases[service]
        given = named(service).settings(address=one.co_op.address(service), database_url=wanted.run_url, pool_size=3, **own)
        parts.append(named(service).part(shared, given))
    return Process(shared, parts, one.id)
