"""Random complete votes by seed: every method, basis, class rule and threshold, and boards with every kind of mistake."""

import hashlib
from collections.abc import Sequence
from random import Random
from typing import Any

from libs.boards import document_fields
from libs.boards import entries as kinds
from libs.boards.entries import Choice
from libs.signing import canonical
from libs.signing.canonical import Json
from tests.support.vote_boards import CLOSE, START, T, VoteBoards, make_pseudonym, make_vote_boards, plain_rule, signed_join, signed_outcome

CO_OPS = ("ash", "ash-grove", "ash.hill", "elm")
"""Names with a common prefix, which sort differently once something follows them."""
OBSERVERS = ("ash-grove-union", "oak")
GROUPS = ("investor", "supported", "worker")
OPTIONS = ("East \u201croom\u201d", "north\u00e9", "south", "\U0001f33f green", "\uff5e wave")
"""Options that sort differently by characters and by UTF-16, and need several bytes."""
HIGHEST = 5


def random_vote(number: int) -> VoteBoards:
    """A random vote with its outcome and enough signatures."""
    random = Random(number)  # noqa: S311 - for tests
    vote = _empty_vote(random)
    vote.open_vote(_rolls(random, vote))
    for _ in range(random.randint(0, 40)):
        vote.append_entry(random.choice(vote.co_ops), _random_entry(random, vote))
        if random.random() < 0.1:
            at = random.randint(CLOSE - 1000, CLOSE)
            _cosign_some_boards(random, vote, max(at, _last_cosigned_at(vote)))
    silent = [random.choice(vote.parties)] if random.random() < 0.3 and len(vote.parties) > 3 else []
    if len(set(vote.co_ops) - set(silent)) < vote.terms.signatures_needed:
        silent = []
    vote.close(random.randint(max(CLOSE, _last_cosigned_at(vote)), T), silent)
    signers = [co_op for co_op in vote.co_ops if co_op not in silent]
    if random.random() < 0.15:
        vote.settle({co_op: random.randint(0, vote.heads[co_op][-1].size) for co_op in vote.co_ops})
    vote.conclude(signers)
    return vote


def _empty_vote(random: Random) -> VoteBoards:
    co_ops = random.sample(CO_OPS, random.randint(2, len(CO_OPS)))
    observers = random.sample(OBSERVERS, random.choice([0, 0, 1, 2]))
    method = random.choice(["yes_no_abstain", "plurality", "approval", "score", "consent"])
    options = {"yes_no_abstain": ["for", "against", "abstain"], "consent": ["consent", "object", "abstain"]}.get(
        method, random.sample(OPTIONS, random.randint(2, len(OPTIONS)))
    )
    groups = random.sample(GROUPS, random.randint(1, 3))
    rule = _rule(random, method, groups, co_ops)
    changed: dict[str, Any] = {"options": options, "rule": rule}
    if random.random() < 0.2:
        changed["text"] = "A long text. " * 300
    if random.random() < 0.3:
        changed |= {"k": 3, "small": document_fields.sort_items([[co_op, group] for co_op in co_ops for group in groups])}
    if method not in {"yes_no_abstain", "consent"}:
        changed["candidates"] = document_fields.sort_items(list(random.sample(options, random.randint(0, len(options)))))
    return make_vote_boards(*co_ops, observers=observers, groups=groups, **changed)


def _rule(random: Random, method: str, groups: Sequence[str], co_ops: Sequence[str]) -> dict[str, Json]:
    basis = random.choice(["pooled", "one_co_op_one_vote", "double_majority", "all_co_ops", "fixed_weights"])
    excluded = [random.choice(groups)] if len(groups) > 1 and random.random() < 0.3 else []
    rule = plain_rule(
        method=method,
        basis=basis,
        threshold={"fraction": "1/1", "strict": False, "of": "cast"} if method == "consent" else _threshold(random),
        class_rule=_class_rule(random, groups),
        excluded=list(excluded),
        quorum=_quorum(random),
        class_quorums=document_fields.sort_items([[group, _quorum(random)] for group in groups if random.random() < 0.2]),
        co_op_quorums=document_fields.sort_items([[co_op, _quorum(random)] for co_op in co_ops if random.random() < 0.2]),
        below_quorum=random.choice(["left_out", "against", "blocks"]),
    )
    if method == "score":
        rule["highest_score"] = HIGHEST
    if random.random() < 0.4:
        rule["co_op_threshold"] = _threshold(random)
    if basis == "fixed_weights":
        rule["co_op_weights"] = document_fields.sort_items(
            [
                [co_op, document_fields.format_fraction(document_fields.parse_fraction(f"{random.randint(1, 3)}/7", "weight"))]
                for co_op in co_ops
            ]
        )
    return rule


def _threshold(random: Random) -> Json:
    fraction = random.choice(["1/100", "1/3", "1/2", "1/2", "2/3", "1/1"])
    strict = random.random() < 0.5 and fraction != "1/1"
    return {"fraction": fraction, "strict": strict, "of": random.choice(["cast", "cast", "present", "eligible"])}


def _quorum(random: Random) -> Json:
    return {"fraction": random.choice(["0/1", "0/1", "1/3", "1/2"]), "count": random.choice([0, 0, 2, 4])}


def _class_rule(random: Random, groups: Sequence[str]) -> Json:
    kind = random.choice(["none", "cap", "fixed_shares", "each_class"])
    if kind == "cap":
        capped = document_fields.sort_items(list(random.sample(groups, random.randint(1, len(groups)))))
        fraction, of = random.choice(["0/1", "1/10", "1/3", "1/1"]), random.choice(["cast", "present", "eligible"])
        return {"kind": kind, "groups": capped, "fraction": fraction, "measured_on": of}
    if kind == "fixed_shares":
        shares = {1: ["1/1"], 2: ["1/3", "2/3"], 3: ["1/10", "2/5", "1/2"]}[len(groups)]
        listed: list[Json] = [list(pair) for pair in zip(groups, shares, strict=True)]
        return {"kind": kind, "shares": document_fields.sort_items(listed), "silent": random.choice(["forfeit", "redistribute"])}
    if kind == "each_class":
        return {"kind": kind, "threshold": _threshold(random), "silent_blocks": random.random() < 0.5}
    return {"kind": kind}


def _rolls(random: Random, vote: VoteBoards) -> dict[str, dict[str, int]]:
    voting_groups = [group for group in vote.terms.groups if group not in vote.terms.rule.counting.excluded]
    return {co_op: {group: random.choice([0, 1, 3, 6]) for group in voting_groups} for co_op in vote.co_ops}


def _cosign_some_boards(random: Random, vote: VoteBoards, at: int) -> None:
    """Some witnesses cosign some boards, at increasing times."""
    for party in random.sample(vote.parties, random.randint(1, len(vote.parties))):
        vote.add_checkpoint(at, [party], random.sample(vote.parties, random.randint(1, len(vote.parties))))


def _last_cosigned_at(vote: VoteBoards) -> int:
    return max((at for heads in vote.heads.values() for head in heads for _, at in head.cosigned), default=START)


def _random_entry(random: Random, vote: VoteBoards) -> bytes:
    """A board entry, usually a valid ballot."""
    if random.random() < 0.12:
        return _other_entry(random, vote)
    name = make_pseudonym(random.choice(vote.co_ops), random.choice([0, 0, 1, 2, 3, 5, 8, 30]))
    choice = None if random.random() < 0.1 else _choice(random, vote)
    data = kinds.BallotEntry(name, choice).data()
    return data if random.random() > 0.1 else _malformed_ballot(random, data)


def _choice(random: Random, vote: VoteBoards) -> Choice:
    options = [*vote.terms.options, "abstain"]
    method = vote.terms.rule.method if random.random() > 0.1 else random.choice(["plurality", "approval", "score"])
    if random.random() < 0.05:
        options.append("something else")
    chosen = random.sample(options[:-1] if random.random() < 0.9 else options, random.randint(0, len(options) - 1))
    if method == "approval":
        return tuple(str(item) for item in document_fields.sort_items(list(chosen))) if random.random() < 0.9 else tuple(chosen)
    if method == "score":
        return {item: random.randint(0, HIGHEST + (random.random() < 0.1)) for item in chosen}
    return random.choice(options)


def _malformed_ballot(random: Random, data: bytes) -> bytes:
    """A ballot that is malformed in one way."""
    value = canonical.decode(data)
    changes: list[dict[str, Json]] = [
        {"choice": 1},
        {"choice": ["for", 1]},
        {"choice": {"south": True}},
        {"withdrawn": False},
        {"withdrawn": True},
        {"pseudonym": "lower-case"},
        {"more": "than is known"},
        {"choice": [[[]]]},
    ]
    assert isinstance(value, dict)
    return random.choice([canonical.encode({**value, **random.choice(changes)}), data.replace(b":", b": ", 1), data[:-1], data + b" "])


def _other_entry(random: Random, vote: VoteBoards) -> bytes:
    """An entry that is not allowed after the opening, or only once."""
    co_op = random.choice(vote.co_ops)
    hashed = hashlib.sha256(b"something").digest()
    return random.choice(
        [
            kinds.NoticeEntry(random.choice(kinds.NOTICES), hashed, 5, 2).data(),
            kinds.RowEntry(make_pseudonym(co_op, 99), random.choice(GROUPS), hashed).data(),
            kinds.RollEntry((("worker", 1),)).data(),
            kinds.ReadyEntry(((co_op, 1, hashed),)).data(),
            kinds.OpenEntry(((co_op, hashed),)).data(),
            signed_join(vote.terms, co_op).data(),
            signed_outcome(vote.terms, co_op, b"too early").data(),
            signed_outcome(vote.terms, co_op, b"by another", by=vote.co_ops[0]).data(),
            canonical.encode({"kind": "speech"}),
            canonical.encode(["ballot"]),
            b"\xff\x00 no text",
            b"",
            b'{"kind":"ballot","kind":"ballot"}',
        ]
    )
