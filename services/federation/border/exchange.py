"""One conversation with a peer: the same parcel in both directions, taken and made the same way whoever called.

First the hello and the letters, in one work; then, with active peers, what either side lacks of votes.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

import grpc

from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, Work
from libs.observe import traces
from libs.refusals import invalid
from services.federation.border import calling
from services.federation.border.bell import Bell
from services.federation.border.calling import PeerAwayError, Way
from services.federation.border.clock_watch import ClockWatch
from services.federation.border.kept_lines import KeptLines
from services.federation.border.traffic import VoteTraffic
from services.federation.commands.confirm_peer import known
from services.federation.commands.heed_peer import Heed
from services.federation.commands.meet_peer import Hello, meet_peer
from services.federation.commands.send_letters import send_letters
from services.federation.commands.take_letters import take_letters
from services.federation.domain.pairing import PeerState
from services.federation.queries.see_identity import own_invitation
from services.federation.storage import letters, peers
from services.federation.storage.edge import Edge, identity_of

MOST_ROUNDS = 50
"""In one conversation; then others have their turn."""
FULL_BYTES = 500_000
"""A parcel this large may have left something out."""
MOST_LOST_BYTES = 512 * 1024
"""Of letters that the other side lost, in one parcel."""
MOST_NUMBER = 2**61
HASH_BYTES = 32


@dataclass(frozen=True)
class _Told:
    """What a peer said of itself last, in this process."""

    hello: Hello
    have: tuple[pb.VoteHave, ...]
    ready: bool
    """It holds none of our letters that we do not: numbers may be given."""


@dataclass(frozen=True)
class _Round:
    """What was done in one turn of a conversation."""

    brought: bytes
    more: bool
    """They wait to hear that we have their letters, or could not bring everything at once."""


class Exchanger:
    """Makes and takes parcels."""

    def __init__(
        self, edge: Edge, database: Database, clock: Clock, votes: VoteTraffic, heeds: Mapping[str, Heed], watch: ClockWatch, bell: Bell
    ) -> None:
        self._edge = edge
        self._database = database
        self._clock = clock
        self._votes = votes
        self._heeds = heeds
        self._watch = watch
        self._bell = bell
        self._lines = KeptLines()
        self._told: dict[str, _Told] = {}

    async def call(self, peer: str) -> bool:
        """Calls a peer and goes on until neither side has anything to bring. Raises `PeerAwayError`; without a way to it, does nothing.

        Whether more is to be expected soon: it had something new for us, and it cannot call us with what comes next.
        """
        async with self._database.reading(callers.job("exchange"), self._clock.now()) as work:
            way = await calling.way_to(work, self._edge, peer)
        if way is None:
            return False
        kept = self._lines.has(peer, way)
        try:
            heard = await self._converse(peer, way)
        except PeerAwayError as error:
            if error.alive or not kept:
                raise
            # A line that was kept may have been dead for long without anybody saying so.
            heard = await self._converse(peer, way)
        return heard and not self._edge.endpoint

    async def hang_up(self, peer: str | None = None) -> None:
        """Closes the line to this peer, or to all of them."""
        await (self._lines.close(peer) if peer else self._lines.close_all())

    async def _converse(self, peer: str, way: Way) -> bool:
        """Whether it had something new for us."""
        last, heard = _Round(b"", more=True), False
        async with self._lines.to(peer, way) as stub:
            for _ in range(MOST_ROUNDS):
                parcel = await self._make(peer)
                bringing = _brought(parcel)
                if not last.more and bringing in (b"", last.brought):
                    return heard
                try:
                    answer = await stub.Exchange(pb.ExchangeRequest(parcel=parcel), timeout=calling.CALL_SECONDS)
                except grpc.aio.AioRpcError as error:
                    raise calling.away(error) from None
                new = await self._take(peer, answer.parcel)
                heard |= new
                last = _Round(bringing, more=new and (bool(answer.parcel.letters) or _is_cut_off(answer.parcel)))
        self._bell.nudge(peer)
        return heard

    async def answer(self, peer: str, parcel: pb.Parcel) -> pb.Parcel:
        """A peer called: takes what it brings and gives what it lacks."""
        await self._take(peer, parcel)
        self._bell.heard(peer)
        return await self._make(peer)

    async def _take(self, peer: str, parcel: pb.Parcel) -> bool:
        """Whether it brought something that we did not have."""
        hello = _hello(parcel)
        async with self._work(peer) as work:
            ready = await meet_peer(work, peer, parcel.clock, hello, parcel.identity)
            taken = await take_letters(work, self._edge.co_op, peer, parcel.letters, self._heeds)
            found = await peers.one(work, peer)
            await self._watch.look(work)
        self._told[peer] = _Told(hello, tuple(parcel.have), ready)
        news = False
        if found is not None and found.state is PeerState.ACTIVE:
            news = await self._votes.take(peer, parcel.boards, parcel.papers)
        if taken or news:
            self._bell.news.set()
        if news:
            # Whoever brought it gets our word for it in the same conversation.
            self._bell.nudge(but=peer)
        return taken > 0 or news

    async def _make(self, peer: str) -> pb.Parcel:
        told = self._told.get(peer)
        async with self._work(peer) as work:
            found = await known(work, peer)
            own = await identity_of(work)
            bringing = await send_letters(work, self._edge, peer) if told and told.ready else []
            held, sent = await letters.last_in(work, peer), await letters.last_out(work, peer)
            hello = pb.Hello(held=held.seq, held_hash=bytes.fromhex(held.hash), sent=sent.seq, sent_hash=bytes.fromhex(sent.hash))
            hello.identity = found.seq
            if told and told.hello.sent < held.seq:
                lost = await letters.in_after(work, peer, told.hello.sent)
                hello.yours.extend(letters.within(lost, MOST_LOST_BYTES))
            identity = await own_invitation(work) if found.identity_held < own.document.seq else b""
            parcel = pb.Parcel(clock=int(work.now.timestamp()), hello=hello, letters=bringing, identity=identity)
        if found.state is PeerState.ACTIVE:
            parcel.have.extend(await self._votes.have(peer))
            if told:
                boards, papers = await self._votes.lacking(peer, told.have)
                parcel.boards.extend(boards)
                parcel.papers.extend(papers)
        return parcel

    @asynccontextmanager
    async def _work(self, peer: str) -> AsyncIterator[Work]:
        async with self._database.work(callers.reaction(f"peer:{peer}"), self._clock.now(), f"peer:{peer}", traces.here()) as work:
            yield work


def _hello(parcel: pb.Parcel) -> Hello:
    """Raises Invalid HELLO_FORM."""
    said = parcel.hello
    numbers, hashes = (parcel.clock, said.held, said.sent, said.identity), (said.held_hash, said.sent_hash)
    if not all(0 <= one <= MOST_NUMBER for one in numbers) or not all(len(one) in (0, HASH_BYTES) for one in hashes):
        raise invalid("hello", "HELLO_FORM")
    return Hello(said.held, said.held_hash.hex(), said.sent, said.sent_hash.hex(), said.identity, tuple(said.yours))


def _is_cut_off(parcel: pb.Parcel) -> bool:
    """Whether it had more to bring than went in: of a board, or of whole boards."""
    return parcel.ByteSize() > FULL_BYTES or any(part.first + len(part.entries) < part.head.size for part in parcel.boards)


def _brought(parcel: pb.Parcel) -> bytes:
    """What a parcel brings beside telling what we have: empty when nothing, and the same for the same."""
    brought = pb.Parcel(letters=parcel.letters, boards=parcel.boards, papers=parcel.papers, identity=parcel.identity)
    brought.hello.yours.extend(parcel.hello.yours)
    content = brought.SerializeToString(deterministic=True)
    nothing = pb.Parcel(hello=pb.Hello()).SerializeToString(deterministic=True)
    return b"" if content == nothing else sha256(content).digest()
