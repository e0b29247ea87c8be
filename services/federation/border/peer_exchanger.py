"""Exchanges parcels with a peer: the same content in both directions, built and accepted the same way whichever side called.

First the hello and the messages, in one transaction; then, with active peers, what either side lacks of shared votes.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

import grpc

from kith.federation.v1.enums import PeerState
from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork
from libs.observe import traces
from libs.refusals import invalid
from services.federation.border import peer_channel
from services.federation.border.board_sync import BoardSync
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.border.connection_pool import ConnectionPool
from services.federation.border.peer_channel import ChannelSettings, PeerCallError
from services.federation.border.peer_events import PeerEvents
from services.federation.commands.process_hello import Hello, process_hello
from services.federation.commands.receive_messages import MessageHandler, receive_messages
from services.federation.commands.send_messages import send_messages
from services.federation.queries.get_own_identity import write_own_invitation
from services.federation.storage import peer_messages, peers
from services.federation.storage.local_identity import LocalIdentity, require_identity

MAX_ROUNDS = 50
"""In one exchange; then other peers have their turn."""
FULL_PARCEL_BYTES = 500_000
"""A parcel this large may be incomplete."""
MAX_LOST_MESSAGE_BYTES = 512 * 1024
"""Of messages that the peer lost, in one parcel."""
MAX_NUMBER = 2**61
HASH_BYTES = 32


@dataclass(frozen=True)
class _PeerReport:
    """What a peer last reported about itself to this process."""

    hello: Hello
    have: tuple[pb.VoteHave, ...]
    may_number: bool
    """The peer holds none of our messages that we lack, so new ones may be numbered."""


@dataclass(frozen=True)
class _RoundResult:
    """The result of one round of an exchange."""

    content_digest: bytes
    has_more: bool
    """The peer waits for our acknowledgement, or could not send everything at once."""


class PeerExchanger:
    """Calls peers, answers their calls, and builds and accepts the parcels."""

    def __init__(
        self,
        local_identity: LocalIdentity,
        database: Database,
        clock: Clock,
        board_sync: BoardSync,
        message_handlers: Mapping[str, MessageHandler],
        clock_monitor: ClockSkewMonitor,
        peer_events: PeerEvents,
    ) -> None:
        self._local_identity = local_identity
        self._database = database
        self._clock = clock
        self._board_sync = board_sync
        self._message_handlers = message_handlers
        self._clock_monitor = clock_monitor
        self._peer_events = peer_events
        self._connections = ConnectionPool()
        self._reports: dict[str, _PeerReport] = {}

    async def call(self, peer: str) -> bool:
        """Calls a peer and continues until neither side has anything new. Raises `PeerCallError`; does nothing when there is no way to call
        it.

        Returns whether more is expected soon: the peer had news for us, and cannot call us with what comes next.
        """
        async with self._database.query_work(callers.job("exchange"), self._clock.now()) as work:
            settings = await peer_channel.channel_settings(work, self._local_identity, peer)
        if settings is None:
            return False
        was_open = self._connections.has_open(peer, settings)
        try:
            received_news = await self._exchange_until_done(peer, settings)
        except PeerCallError as error:
            if error.alive or not was_open:
                raise
            # The open connection may have died unnoticed long ago.
            received_news = await self._exchange_until_done(peer, settings)
        return received_news and not self._local_identity.endpoint

    async def disconnect(self, peer: str | None = None) -> None:
        """Closes the connection to this peer, or to all."""
        await (self._connections.close(peer) if peer else self._connections.close_all())

    async def _exchange_until_done(self, peer: str, settings: ChannelSettings) -> bool:
        """Returns whether the peer had something new for us."""
        last, received_news = _RoundResult(b"", has_more=True), False
        async with self._connections.borrow(peer, settings) as stub:
            for _ in range(MAX_ROUNDS):
                parcel = await self._build_parcel(peer)
                digest = _content_digest(parcel)
                if not last.has_more and digest in (b"", last.content_digest):
                    return received_news
                try:
                    response = peer_channel.checked(
                        await stub.Exchange(pb.ExchangeRequest(parcel=parcel), timeout=peer_channel.CALL_SECONDS)
                    )
                except grpc.aio.AioRpcError as error:
                    raise peer_channel.to_peer_call_error(error) from None
                known_before = self._reports.get(peer)
                new = await self._accept_parcel(peer, response.parcel)
                received_news |= new
                if not digest and not new and self._reports[peer] == known_before:
                    # Nothing in either direction, and the peer holds what it held: another parcel would be empty too.
                    return received_news
                last = _RoundResult(digest, has_more=new and (bool(response.parcel.letters) or _is_truncated(response.parcel)))
        self._peer_events.notify(peer)
        return received_news

    async def handle_request(self, peer: str, parcel: pb.Parcel) -> pb.Parcel:
        """Answers a peer's call: accepts its parcel and returns what it lacks."""
        await self._accept_parcel(peer, parcel)
        self._peer_events.mark_reachable(peer)
        return await self._build_parcel(peer)

    async def _accept_parcel(self, peer: str, parcel: pb.Parcel) -> bool:
        """Returns whether it contained something new."""
        hello = _parse_hello(parcel)
        async with self._work(peer) as work:
            may_number = await process_hello(work, peer, parcel.clock, hello, parcel.identity)
            new_messages = await receive_messages(work, self._local_identity.co_op, peer, parcel.letters, self._message_handlers)
            stored_peer = await peers.get(work, peer)
            await self._clock_monitor.update(work)
        self._reports[peer] = _PeerReport(hello, tuple(parcel.have), may_number)
        new_votes = False
        if stored_peer is not None and stored_peer.state is PeerState.ACTIVE:
            new_votes = await self._board_sync.accept(peer, parcel.boards, parcel.papers)
        self._peer_events.record_contact()
        if new_votes:
            # The peer that brought it gets our cosignature in the same exchange.
            self._peer_events.notify(excluding=peer)
        return new_messages > 0 or new_votes

    async def _build_parcel(self, peer: str) -> pb.Parcel:
        report = self._reports.get(peer)
        async with self._work(peer) as work:
            stored_peer = await peers.require(work, peer)
            identity = await require_identity(work)
            messages = await send_messages(work, self._local_identity, peer) if report and report.may_number else []
            received, sent = await peer_messages.get_last_received(work, peer), await peer_messages.get_last_sent(work, peer)
            hello = pb.Hello(held=received.seq, held_hash=bytes.fromhex(received.hash), sent=sent.seq, sent_hash=bytes.fromhex(sent.hash))
            hello.identity = stored_peer.seq
            if report and report.hello.sent < received.seq:
                lost = await peer_messages.list_received_after(work, peer, report.hello.sent)
                hello.yours.extend(peer_messages.take_up_to_bytes(lost, MAX_LOST_MESSAGE_BYTES))
            is_newer = stored_peer.identity_held < identity.document.seq
            invitation = await write_own_invitation(work, self._local_identity) if is_newer else b""
            parcel = pb.Parcel(clock=int(work.now.timestamp()), hello=hello, letters=messages, identity=invitation)
        if stored_peer.state is PeerState.ACTIVE:
            parcel.have.extend(await self._board_sync.list_holdings(peer))
            if report:
                boards, papers = await self._board_sync.find_missing(peer, report.have)
                parcel.boards.extend(boards)
                parcel.papers.extend(papers)
        return parcel

    @asynccontextmanager
    async def _work(self, peer: str) -> AsyncIterator[UnitOfWork]:
        async with self._database.work(
            callers.reaction(f"peer:{peer}"), self._clock.now(), f"peer:{peer}", traces.current_traceparent()
        ) as work:
            yield work


def _parse_hello(parcel: pb.Parcel) -> Hello:
    """Raises Invalid HELLO_FORM."""
    hello = parcel.hello
    numbers, hashes = (parcel.clock, hello.held, hello.sent, hello.identity), (hello.held_hash, hello.sent_hash)
    if not all(0 <= value <= MAX_NUMBER for value in numbers) or not all(len(value) in (0, HASH_BYTES) for value in hashes):
        raise invalid("hello", "HELLO_FORM")
    return Hello(hello.held, hello.held_hash.hex(), hello.sent, hello.sent_hash.hex(), hello.identity, tuple(hello.yours))


def _is_truncated(parcel: pb.Parcel) -> bool:
    """Whether the peer has more to send than fitted: of one board, or of other boards."""
    return parcel.ByteSize() > FULL_PARCEL_BYTES or any(part.first + len(part.entries) < part.head.size for part in parcel.boards)


def _content_digest(parcel: pb.Parcel) -> bytes:
    """Hash of what a parcel brings beside telling what we hold; empty when it brings nothing, equal for equal content."""
    new_content = pb.Parcel(letters=parcel.letters, boards=parcel.boards, papers=parcel.papers, identity=parcel.identity)
    new_content.hello.yours.extend(parcel.hello.yours)
    content = new_content.SerializeToString(deterministic=True)
    empty = pb.Parcel(hello=pb.Hello()).SerializeToString(deterministic=True)
    return b"" if content == empty else sha256(content).digest()
