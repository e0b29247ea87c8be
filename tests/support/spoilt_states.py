"""Made-up votes that were opened in peace, and about whose end somebody lies: on a board, in a paper, or in both."""

import hashlib
from collections.abc import Sequence
from random import Random

from libs.boards import entries as kinds
from libs.boards import evidence
from libs.boards.papers import Objection
from libs.signing import merkle
from tests.support.boards import CLOSE, WINDOW, Head, T, WholeVote, key, signed_outcome, some_vote

CO_OPS = ("ash", "birch", "cedar", "dell")


def lied_about(random: Random) -> WholeVote:
    """With what was signed, and with an outcome unless it was annulled."""
    vote = some_vote(*CO_OPS[: random.randint(2, 4)], observers=random.choice([[], ["oak"]])).begin()
    for one in vote.co_ops:
        for number in range(random.randint(0, 3)):
            vote.ballot(one, number, random.choice(["for", "against"]))
    vote.head(CLOSE + 60)
    for one in vote.parties:
        if random.random() < 0.85:
            vote.say(one, _closed(random, vote, one))
    vote.head(T + 100)
    liar = random.choice(vote.co_ops)
    vote.papers += [paper for paper in _papers(random, vote, liar) if random.random() < 0.15]
    if random.random() < 0.25 and _settled(random, vote, liar):
        return vote
    _signed(random, vote)
    return vote


def _closed(random: Random, vote: WholeVote, co_op: str) -> bytes:
    """What it cosigned last; of some boards less than that, of some nothing."""
    said = []
    for one in vote.parties:
        head = vote.heads[one][-1]
        lied = random.random() < 0.03
        if one != co_op and random.random() > 0.03:
            said.append((one, head.size - 1 if lied else head.size, head.root, CLOSE + 60))
    return kinds.Closed(tuple(said)).data()


def _papers(random: Random, vote: WholeVote, liar: str) -> list[bytes]:
    at = random.choice([T, T + 1, T + WINDOW, T + WINDOW + 1])
    forked = vote.note(liar, Head(3, hashlib.sha256(b"another board").digest()))
    return [
        evidence.objection(Objection(vote.terms.vote, liar, at, "GM-1").signed(key(liar, "statement"))),
        evidence.fork_of_one_size(liar, forked, vote.note(liar, Head(3, merkle.root_of([merkle.leaf_hash(b"a third one")] * 3)))),
        evidence.double_outcome(signed_outcome(vote.terms, liar, b"another"), signed_outcome(vote.terms, liar, b"a third")),
    ]


def _settled(random: Random, vote: WholeVote, liar: str) -> bool:
    """Whether it is annulled. Often it leaves out whom it may not."""
    without: Sequence[str] = random.choice([[], [liar], [liar], ["oak"] if "oak" in vote.parties else [], vote.co_ops])
    if random.random() < 0.5:
        vote.papers.append(vote.settlement("annul", {}, without))
        return True
    vote.settle({one: vote.heads[one][0].size for one in vote.co_ops}, without)
    return False


def _signed(random: Random, vote: WholeVote) -> None:
    right, other = vote.counted(), b"another"
    vote.outcome = right
    for one in vote.co_ops:
        for data in random.choice([[right], [right], [right], [right], [other], [right, other], [other, right], []]):
            vote.sign(one, data, vote.revision)
    vote.head(T + 200)
