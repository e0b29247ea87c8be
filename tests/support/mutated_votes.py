"""Valid and mutated data about invented votes, given to Kith and to the verifier. The number is the seed of a case."""

import base64
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from libs.boards import document_fields, evidence
from libs.boards.documents import Objection
from libs.boards.vote_terms import Party
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import MOST_SIGNATURES
from tests.support import verifier_comparison
from tests.support.dishonest_votes import dishonest_vote
from tests.support.json_mutations import dump_json, mutate_bytes, mutate_document
from tests.support.random_votes import random_vote
from tests.support.verifier_comparison import ResultPair
from tests.support.vote_boards import (
    CLOSE,
    BoardHead,
    T,
    VoteBoards,
    make_identity_document,
    make_party,
    plain_rule,
    private_key,
    signed_outcome,
    terms_json,
)

VOTES = 4
_TEXTS = ("x", "\n\u0301", "\u00e9", "\x1f\u0307", "\uff5e", "\U0001f33f")


def whole_vote(number: int) -> ResultPair:
    """A vote that Kith counted and packed, and the verifier's verdict."""
    return verifier_comparison.vote_state(random_vote(number))


def json_bytes(number: int) -> ResultPair:
    random, vote = _random_and_vote(number)
    made: Json = {text: [{}, True, random.choice(_TEXTS)] for text in random.sample(_TEXTS, 3)}
    data = random.choice([vote.terms.data, vote.entries[vote.co_ops[0]][-2], canonical.encode(made)])
    return verifier_comparison.json_bytes(mutate_document(random, data, random.randint(0, 3)))


def terms(number: int) -> ResultPair:
    random, vote = _random_and_vote(number)
    return verifier_comparison.terms(mutate_document(random, vote.terms.data, random.randint(0, 2)), vote.parties)


def board(number: int) -> ResultPair:
    """A board with entries changed, removed, repeated or moved; none is longer than witnesses accept."""
    random, vote = _random_and_vote(number)
    co_op = random.choice(vote.parties)
    entries = list(vote.entries[co_op])
    for _ in range(random.randint(1, 4)):
        at = random.randrange(1, len(entries))
        match random.randrange(4):
            case 0:
                entries[at] = mutate_document(random, entries[at])
            case 1:
                entries.insert(at, mutate_document(random, random.choice(entries[1:])))
            case 2 if len(entries) > 2:
                del entries[at]
            case _:
                entries.insert(at, random.choice(entries[1:]))
    return verifier_comparison.board(vote.terms, co_op, [entries[0], *(entry[:8192] for entry in entries[1:])])


def note(number: int) -> ResultPair:
    random, vote = _random_and_vote(number)
    co_op = random.choice(vote.co_ops)
    head = random.choice(vote.heads[co_op])
    size = random.choice([head.size, head.size, 0, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 10**19])
    cosigned = [(witness, random.choice([at, at, 0, 2**62, 2**63 - 1, 2**63, 2**64 - 1])) for witness, at in head.cosigned]
    if cosigned and random.random() < 0.1:
        cosigned += [(cosigned[0][0], at) for at in range(MOST_SIGNATURES - len(cosigned) - random.randint(0, 2))]
    text = _note(vote, co_op, BoardHead(size, head.root, cosigned))
    return verifier_comparison.note(vote.terms, co_op, mutate_bytes(random, text) if random.random() < 0.7 else text)


def evidence_document(number: int) -> ResultPair:
    random, vote = _random_and_vote(number)
    content = random.choice(evidence_documents(number % VOTES))
    return verifier_comparison.evidence_document(
        vote.terms, vote.entries, mutate_document(random, content) if random.random() < 0.7 else content
    )


def identity_document_bytes(number: int) -> ResultPair:
    """A mutated identity document, in most cases signed again."""
    random, vote = _random_and_vote(number)
    co_op = random.choice(vote.parties)
    data = make_identity_document(co_op)
    data = mutate_document(random, data) if random.random() < 0.6 else _with_changed_body(data, random.choice(_CHANGED_IDENTITIES))
    document = verifier_comparison.json_bytes(data)[0] != verifier_comparison.REFUSED and canonical.decode(data)
    if isinstance(document, dict) and "body" in document and random.random() < 0.9:
        data = dump_json(
            {"body": document["body"], "sig": statement.sign(private_key(co_op, "root"), "identity", dump_json(document["body"])).hex()}
        )
    return verifier_comparison.identity_document_of(co_op, data)


def terms_at_limits(number: int) -> ResultPair:
    """Terms whose entries, points, keys or thresholds are at or just above a limit."""
    random = verifier_comparison.seeded_random(number)
    fields = random.choice([_many_parties, _long_choices, _many_points, _odd_key, _odd_rule])(random)
    parties = fields["parties"]
    assert isinstance(parties, list)
    return verifier_comparison.terms(dump_json(fields), [str(party["id"]) for party in parties if isinstance(party, dict)])


def vote_state(number: int) -> ResultPair:
    """The state of a vote with lies on boards, in evidence documents or in both."""
    return verifier_comparison.vote_state(dishonest_vote(verifier_comparison.seeded_random(number)))


COMPARISONS: dict[str, Callable[[int], ResultPair]] = {
    "whole_vote": whole_vote,
    "json_bytes": json_bytes,
    "terms": terms,
    "board": board,
    "note": note,
    "paper": evidence_document,
    "identity": identity_document_bytes,
    "edge": terms_at_limits,
    "state": vote_state,
}


@cache
def cached_vote(number: int) -> VoteBoards:
    return random_vote(number)


@cache
def evidence_documents(number: int) -> tuple[bytes, ...]:
    """One valid document of every kind for this vote, against two co-ops that did not fall silent."""
    vote = cached_vote(number)
    guilty, witness, *_ = [co_op for co_op in vote.co_ops if any(b'"kind":"closed"' in entries for entries in vote.entries[co_op])]
    first, last = vote.heads[guilty][0], vote.heads[guilty][-1]
    other = vote.signed_note(guilty, BoardHead(first.size, b"1" * 32, [(witness, CLOSE)]))
    leaves = [merkle.leaf_hash(entry) for entry in vote.entries[guilty]]
    proof = merkle.consistency_proof(leaves, first.size, last.size)
    early, late = BoardHead(first.size, first.root, [(witness, CLOSE)]), BoardHead(last.size, last.root, [(witness, CLOSE - 5)])
    alone: Json = {"kind": evidence.FORK, "board": guilty, "notes": [other.decode()]}
    return (
        canonical.encode(alone),
        evidence.fork_of_one_size(guilty, vote.signed_note(guilty, first), other),
        evidence.fork_of_two_sizes(guilty, other, vote.signed_note(guilty, last), merkle.root_of(leaves[: first.size]), proof),
        evidence.double_outcome(signed_outcome(vote.terms, guilty, b"one"), signed_outcome(vote.terms, guilty, b"two")),
        evidence.late_cosignature(witness, guilty, vote.signed_note(guilty, BoardHead(last.size, last.root, [(witness, T - 5)]))),
        evidence.falling_dates(witness, guilty, vote.signed_note(guilty, early), vote.signed_note(guilty, late)),
        evidence.objection(Objection(vote.terms.vote, guilty, T + 5, "GM-1").signed(private_key(guilty, "statement"))),
        evidence.objection(Objection(vote.terms.vote, vote.parties[-1], T + 5, "GM-1").signed(private_key(vote.parties[-1], "statement"))),
        vote.settlement("cuts", dict.fromkeys(vote.co_ops, 5)),
        vote.settlement("annul", {}),
    )


_ENDPOINTS = ("a.example:1", "a.example:65535", "a.example:65536", "a:0", "a:01", "[::1]:9", "[::1]", "a-:9", "\u00e9:9", "a:9\n")
_VERSIONS: tuple[list[int], ...] = ([], [0], [0, 1], [1], [1, 2], [2], [1, 1], [2, 1], [1, 10, 2], [1, 2, 10], [*range(1, 10)])
_CHANGED_IDENTITIES: tuple[dict[str, Any], ...] = (
    *({"endpoint": endpoint} for endpoint in _ENDPOINTS),
    *({"endpoint": f"{'a' * length}:9"} for length in (1, 253, 254)),
    *({"versions": version} for version in _VERSIONS),
    *({"versions": document_fields.sort_items([*range(1, length)])} for length in (17, 18)),
    *({"tls": ["0" * 64] * number} for number in range(3)),
    *({"keys": [{"key": "2" * 64, "from": begins, "to": 5}]} for begins in (4, 5, 6)),
    {"keys": [{"from": 1, "key": "2" * 64, "to": 9}, {"from": 2, "key": "2" * 64, "to": 9}]},
    *({"name": one} for one in ("\u00e9", "e\u0301", "\n", "x" * 200, "x" * 201)),
)
_EDGE_CASE_KEYS = (
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


def _with_changed_body(data: bytes, changes: dict[str, Json]) -> bytes:
    document = canonical.decode(data)
    assert isinstance(document, dict)
    old_body = document["body"]
    assert isinstance(old_body, dict)
    return dump_json({**document, "body": {**old_body, **changes}})


def _many_parties(random: Random) -> dict[str, Json]:
    """Terms with 50 parties, whose names of 60 or 61 letters just fill a `closed` entry; a `ready` entry holds more."""
    longer = random.randint(0, 49)
    names = [f"co-op-{number:02}-".ljust(61 if number < longer else 60, "x") for number in range(50)]
    watching = random.choice([0, 0, 15])
    return terms_json(names[: 50 - watching], names[50 - watching :])


def _long_choices(random: Random) -> dict[str, Json]:
    """Terms with options that fill 8 KiB when all are chosen."""
    left = random.randint(8060, 8130)
    options: list[Json] = []
    while left > 3:
        letters = min(297, left) - 2
        options.append(f"{len(options):02}" + "\uff5e" * (letters // 3) + "x" * (letters % 3))
        left -= letters + 5
    method = random.choice(["approval", "approval", "score", "plurality"])
    rule = plain_rule(method=method, **({"highest_score": random.choice([9, 10, 10**9])} if method == "score" else {}))
    return terms_json(options=options, rule=rule)


def _many_points(random: Random) -> dict[str, Json]:
    ceilings = random.choice([1, 3, 200_000, 2**53 - 1])
    highest = max(1, (2**53 - 1) // (2 * ceilings) + random.choice([-1, 0, 1]))
    rule = plain_rule(method="score", highest_score=highest) if random.random() < 0.8 else plain_rule(method="plurality")
    listed: list[Json] = [[co_op, "member", ceilings] for co_op in ("ash", "birch")]
    return terms_json(("ash", "birch"), options=["north", "south"], ceilings=listed, rule=rule)


def _odd_key(random: Random) -> dict[str, Json]:
    """Terms with one key at the edge of validity; everything else is valid."""
    unsigned = Party(
        **{**vars(make_party("birch")), random.choice(["statement", "board", "witness"]): bytes.fromhex(random.choice(_EDGE_CASE_KEYS))}
    )
    sig = statement.sign(private_key("birch", "signer"), "vote-keys", unsigned.vote_keys_body("0" * 32))
    odd = Party(**{**vars(unsigned), "sig": sig})
    return terms_json(("ash", "birch"), parties=document_fields.sort_items([make_party("ash").json(), odd.json()]))


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
    return terms_json(rule=plain_rule(**random.choice(changed)))


def _note(vote: VoteBoards, co_op: str, head: BoardHead) -> bytes:
    """A note as `VoteBoards.signed_note` writes it, but also with impossible sizes and dates."""
    origin = checkpoint.origin_of(co_op, vote.terms.vote)
    body = f"{origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n".encode()
    lines = [(origin, checkpoint.note_key_id(origin, evidence.board_key(vote.terms, co_op)) + private_key(co_op, "board").sign(body))]
    for witness, at in sorted(set(head.cosigned)):
        name = checkpoint.witness_name(witness, vote.terms.vote)
        signed = private_key(witness, "witness").sign(b"cosignature/v1\ntime %d\n" % at + body)
        key_id = checkpoint.cosigner_key_id(name, evidence.witness_key(vote.terms, witness))
        lines.append((name, key_id + at.to_bytes(8, "big") + signed))
    return body + b"\n" + "".join(f"\u2014 {name} {base64.b64encode(data).decode()}\n" for name, data in lines).encode()


def _random_and_vote(number: int) -> tuple[Random, VoteBoards]:
    return verifier_comparison.seeded_random(number), cached_vote(number % VOTES)
