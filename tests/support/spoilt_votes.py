"""What peers could send about made-up votes, good or spoilt, given to Kith and to the verifier: case by number, kind by kind."""

import base64
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from libs.boards import evidence, forms
from libs.boards.papers import Objection
from libs.boards.terms import Party
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import MOST_SIGNATURES
from tests.support import two_readers
from tests.support.boards import CLOSE, Head, T, WholeVote, identity_document, key, party, plain_rule, said_terms, signed_outcome
from tests.support.made_votes import made_vote
from tests.support.spoilt import spoilt, spoilt_bytes, written
from tests.support.spoilt_states import lied_about
from tests.support.two_readers import Two

SEEDS = 4
_TEXTS = ("x", "\n\u0301", "\u00e9", "\x1f\u0307", "\uff5e", "\U0001f33f")


def whole_vote(number: int) -> Two:
    """Counted and packed by Kith, and what the verifier says of it."""
    return two_readers.state(made_vote(number))


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
    size = random.choice([head.size, head.size, 0, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 10**19])
    cosigned = [(witness, random.choice([at, at, 0, 2**62, 2**63 - 1, 2**63, 2**64 - 1])) for witness, at in head.cosigned]
    if cosigned and random.random() < 0.1:
        cosigned += [(cosigned[0][0], at) for at in range(MOST_SIGNATURES - len(cosigned) - random.randint(0, 2))]
    text = _note(vote, co_op, Head(size, head.root, cosigned))
    return two_readers.note(vote.terms, co_op, spoilt_bytes(random, text) if random.random() < 0.7 else text)


def paper(number: int) -> Two:
    random, vote = _case(number)
    content = random.choice(papers_of(number % SEEDS))
    return two_readers.paper(vote.terms, vote.entries, spoilt(random, content) if random.random() < 0.7 else content)


def identity(number: int) -> Two:
    """Most of them signed again after they were spoilt."""
    random, vote = _case(number)
    co_op = random.choice(vote.parties)
    data = identity_document(co_op)
    data = spoilt(random, data) if random.random() < 0.6 else _changed(data, random.choice(_IDENTITIES))
    found = two_readers.json_bytes(data)[0] != two_readers.REFUSED and canonical.decode(data)
    if isinstance(found, dict) and "body" in found and random.random() < 0.9:
        data = written({"body": found["body"], "sig": statement.sign(key(co_op, "root"), "identity", written(found["body"])).hex()})
    return two_readers.identity_of(co_op, data)


def edge(number: int) -> Two:
    """Terms whose entries, points, keys or thresholds are just what there may be, or just more."""
    random = two_readers.chance(number)
    said = random.choice([_many_parties, _long_choices, _many_points, _odd_key, _odd_rule])(random)
    parties = said["parties"]
    assert isinstance(parties, list)
    return two_readers.terms(written(said), [str(one["id"]) for one in parties if isinstance(one, dict)])


def state(number: int) -> Two:
    """What a vote has come to in which people lie: on their boards, in papers, or in both."""
    return two_readers.state(lied_about(two_readers.chance(number)))


KINDS: dict[str, Callable[[int], Two]] = {
    "whole_vote": whole_vote,
    "json_bytes": json_bytes,
    "terms": terms,
    "board": board,
    "note": note,
    "paper": paper,
    "identity": identity,
    "edge": edge,
    "state": state,
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


_ENDPOINTS = ("a.example:1", "a.example:65535", "a.example:65536", "a:0", "a:01", "[::1]:9", "[::1]", "a-:9", "\u00e9:9", "a:9\n")
_VERSIONS: tuple[list[int], ...] = ([], [0], [0, 1], [1], [1, 2], [2], [1, 1], [2, 1], [1, 10, 2], [1, 2, 10], [*range(1, 10)])
_IDENTITIES: tuple[dict[str, Any], ...] = (
    *({"endpoint": one} for one in _ENDPOINTS),
    *({"endpoint": f"{'a' * length}:9"} for length in (1, 253, 254)),
    *({"versions": one} for one in _VERSIONS),
    *({"versions": forms.in_order([*range(1, length)])} for length in (17, 18)),
    *({"tls": ["0" * 64] * number} for number in range(3)),
    *({"keys": [{"key": "2" * 64, "from": begins, "to": 5}]} for begins in (4, 5, 6)),
    {"keys": [{"from": 1, "key": "2" * 64, "to": 9}, {"from": 2, "key": "2" * 64, "to": 9}]},
    *({"name": one} for one in ("\u00e9", "e\u0301", "\n", "x" * 200, "x" * 201)),
)
_KEYS = (
    "01" + "00" * 31,
    "00" * 31 + "80",
    "ec" + "ff" * 30 + "7f",
    "ec" + "ff" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ee" + "ff" * 30 + "7f",
    "f0" + "ff" * 30 + "7f",
    "eb" + "ff" * 30 + "7f",
    "02" + "00" * 31,
)


def _changed(data: bytes, body: dict[str, Json]) -> bytes:
    found = canonical.decode(data)
    assert isinstance(found, dict)
    said = found["body"]
    assert isinstance(said, dict)
    return written({**found, "body": {**said, **body}})


def _many_parties(random: Random) -> dict[str, Json]:
    """A `closed` of 49 others is full where their names have 60 or 61 letters; a `ready` holds more."""
    longer = random.randint(0, 49)
    names = [f"co-op-{number:02}-".ljust(61 if number < longer else 60, "x") for number in range(50)]
    watching = random.choice([0, 0, 15])
    return said_terms(names[: 50 - watching], names[50 - watching :])


def _long_choices(random: Random) -> dict[str, Json]:
    """Options that fill 8 KiB when they are all chosen."""
    left = random.randint(8060, 8130)
    options: list[Json] = []
    while left > 3:
        letters = min(297, left) - 2
        options.append(f"{len(options):02}" + "\uff5e" * (letters // 3) + "x" * (letters % 3))
        left -= letters + 5
    method = random.choice(["approval", "approval", "score", "plurality"])
    rule = plain_rule(method=method, **({"highest_score": random.choice([9, 10, 10**9])} if method == "score" else {}))
    return said_terms(options=options, rule=rule)


def _many_points(random: Random) -> dict[str, Json]:
    ceilings = random.choice([1, 3, 200_000, 2**53 - 1])
    highest = max(1, (2**53 - 1) // (2 * ceilings) + random.choice([-1, 0, 1]))
    rule = plain_rule(method="score", highest_score=highest) if random.random() < 0.8 else plain_rule(method="plurality")
    listed: list[Json] = [[one, "member", ceilings] for one in ("ash", "birch")]
    return said_terms(("ash", "birch"), options=["north", "south"], ceilings=listed, rule=rule)


def _odd_key(random: Random) -> dict[str, Json]:
    """One that is never used before somebody looks at it; everything around it is good."""
    unsigned = Party(**{**vars(party("birch")), random.choice(["statement", "board", "witness"]): bytes.fromhex(random.choice(_KEYS))})
    sig = statement.sign(key("birch", "signer"), "vote-keys", unsigned.vouched("0" * 32))
    odd = Party(**{**vars(unsigned), "sig": sig})
    return said_terms(("ash", "birch"), parties=forms.in_order([party("ash").json(), odd.json()]))


def _odd_rule(random: Random) -> dict[str, Json]:
    threshold: Json = {"fraction": random.choice(["0/1", "1/9007199254740991", "1/1"]), "strict": random.random() < 0.5, "of": "cast"}
    changed: list[dict[str, Any]] = [
        {"threshold": threshold},
        {"co_op_threshold": threshold},
        {"class_rule": {"kind": "each_class", "threshold": threshold, "silent_blocks": False}},
        {"class_rule": {"kind": "cap", "groups": random.choice([[], ["member"]]), "fraction": "1/2", "measured_on": "cast"}},
        {"co_op_weights": []},
        {"basis": "fixed_weights", "co_op_weights": []},
    ]
    return said_terms(rule=plain_rule(**random.choice(changed)))


def _note(vote: WholeVote, co_op: str, head: Head) -> bytes:
    """As `WholeVote.note` writes it, with sizes and dates that there are not as well."""
    origin = checkpoint.origin_of(co_op, vote.terms.vote)
    body = f"{origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n".encode()
    lines = [(origin, checkpoint.note_key_id(origin, evidence.board_key(vote.terms, co_op)) + key(co_op, "board").sign(body))]
    for witness, at in sorted(set(head.cosigned)):
        name = checkpoint.witness_name(witness, vote.terms.vote)
        signed = key(witness, "witness").sign(b"cosignature/v1\ntime %d\n" % at + body)
        key_id = checkpoint.cosigner_key_id(name, evidence.witness_key(vote.terms, witness))
        lines.append((name, key_id + at.to_bytes(8, "big") + signed))
    return body + b"\n" + "".join(f"\u2014 {name} {base64.b64encode(data).decode()}\n" for name, data in lines).encode()


def _case(number: int) -> tuple[Random, WholeVote]:
    return two_readers.chance(number), seed(number % SEEDS)
