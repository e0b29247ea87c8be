"""How many ballots a second become witnessed, and what one costs in bytes: on the board, on the wire, on the disk.

Three co-ops of which federation's own parts run in this process, each on a database of its own on a real PostgreSQL. Ballots come to
the home in batches of 200, as facts do: each is appended, the board gets a signed head, the piece goes through the code and the bytes of
an exchange to both witnesses (no TLS), each stores it durably, recomputes the root, cosigns and anchors; the cosignatures go back. The
reference does the least that can be called the same with the same entries: SHA-256 of each, one insert of all in each of three bare
tables, one Ed25519 signature and check for each head and each cosignature. They take turns.

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

from bench.tables import grid, quick, ratio, show
from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.boards.cuts import Held, cut
from libs.boards.entries import Ballot
from libs.clock import Clock, System
from libs.database.engine import Database
from libs.signing.canonical import encode
from services.federation.border.board_traffic import BoardTraffic
from services.federation.border.clock_watch import ClockWatch
from services.federation.border.recovery import Recovery
from services.federation.commands import own_board
from services.federation.storage import boards, votes
from services.federation.storage.anchor import Anchor
from services.federation.storage.mirrors import Mirrors
from services.federation.storage.vault import Vault
from services.federation.storage.votes import VoteKeys
from tests.support.boards import WholeVote, key, pseudonym, some_vote
from tests.support.databases import Databases
from tests.support.servers import servers

HOME, WITNESSES = "ash", ("birch", "cedar")
BATCH = 200
_INSERT = "insert into raw select * from unnest($1::bigint[], $2::bytea[], $3::bytea[])"
BATCHES = 2 if quick() else 20
ROWS = 500 if quick() else 5_000
CALLER = callers.job("bench")


@dataclass
class Party:
    """One co-op's federation, as far as boards go."""

    id: str
    database: Database
    traffic: BoardTraffic
    clock: Clock


@asynccontextmanager
async def a_party(databases: Databases, vote: WholeVote, co_op: str, folder: Path) -> AsyncIterator[Party]:
    """With the vote and its own keys; its boards are empty."""
    async with databases.of("federation") as wanted:
        database, clock = Database(wanted.run_url), System()
        vault, anchor = Vault(bytes(32)), Anchor(folder / f"anchor-{co_op}")
        recovery, mirrors = Recovery(co_op, database, clock, anchor), Mirrors()
        traffic = BoardTraffic(co_op, database, clock, vault, anchor, mirrors, ClockWatch(clock), recovery)
        terms = vote.terms
        async with database.work(CALLER, clock.now()) as work:
            await votes.add(work, terms)
            await boards.make(work, terms.vote, vote.parties)
            keys = VoteKeys(*(key(co_op, one) for one in ("statement", "board", "witness")))
            await votes.add_keys(work, vault, terms.draft, terms.convener, "participant", encode(terms.by_id[co_op].json()), keys)
        await recovery.start()
        try:
            yield Party(co_op, database, traffic, clock)
        finally:
            await database.close()


async def exchange(caller: Party, called: Party) -> int:
    """One round both ways, through the bytes of parcels. Gives how many bytes boards and papers took."""
    to_called, to_caller = pb.Parcel(), pb.Parcel()
    to_called.have.extend(await caller.traffic.have(called.id))
    to_caller.have.extend(await called.traffic.have(caller.id))
    for giver, taker, parcel, have in ((caller, called, to_called, to_caller.have), (called, caller, to_caller, to_called.have)):
        parts, papers = await giver.traffic.lacking(taker.id, have)
        parcel.boards.extend(parts)
        parcel.papers.extend(papers)
    sent = to_called.SerializeToString(), to_caller.SerializeToString()
    for giver, taker, data in ((caller, called, sent[0]), (called, caller, sent[1])):
        parcel = pb.Parcel.FromString(data)
        await taker.traffic.take(giver.id, parcel.boards, parcel.papers)
    return sum(len(one) for one in sent)


async def witnessed(home: Party, witnesses: Sequence[Party], vote: WholeVote, entries: Sequence[bytes]) -> tuple[float, int]:
    """Seconds until home knows that all of it is held by both, and bytes."""
    begin, sent = time.perf_counter(), 0
    async with home.database.work(CALLER, home.clock.now()) as work:
        for entry in entries:
            await own_board.append(work, vote.terms.vote, HOME, [entry])
    for one in witnesses:
        # There, and its word back.
        sent += await exchange(home, one)
        sent += await exchange(home, one)
    return time.perf_counter() - begin, sent


async def size_and_cut(party: Party, vote: WholeVote) -> tuple[int, int]:
    async with party.database.reading(CALLER, party.clock.now()) as work:
        kept = (await boards.of_vote(work, vote.terms.vote))[HOME]
        found = await boards.all_cosignatures(work, vote.terms.vote)
    held = [Held(one.witness, one.time, one.size) for one in found.get(HOME, [])]
    return kept.size, cut(vote.terms, HOME, held, int(time.time()))


async def on_disk(party: Party) -> int:
    """Bytes of the tables and indexes that grow with ballots."""
    async with party.database.reading(CALLER, party.clock.now()) as work:
        found = await work.connection.execute(text("select pg_total_relation_size('entry')"))
        return int(found.scalar_one())


class Raw:
    """Three bare tables, and connections that do nothing else."""

    def __init__(self, connections: Sequence[asyncpg.Connection]) -> None:
        self._connections = connections
        self._size = 0

    async def round(self, entries: Sequence[bytes], *, one_by_one: bool) -> float:
        """`one_by_one`: the home inserts each ballot by a statement of its own, as Kith does, for each came by a fact of its own."""
        begin = time.perf_counter()
        board, signature = key(HOME, "board"), b""
        for number, connection in enumerate(self._connections):
            leaves = [hashlib.sha256(b"\0" + one).digest() for one in entries]
            head = hashlib.sha256(b"".join(leaves)).digest()
            if number:
                board.public_key().verify(signature, head)
                witness = key(WITNESSES[number - 1], "witness")
                witness.public_key().verify(witness.sign(head), head)
            else:
                signature = board.sign(head)
            async with connection.transaction():
                places = list(range(self._size, self._size + len(entries)))
                if one_by_one and not number:
                    for place, entry, leaf in zip(places, entries, leaves, strict=True):
                        await connection.execute("insert into raw values ($1, $2, $3)", place, entry, leaf)
                else:
                    await connection.execute(_INSERT, places, entries, leaves)
        self._size += len(entries)
        return time.perf_counter() - begin


async def main() -> int:
    vote = some_vote(HOME, *WITNESSES).begin({HOME: {"member": ROWS}})
    ballots = [
        Ballot(pseudonym(HOME, number % ROWS), ("for", "against", "abstain")[number % 3]).data() for number in range((BATCHES + 1) * BATCH)
    ]
    folder = Path(tempfile.mkdtemp(prefix="kb-", dir="/tmp"))
    with servers() as found:
        databases = Databases(found)
        async with AsyncExitStack() as stack:
            stack.callback(shutil.rmtree, folder)
            parties = {one: await stack.enter_async_context(a_party(databases, vote, one, folder)) for one in vote.co_ops}
            raw = await _raw(stack, databases, len(parties))
            rows = await _measured(parties, vote, ballots, raw)
    show("witnessing", "Ballots witnessed", *rows)
    return 0


async def _raw(stack: AsyncExitStack, databases: Databases, number: int) -> Raw:
    connections = []
    for _ in range(number):
        wanted = await stack.enter_async_context(databases.of("federation"))
        connection = await asyncpg.connect(**_parts(wanted.owner_url))
        stack.push_async_callback(connection.close)
        await connection.execute("create table raw (index bigint primary key, data bytea not null, leaf bytea not null)")
        connections.append(connection)
    return Raw(connections)


def _parts(url: str) -> dict[str, object]:
    parts = make_url(url)
    host, port = parts.query.get("host") or parts.host, parts.query.get("port") or parts.port
    return {"host": host, "port": int(str(port)), "user": parts.username, "password": parts.password, "database": parts.database}


async def _measured(parties: dict[str, Party], vote: WholeVote, ballots: Sequence[bytes], raw: Raw) -> list[str]:
    home, witnesses = parties[HOME], [parties[one] for one in WITNESSES]
    before = vote.entries[HOME]
    async with home.database.work(CALLER, home.clock.now()) as work:
        await own_board.append(work, vote.terms.vote, HOME, before)
    for _ in range(-(-len(before) // 5_000) + 2):
        for one in witnesses:
            await exchange(home, one)
    disk = {one.id: await on_disk(one) for one in parties.values()}
    taken, sent = [], 0
    for number in range(BATCHES + 1):
        entries = ballots[number * BATCH : (number + 1) * BATCH]
        took, bytes_sent = await witnessed(home, witnesses, vote, entries)
        least, single = await raw.round(entries, one_by_one=False), await raw.round(entries, one_by_one=True)
        if number:
            taken.append((took, least, single))
            sent += bytes_sent
    size, cut_now = await size_and_cut(home, vote)
    if not cut_now == size == len(before) + len(ballots):
        message = f"{cut_now} of {size} entries are witnessed"
        raise RuntimeError(message)
    rates = [f"{statistics.median(BATCH / each for each in one):.0f}" for one in zip(*taken, strict=True)]
    ratios = [f"{ratio([(one[0], one[at]) for one in taken]):.1f}" for at in range(3)]
    whats = ["Kith", "three inserts, SHA-256, Ed25519", "the same, at the home one insert for each ballot"]
    grown = {one.id: (await on_disk(one) - disk[one.id]) / len(ballots) for one in parties.values()}
    entry = statistics.mean(len(one) for one in ballots)
    return [
        f"{len(taken)} batches of {BATCH} ballots, one home, two witnesses, q = 1; a board of {len(before)} entries before them.",
        grid(["what", "ballots a second", "time of Kith against it"], list(zip(whats, rates, ratios, strict=True))),
        grid(
            ["a ballot costs", "bytes"],
            [
                ["on the board (entry)", f"{entry:.0f}"],
                ["on the wire, to two witnesses and their word back", f"{sent / len(taken) / BATCH:.0f}"],
                ["on the disk at home (entries and their indexes)", f"{grown[HOME]:.0f}"],
                ["on the disk at a witness", f"{grown[WITNESSES[0]]:.0f}"],
            ],
        ),
    ]


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
