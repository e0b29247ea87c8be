"""Measures the way from the close of a vote to its agreed outcome: 3, 10 and 30 co-ops, 100 to 100,000 ballots.

The table shows the pure computation that each of n co-ops does by itself: cuts from the evidence, every board read and counted, the outcome
encoded, one own signature, n - 1 signatures checked. The reference does the least with the same bytes: SHA-256 and `json.loads` of each
entry, a `Counter` of the choices, as many signatures. Both alternate.

Then it measures three whole co-ops on real servers (governance, federation, PostgreSQL, NATS, mTLS between them): from the moment their
clocks pass T until all three hold the same final bytes.

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

from bench.report import is_quick_run, markdown_table, median_ratio, save_report
from libs.boards.board import Board
from libs.boards.vote_state import VoteEvidence, VoteState, vote_status
from tests.support.backing_servers import BackingServers, backing_servers
from tests.support.co_op_network import NetworkServers, co_op_network
from tests.support.federated_vote import FederatedVote
from tests.support.nats_accounts import nats_accounts
from tests.support.template_databases import TemplateDatabases
from tests.support.vote_boards import T, VoteBoards, make_vote_boards, private_key, public_key, signed_outcome

CO_OPS = (3, 10) if is_quick_run() else (3, 10, 30)
BALLOTS = (100, 1_000) if is_quick_run() else (100, 1_000, 10_000, 100_000)
ROUNDS = 1 if is_quick_run() else 3
REAL_MEMBERS = ((4, 2),) if is_quick_run() else ((4, 2), (20, 10), (100, 50))
"""Users and workers of each co-op; everybody votes."""


def closed_vote(co_ops: int, ballots: int) -> VoteBoards:
    """Builds a vote whose boards everybody witnessed in time, and which nobody has counted yet."""
    names = [f"co-op-{number:02}" for number in range(co_ops)]
    share = -(-ballots // co_ops)
    vote = make_vote_boards(*names, groups=["user", "worker"]).open_vote(
        {co_op: {"user": share - share // 3, "worker": share // 3} for co_op in names}
    )
    for co_op in names:
        for number in range(share):
            vote.ballot(co_op, number, ("for", "against", "abstain")[number % 3])
    vote.close()
    return vote


def time_kith(vote: VoteBoards, boards: dict[str, Board]) -> float:
    """Returns seconds. The boards were read as they arrived; what remains are the outcomes of the others."""
    witness_heads = {co_op: vote.witnessed_sizes(co_op) for co_op in vote.parties}
    began = time.perf_counter()
    outcome = vote.compute_outcome()
    for co_op in vote.co_ops:
        entry = signed_outcome(vote.terms, co_op, outcome).data() if co_op == vote.co_ops[0] else vote.entries[co_op][-1]
        boards[co_op].add(entry)
    result = vote_status(VoteEvidence(vote.terms, boards, witness_heads), T + 1)
    elapsed = time.perf_counter() - began
    if result.state is not VoteState.FINAL or result.outcome != hashlib.sha256(outcome).digest():
        message = f"it is {result.state}, not final"
        raise RuntimeError(message)
    return elapsed


def time_raw(vote: VoteBoards) -> float:
    began = time.perf_counter()
    choices: Counter[str] = Counter()
    for co_op in vote.co_ops:
        for entry in vote.entries[co_op]:
            hashlib.sha256(b"\0" + entry).digest()
            value = json.loads(entry)
            if value.get("kind") == "ballot":
                choices[value["choice"]] += 1
    outcome = json.dumps(choices).encode()
    private_key(vote.co_ops[0], "statement").sign(outcome)
    for co_op in vote.co_ops[1:]:
        signed = json.loads(vote.entries[co_op][-1])
        try:
            Ed25519PublicKey.from_public_bytes(public_key(co_op, "statement")).verify(bytes.fromhex(signed["sig"]), outcome)
        except InvalidSignature:
            # The signature is over the true outcome: checking it costs the same.
            continue
    return time.perf_counter() - began


def measure_rounds(co_ops: int, ballots: int) -> list[tuple[float, float]]:
    vote = closed_vote(co_ops, ballots)
    outcome = vote.compute_outcome()
    for co_op in vote.co_ops[1:]:
        vote.sign(co_op, outcome)
    pairs = []
    for _ in range(ROUNDS):
        boards = {
            co_op: Board(vote.terms, co_op).extend(vote.entries[co_op][: -1 if co_op != vote.co_ops[0] else None]) for co_op in vote.co_ops
        }
        pairs.append((time_kith(vote, boards), time_raw(vote)))
    return pairs


def measure_pure() -> list[list[str]]:
    rows = []
    for co_ops in CO_OPS:
        for ballots in BALLOTS:
            pairs = measure_rounds(co_ops, ballots)
            kith_seconds, raw_seconds = (statistics.median(column) for column in zip(*pairs, strict=True))
            columns = [
                f"{kith_seconds * 1000:.1f}",
                f"{raw_seconds * 1000:.1f}",
                f"{median_ratio(pairs):.2f}",
                f"{kith_seconds / ballots * 1e6:.0f}",
            ]
            rows.append([str(co_ops), str(ballots), *columns])
            print(rows[-1], file=sys.stderr)
    return rows


def measure_real_co_ops() -> list[list[str]]:
    with ExitStack() as stack:

        def start_servers() -> tuple[BackingServers, TemplateDatabases]:
            started = stack.enter_context(backing_servers())
            return started, TemplateDatabases(started)

        environment = NetworkServers(start_servers, stack.enter_context(nats_accounts()))
        return [row for users, workers in REAL_MEMBERS for row in asyncio.run(_measure_real_votes(environment, users, workers))]


async def _measure_real_votes(environment: NetworkServers, users: int, workers: int) -> list[list[str]]:
    rows = []
    async with co_op_network(environment, 3, members={"user": users, "worker": workers}) as federation:
        for number in range(1 if is_quick_run() else 2):
            vote = await federation.vote()
            for co_op in federation.co_ops:
                await vote.cast(co_op, *["for", "against", "for"] * ((users + workers) // 3))
            rows.append([str(3 * (users + workers)), str(number + 1), f"{await _time_to_outcome(vote):.2f}"])
    return rows


async def _time_to_outcome(vote: FederatedVote) -> float:
    await vote.wait_until_witnessed()
    vote.network.advance_clocks_to(vote.terms.close + 1)
    began = time.perf_counter()
    await vote.conclude()
    await vote.wait_until_final()
    outcomes = {(await vote.get_outcome(co_op)).outcome for co_op in vote.network.co_ops}
    elapsed = time.perf_counter() - began
    if len(outcomes) != 1:
        message = "they do not agree"
        raise RuntimeError(message)
    return elapsed


def main() -> int:
    rows = measure_pure()
    real_rows = measure_real_co_ops()
    save_report(
        "outcomes",
        "From the close to the agreed outcome",
        f"The pure path of one co-op, {ROUNDS} rounds in turn, medians. Rows are as many as ballots.",
        markdown_table(["co-ops", "ballots", "ms", "least ms", "ratio", "us a ballot"], rows),
        "Three whole co-ops on real servers on this machine, from the clocks passing T to the same final bytes at all three:",
        markdown_table(["ballots", "vote", "seconds"], real_rows),
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
