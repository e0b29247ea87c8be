"""Measures how many ballots per second become witnessed, and how many bytes a ballot costs: on the board, on the wire, on disk.

The federation parts of three co-ops run in this process, each on a database of its own on a real PostgreSQL. Ballots reach the home co-op
in batches of 200, as events do: it appends each and signs a new head of the board; the new part of the board goes through the code and the
bytes of an exchange to both witnesses (no TLS); each stores it durably, recomputes the root, cosigns and anchors; the cosignatures go back.
The reference does the least with the same entries: SHA-256 of each, one insert of all in each of three bare tables, one Ed25519 signature
and check per head and per cosignature. Both alternate.

    python -m bench.witnessing [--quick]
"""

import asyncio
import hashlib
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bench.report import is_quick_run, markdown_table, median_ratio, save_report
from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.boards.cuts import WitnessedSize, witnessed_cut
from libs.boards.entries import BallotEntry
from libs.clock import Clock, SystemClock
from libs.database.engine import Database
from libs.signing.canonical import encode
from services.federation.border.board_recovery import BoardRecovery
from services.federation.border.board_sync import BoardSync
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.storage import boards, votes
from services.federation.storage.anchor_file import AnchorFile
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.votes import VoteKeys
from tests.support.backing_servers import backing_servers
from tests.support.template_databases import TemplateDatabases
from tests.support.vote_boards import VoteBoards, make_pseudonym, make_vote_boards, private_key

HOME, WITNESSES = "ash", ("birch", "cedar")
BATCH = 200
_INSERT = "insert into raw select * from unnest($1::bigint[], $2::bytea[], $3::bytea[])"
BATCHES = 2 if is_quick_run() else 20
ROWS = 500 if is_quick_run() else 5_000
CALLER = callers.job("bench")


@dataclass
class WitnessingCoOp:
    """The part of one co-op's federation service that deals with boards."""

    id: str
    database: Database
    traffic: BoardSync
    clock: Clock


@asynccontextmanager
async def witnessing_co_op(databases: TemplateDatabases, vote: VoteBoards, co_op: str, folder: Path) -> AsyncIterator[WitnessingCoOp]:
    """Creates one with the vote and its own keys; its boards are empty."""
    async with databases.fresh_database("federation") as service_database:
        database, clock = Database(service_database.run_url), SystemClock()
        vault, anchor = KeyCipher(bytes(32)), AnchorFile(folder / f"anchor-{co_op}")
        recovery, mirrors = BoardRecovery(co_op, database, clock, anchor), BoardCache()
        local_identity = LocalIdentity(co_op, co_op, "", vault, folder / f"root-{co_op}.pem")
        traffic = BoardSync(local_identity, database, clock, anchor, mirrors, ClockSkewMonitor(clock), recovery)
        terms = vote.terms
        async with database.work(CALLER, clock.now()) as work:
            await votes.add(work, terms)
            await boards.create_all(work, terms.vote, vote.parties)
            keys = VoteKeys(*(private_key(co_op, purpose) for purpose in ("statement", "board", "witness")))
            await votes.add_keys(work, vault, terms.draft, terms.convener, "participant", encode(terms.by_id[co_op].json()), keys)
        await recovery.start()
        try:
            yield WitnessingCoOp(co_op, database, traffic, clock)
        finally:
            await database.close()


async def exchange(caller: WitnessingCoOp, called: WitnessingCoOp) -> int:
    """Runs one exchange in both directions, through the bytes of parcels. Returns the bytes that boards and documents took."""
    to_called, to_caller = pb.Parcel(), pb.Parcel()
    to_called.have.extend(await caller.traffic.list_holdings(called.id))
    to_caller.have.extend(await called.traffic.list_holdings(caller.id))
    for sender, receiver, parcel, have in ((caller, called, to_called, to_caller.have), (called, caller, to_caller, to_called.have)):
        parts, papers = await sender.traffic.find_missing(receiver.id, have)
        parcel.boards.extend(parts)
        parcel.papers.extend(papers)
    sent = to_called.SerializeToString(), to_caller.SerializeToString()
    for sender, receiver, data in ((caller, called, sent[0]), (called, caller, sent[1])):
        parcel = pb.Parcel.FromString(data)
        await receiver.traffic.accept(sender.id, parcel.boards, parcel.papers)
    return sum(len(parcel) for parcel in sent)


async def time_witnessing(
    home: WitnessingCoOp, witnesses: Sequence[WitnessingCoOp], vote: VoteBoards, entries: Sequence[bytes]
) -> tuple[float, int]:
    """Returns the seconds until the home co-op knows that both witnesses hold all entries, and the bytes sent."""
    began, sent = time.perf_counter(), 0
    async with home.database.work(CALLER, home.clock.now()) as work:
        for entry in entries:
            await boards.append_own(work, vote.terms.vote, HOME, [entry])
    for witness in witnesses:
        # One exchange for the entries, one for the cosignature.
        sent += await exchange(home, witness)
        sent += await exchange(home, witness)
    return time.perf_counter() - began, sent


async def size_and_cut(party: WitnessingCoOp, vote: VoteBoards) -> tuple[int, int]:
    async with party.database.query_work(CALLER, party.clock.now()) as work:
        board = (await boards.get_by_co_op(work, vote.terms.vote))[HOME]
        cosignatures = await boards.cosignatures_by_board(work, vote.terms.vote)
    witness_heads = [WitnessedSize(cosignature.witness, cosignature.time, cosignature.size) for cosignature in cosignatures.get(HOME, [])]
    return board.size, witnessed_cut(vote.terms, HOME, witness_heads, int(time.time()))


async def entry_bytes_on_disk(party: WitnessingCoOp) -> int:
    """Bytes of the tables and indexes that grow with ballots."""
    async with party.database.query_work(CALLER, party.clock.now()) as work:
        result = await work.connection.execute(text("select pg_total_relation_size('entry')"))
        return int(result.scalar_one())


class RawTables:
    """Three bare tables, each with a connection of its own."""

    def __init__(self, connections: Sequence[asyncpg.Connection]) -> None:
        self._connections = connections
        self._size = 0

    async def time_round(self, entries: Sequence[bytes], *, one_by_one: bool) -> float:
        """With `one_by_one` the home co-op inserts each ballot with a statement of its own, as Kith does: each arrives as its own event."""
        began = time.perf_counter()
        board, signature = private_key(HOME, "board"), b""
        for number, connection in enumerate(self._connections):
            leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
            head = hashlib.sha256(b"".join(leaves)).digest()
            if number:
                board.public_key().verify(signature, head)
                witness = private_key(WITNESSES[number - 1], "witness")
                witness.public_key().verify(witness.sign(head), head)
            else:
                signature = board.sign(head)
            async with connection.transaction():
                indexes = list(range(self._size, self._size + len(entries)))
                if one_by_one and not number:
                    for index, entry, leaf in zip(indexes, entries, leaves, strict=True):
                        await connection.execute("insert into raw values ($1, $2, $3)", index, entry, leaf)
                else:
                    await connection.execute(_INSERT, indexes, entries, leaves)
        self._size += len(entries)
        return time.perf_counter() - began


async def main() -> int:
    vote = make_vote_boards(HOME, *WITNESSES).open_vote({HOME: {"member": ROWS}})
    ballots = [
        BallotEntry(make_pseudonym(HOME, number % ROWS), ("for", "against", "abstain")[number % 3]).data()
        for number in range((BATCHES + 1) * BATCH)
    ]
    folder = Path(tempfile.mkdtemp(prefix="kb-", dir="/tmp"))
    with backing_servers() as started:
        databases = TemplateDatabases(started)
        async with AsyncExitStack() as stack:
            stack.callback(shutil.rmtree, folder)
            parties = {co_op: await stack.enter_async_context(witnessing_co_op(databases, vote, co_op, folder)) for co_op in vote.co_ops}
            raw = await _make_raw_tables(stack, databases, len(parties))
            rows = await _measure(parties, vote, ballots, raw)
    save_report("witnessing", "Ballots witnessed", *rows)
    return 0


async def _make_raw_tables(stack: AsyncExitStack, databases: TemplateDatabases, number: int) -> RawTables:
    connections = []
    for _ in range(number):
        service_database = await stack.enter_async_context(databases.fresh_database("federation"))
        connection = await asyncpg.connect(**_connection_parameters(service_database.owner_url))
        stack.push_async_callback(connection.close)
        await connection.execute("create table raw (index bigint primary key, data bytea not null, leaf bytea not null)")
        connections.append(connection)
    return RawTables(connections)


def _connection_parameters(url: str) -> dict[str, object]:
    parts = make_url(url)
    host, port = parts.query.get("host") or parts.host, parts.query.get("port") or parts.port
    return {"host": host, "port": int(str(port)), "user": parts.username, "password": parts.password, "database": parts.database}


async def _measure(parties: dict[str, WitnessingCoOp], vote: VoteBoards, ballots: Sequence[bytes], raw: RawTables) -> list[str]:
    home, witnesses = parties[HOME], [parties[co_op] for co_op in WITNESSES]
    before = vote.entries[HOME]
    async with home.database.work(CALLER, home.clock.now()) as work:
        await boards.append_own(work, vote.terms.vote, HOME, before)
    for _ in range(-(-len(before) // 5_000) + 2):
        for witness in witnesses:
            await exchange(home, witness)
    disk = {party.id: await entry_bytes_on_disk(party) for party in parties.values()}
    rounds, sent = [], 0
    for number in range(BATCHES + 1):
        entries = ballots[number * BATCH : (number + 1) * BATCH]
        kith_seconds, bytes_sent = await time_witnessing(home, witnesses, vote, entries)
        bulk_seconds, single_seconds = await raw.time_round(entries, one_by_one=False), await raw.time_round(entries, one_by_one=True)
        if number:
            rounds.append((kith_seconds, bulk_seconds, single_seconds))
            sent += bytes_sent
    size, cut_now = await size_and_cut(home, vote)
    if not cut_now == size == len(before) + len(ballots):
        message = f"{cut_now} of {size} entries are witnessed"
        raise RuntimeError(message)
    rates = [f"{statistics.median(BATCH / seconds for seconds in column):.0f}" for column in zip(*rounds, strict=True)]
    ratios = [f"{median_ratio([(seconds[0], seconds[index]) for seconds in rounds]):.1f}" for index in range(3)]
    labels = ["Kith", "three inserts, SHA-256, Ed25519", "the same, at the home one insert for each ballot"]
    grown = {party.id: (await entry_bytes_on_disk(party) - disk[party.id]) / len(ballots) for party in parties.values()}
    entry = statistics.mean(len(ballot) for ballot in ballots)
    return [
        f"{len(rounds)} batches of {BATCH} ballots, one home, two witnesses, q = 1; a board of {len(before)} entries before them.",
        markdown_table(["what", "ballots a second", "time of Kith against it"], list(zip(labels, rates, ratios, strict=True))),
        markdown_table(
            ["a ballot costs", "bytes"],
            [
                ["on the board (entry)", f"{entry:.0f}"],
                ["on the wire, to two witnesses and their word back", f"{sent / len(rounds) / BATCH:.0f}"],
                ["on the disk at home (entries and their indexes)", f"{grown[HOME]:.0f}"],
                ["on the disk at a witness", f"{grown[WITNESSES[0]]:.0f}"],
            ],
        ),
    ]


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
