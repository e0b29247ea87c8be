"""From the close of a vote to its agreed outcome: 3, 10 and 30 co-ops, 100 to 100,000 ballots.

The table is the pure path, as each of n co-ops goes it by itself: cuts out of the evidence, every board read and counted, outcome bytes,
one signature of its own, n - 1 read from others. The reference does the least with the same bytes: SHA-256 and `json.loads` of each entry,
a `Counter` of what the ballots say, as many signatures. They take turns.

After it, three whole co-ops on real servers (governance, federation, PostgreSQL, NATS, mTLS between them): from the moment their clocks
pass T until all three hold the same final bytes.

    python -m bench.outcomes [--quick]
"""

import asyncio
import hashlib
import json
import statistics
import sys
import time
from collections import Counter
from contextlib import ExitStack

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench.tables import grid, quick, ratio, show
from libs.boards.board import Board
from libs.boards.standing import Evidence, State, stand
from tests.support.accounts import accounts
from tests.support.boards import T, WholeVote, key, public, signed_outcome, some_vote
from tests.support.databases import Databases
from tests.support.federated import Grounds, federated
from tests.support.federated_vote import FederatedVote
from tests.support.servers import Servers, servers

CO_OPS = (3, 10) if quick() else (3, 10, 30)
BALLOTS = (100, 1_000) if quick() else (100, 1_000, 10_000, 100_000)
ROUNDS = 1 if quick() else 3
REAL = ((4, 2),) if quick() else ((4, 2), (20, 10), (100, 50))
"""Users and workers of each co-op; everybody votes."""


def closed_vote(co_ops: int, ballots: int) -> WholeVote:
    """Held by everybody in time, and nobody counted yet."""
    names = [f"co-op-{number:02}" for number in range(co_ops)]
    each = -(-ballots // co_ops)
    vote = some_vote(*names, groups=["user", "worker"]).begin({one: {"user": each - each // 3, "worker": each // 3} for one in names})
    for one in names:
        for number in range(each):
            vote.ballot(one, number, ("for", "against", "abstain")[number % 3])
    vote.close()
    return vote


def ours(vote: WholeVote, boards: dict[str, Board]) -> float:
    """Seconds. The boards were read as they came, and go on with the outcomes of the others."""
    held = {one: vote.held(one) for one in vote.parties}
    begin = time.perf_counter()
    outcome = vote.counted()
    for one in vote.co_ops:
        entry = signed_outcome(vote.terms, one, outcome).data() if one == vote.co_ops[0] else vote.entries[one][-1]
        boards[one].add(entry)
    where = stand(Evidence(vote.terms, boards, held), T + 1)
    took = time.perf_counter() - begin
    if where.state is not State.FINAL or where.outcome != hashlib.sha256(outcome).digest():
        message = f"it is {where.state}, not final"
        raise RuntimeError(message)
    return took


def raw(vote: WholeVote) -> float:
    begin = time.perf_counter()
    said: Counter[str] = Counter()
    for one in vote.co_ops:
        for entry in vote.entries[one]:
            hashlib.sha256(b"\0" + entry).digest()
            value = json.loads(entry)
            if value.get("kind") == "ballot":
                said[value["choice"]] += 1
    outcome = json.dumps(said).encode()
    key(vote.co_ops[0], "statement").sign(outcome)
    for one in vote.co_ops[1:]:
        signed = json.loads(vote.entries[one][-1])
        try:
            Ed25519PublicKey.from_public_bytes(public(one, "statement")).verify(bytes.fromhex(signed["sig"]), outcome)
        except InvalidSignature:
            # It is over the true outcome: a check costs the same.
            continue
    return time.perf_counter() - begin


def measured(co_ops: int, ballots: int) -> list[tuple[float, float]]:
    vote = closed_vote(co_ops, ballots)
    outcome = vote.counted()
    for one in vote.co_ops[1:]:
        vote.sign(one, outcome)
    found = []
    for _ in range(ROUNDS):
        boards = {one: Board(vote.terms, one).extend(vote.entries[one][: -1 if one != vote.co_ops[0] else None]) for one in vote.co_ops}
        found.append((ours(vote, boards), raw(vote)))
    return found


def pure() -> list[list[str]]:
    rows = []
    for co_ops in CO_OPS:
        for ballots in BALLOTS:
            pairs = measured(co_ops, ballots)
            took, least = (statistics.median(each) for each in zip(*pairs, strict=True))
            shown = [f"{took * 1000:.1f}", f"{least * 1000:.1f}", f"{ratio(pairs):.2f}", f"{took / ballots * 1e6:.0f}"]
            rows.append([str(co_ops), str(ballots), *shown])
            print(rows[-1], file=sys.stderr)
    return rows


def real() -> list[list[str]]:
    with ExitStack() as stack:

        def one_more() -> tuple[Servers, Databases]:
            found = stack.enter_context(servers())
            return found, Databases(found)

        grounds = Grounds(one_more, stack.enter_context(accounts()))
        return [row for users, workers in REAL for row in asyncio.run(_lived(grounds, users, workers))]


async def _lived(grounds: Grounds, users: int, workers: int) -> list[list[str]]:
    rows = []
    async with federated(grounds, 3, members={"user": users, "worker": workers}) as them:
        for number in range(1 if quick() else 2):
            vote = await them.vote()
            for one in them.co_ops:
                await vote.cast(one, *["for", "against", "for"] * ((users + workers) // 3))
            rows.append([str(3 * (users + workers)), str(number + 1), f"{await _closed(vote):.2f}"])
    return rows


async def _closed(vote: FederatedVote) -> float:
    await vote.witnessed()
    vote.them.step_to(vote.terms.close + 1)
    begin = time.perf_counter()
    await vote.conclude()
    await vote.final()
    outcomes = {(await vote.outcome(one)).outcome for one in vote.them.co_ops}
    took = time.perf_counter() - begin
    if len(outcomes) != 1:
        message = "they do not agree"
        raise RuntimeError(message)
    return took


def main() -> int:
    rows = pure()
    lived = real()
    show(
        "outcomes",
        "From the close to the agreed outcome",
        f"The pure path of one co-op, {ROUNDS} rounds in turn, medians. Rows are as many as ballots.",
        grid(["co-ops", "ballots", "ms", "least ms", "ratio", "us a ballot"], rows),
        "Three whole co-ops on real servers on this machine, from the clocks passing T to the same final bytes at all three:",
        grid(["ballots", "vote", "seconds"], lived),
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
