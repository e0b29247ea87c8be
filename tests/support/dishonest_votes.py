"""Invented votes that open correctly and then end with lies: on a board, in an evidence document or in both."""

import hashlib
from collections.abc import Sequence
from random import Random

from libs.boards import entries as kinds
from libs.boards import evidence
from libs.boards.documents import Objection
from libs.signing import merkle
from tests.support.vote_boards import CLOSE, WINDOW, BoardHead, T, VoteBoards, make_vote_boards, private_key, signed_outcome

CO_OPS = ("ash", "birch", "cedar", "dell")


def dishonest_vote(random: Random) -> VoteBoards:
    """A vote with its signatures, and with an outcome unless it was annulled."""
    vote = make_vote_boards(*CO_OPS[: random.randint(2, 4)], observers=random.choice([[], ["oak"]])).open_vote()
    for co_op in vote.co_ops:
        for number in range(random.randint(0, 3)):
            vote.ballot(co_op, number, random.choice(["for", "against"]))
    vote.add_checkpoint(CLOSE + 60)
    for co_op in vote.parties:
        if random.random() < 0.85:
            vote.append_entry(co_op, _closed_entry(random, vote, co_op))
    # Some cosign nothing any more after T, and so nothing that contradicts them.
    vote.add_checkpoint(T + 100, witnesses=[party for party in vote.parties if random.random() > 0.1])
    liar = random.choice(vote.co_ops)
    vote.documents += [paper for paper in _evidence_documents(random, vote, liar) if random.random() < 0.15]
    if random.random() < 0.25 and _add_settlement(random, vote, liar):
        return vote
    _sign_outcomes(random, vote)
    return vote


def _closed_entry(random: Random, vote: VoteBoards, co_op: str) -> bytes:
    """The closed entry of a co-op: what it cosigned last, but sometimes too little, too much, nothing or another board."""
    boards = []
    for party in vote.parties:
        head = vote.heads[party][-1]
        more = random.choice([-1, 1, 2, 30]) if random.random() < 0.06 else 0
        leaves = [merkle.leaf_hash(entry) for entry in vote.entries[party]]
        root = hashlib.sha256(b"another board").digest() if random.random() < 0.03 else merkle.root_of(leaves[: head.size + more])
        if party != co_op and random.random() > 0.03:
            boards.append((party, head.size + more, root, CLOSE + 60))
    return kinds.ClosedEntry(tuple(boards)).data()


def _evidence_documents(random: Random, vote: VoteBoards, liar: str) -> list[bytes]:
    at = random.choice([T, T + 1, T + WINDOW, T + WINDOW + 1])
    forked = vote.signed_note(liar, BoardHead(3, hashlib.sha256(b"another board").digest()))
    return [
        evidence.objection(Objection(vote.terms.vote, liar, at, "GM-1").signed(private_key(liar, "statement"))),
        evidence.fork_of_one_size(
            liar, forked, vote.signed_note(liar, BoardHead(3, merkle.root_of([merkle.leaf_hash(b"a third one")] * 3)))
        ),
        evidence.double_outcome(signed_outcome(vote.terms, liar, b"another"), signed_outcome(vote.terms, liar, b"a third")),
    ]


def _add_settlement(random: Random, vote: VoteBoards, liar: str) -> bool:
    """Adds a settlement, which often excludes co-ops that must sign. Returns whether it annuls the vote."""
    without: Sequence[str] = random.choice([[], [liar], [liar], ["oak"] if "oak" in vote.parties else [], vote.co_ops])
    if random.random() < 0.5:
        vote.documents.append(vote.settlement("annul", {}, without))
        return True
    vote.settle({co_op: vote.heads[co_op][0].size for co_op in vote.co_ops}, without)
    return False


def _sign_outcomes(random: Random, vote: VoteBoards) -> None:
    right, other = vote.compute_outcome(), b"another"
    vote.outcome = right
    for co_op in vote.co_ops:
        for data in random.choice([[right], [right], [right], [right], [other], [right, other], [other, right], []]):
            vote.sign(co_op, data, vote.revision)
        if random.random() < 0.1:
            vote.sign(co_op, b"a later one", vote.revision + 1)
    vote.add_checkpoint(T + 200)
