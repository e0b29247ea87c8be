"""What peers could send about made-up votes, good or spoilt, given to Kith and to the verifier: case by number, kind by kind."""

from collections.abc import Callable
from functools import cache
from random import Random

from libs.boards import evidence
from libs.boards.papers import Objection
from libs.signing import canonical, merkle, statement
from libs.signing.canonical import Json
from scripts.verifier import checks
from scripts.verifier.checks import Brought
from tests.support import two_readers
from tests.support.boards import CLOSE, Head, T, WholeVote, identity_document, key, signed_outcome
from tests.support.made_votes import made_vote
from tests.support.spoilt import spoilt, spoilt_bytes, written
from tests.support.two_readers import Two

SEEDS = 4
_TEXTS = ("x", "\n\u0301", "\u00e9", "\x1f\u0307", "\uff5e", "\U0001f33f")


def whole_vote(number: int) -> Two:
    """Counted and packed by Kith, and what the verifier says of it."""
    vote = made_vote(number)
    verdict = checks.verify(vote.bundle(), Brought(vote.pins()))
    return (None, "final"), (verdict.wrong, verdict.state)


def json_bytes(number: int) -> Two:
    random, vote = _case(number)
    made: Json = {one: [{}, True, random.choice(_TEXTS)] for one in random.sample(_TEXTS, 3)}
    data = random.choice([vote.terms.data, vote.entries[vote.co_ops[0]][-2], canonical.encode(made)])
    return two_readers.json_bytes(spoilt(random, data, random.randint(0, 3)))


def terms(number: int) -> Two:
    random, vote = _case(number)
    return two_readers.terms(spoilt(random, vote.terms.data, random.randint(0, 2)), vote.parties)


def board(number: int) -> Two:
    """Entries changed, left out, said twice, moved; none longer than a witness takes."""
    random, vote = _case(number)
    co_op = random.choice(vote.parties)
    entries = list(vote.entries[co_op])
    for _ in range(random.randint(1, 4)):
        at = random.randrange(1, len(entries))
        match random.randrange(4):
            case 0:
                entries[at] = spoilt(random, entries[at])
            case 1:
                entries.insert(at, spoilt(random, random.choice(entries[1:])))
            case 2 if len(entries) > 2:
                del entries[at]
            case _:
                entries.insert(at, random.choice(entries[1:]))
    return two_readers.board(vote.terms, co_op, [entries[0], *(one[:8192] for one in entries[1:])])


def note(number: int) -> Two:
    random, vote = _case(number)
    co_op = random.choice(vote.co_ops)
    head = random.choice(vote.heads[co_op])
    size = random.choice([head.size, head.size, 2**53, 2**63, 2**64 - 1])
    cosigned = [(witness, random.choice([at, at, 0, 2**62, 2**63 - 1])) for witness, at in head.cosigned]
    text = vote.note(co_op, Head(size, head.root, cosigned))
    return two_readers.note(vote.terms, co_op, spoilt_bytes(random, text) if random.random() < 0.7 else text)


def paper(number: int) -> Two:
    random, vote = _case(number)
    content = random.choice(papers_of(number % SEEDS))
    return two_readers.paper(vote.terms, vote.entries, spoilt(random, content) if random.random() < 0.7 else content)


def identity(number: int) -> Two:
    """Most of them signed again after they were spoilt. The verifier may take more than Kith does, never less."""
    random, vote = _case(number)
    co_op = random.choice(vote.parties)
    data = spoilt(random, identity_document(co_op))
    found = two_readers.json_bytes(data)[0] != two_readers.REFUSED and canonical.decode(data)
    if isinstance(found, dict) and "body" in found and random.random() < 0.8:
        data = written({"body": found["body"], "sig": statement.sign(key(co_op, "root"), "identity", written(found["body"])).hex()})
    ours, theirs = two_readers.identity_of(co_op, data)
    return ours, theirs if ours != two_readers.REFUSED else ours


KINDS: dict[str, Callable[[int], Two]] = {
    "whole_vote": whole_vote,
    "json_bytes": json_bytes,
    "terms": terms,
    "board": board,
    "note": note,
    "paper": paper,
    "identity": identity,
}


@cache
def seed(number: int) -> WholeVote:
    return made_vote(number)


@cache
def papers_of(number: int) -> tuple[bytes, ...]:
    """One of every kind, all of them true of this vote: two who did not fall silent are guilty of everything."""
    vote = seed(number)
    guilty, witness, *_ = [one for one in vote.co_ops if any(b'"kind":"closed"' in said for said in vote.entries[one])]
    first, last = vote.heads[guilty][0], vote.heads[guilty][-1]
    other = vote.note(guilty, Head(first.size, b"1" * 32, [(witness, CLOSE)]))
    leaves = [merkle.leaf_hash(one) for one in vote.entries[guilty]]
    proof = merkle.consistency_proof(leaves, first.size, last.size)
    early, late = Head(first.size, first.root, [(witness, CLOSE)]), Head(last.size, last.root, [(witness, CLOSE - 5)])
    alone: Json = {"kind": evidence.FORK, "board": guilty, "notes": [other.decode()]}
    return (
        canonical.encode(alone),
        evidence.fork_of_one_size(guilty, vote.note(guilty, first), other),
        evidence.fork_of_two_sizes(guilty, other, vote.note(guilty, last), merkle.root_of(leaves[: first.size]), proof),
        evidence.double_outcome(signed_outcome(vote.terms, guilty, b"one"), signed_outcome(vote.terms, guilty, b"two")),
        evidence.late_cosignature(witness, guilty, vote.note(guilty, Head(last.size, last.root, [(witness, T - 5)]))),
        evidence.falling_dates(witness, guilty, vote.note(guilty, early), vote.note(guilty, late)),
        evidence.objection(Objection(vote.terms.vote, guilty, T + 5, "GM-1").signed(key(guilty, "statement"))),
        evidence.objection(Objection(vote.terms.vote, vote.parties[-1], T + 5, "GM-1").signed(key(vote.parties[-1], "statement"))),
        vote.settlement("cuts", dict.fromkeys(vote.co_ops, 5)),
        vote.settlement("annul", {}),
    )


def _case(number: int) -> tuple[Random, WholeVote]:
    return two_readers.chance(number), seed(number % SEEDS)
