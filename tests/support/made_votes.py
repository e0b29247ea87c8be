"""Whole made-up votes by number: every method, basis, class rule and threshold, with boards on which every kind of mistake stands."""

import hashlib
from collections.abc import Sequence
from random import Random
from typing import Any

from libs.boards import entries as kinds
from libs.boards import forms
from libs.boards.entries import Choice
from libs.signing import canonical
from libs.signing.canonical import Json
from tests.support.boards import CLOSE, START, T, WholeVote, plain_rule, pseudonym, signed_join, signed_outcome, some_vote

CO_OPS = ("ash", "ash-grove", "ash.hill", "elm")
"""Names that begin alike sort otherwise once something follows them."""
OBSERVERS = ("ash-grove-union", "oak")
GROUPS = ("investor", "supported", "worker")
OPTIONS = ("East \u201croom\u201d", "north\u00e9", "south", "\U0001f33f green", "\uff5e wave")
"""Ones that sort otherwise by characters than by UTF-16, and need more than a byte."""
HIGHEST = 5


def made_vote(number: int) -> WholeVote:
    """With its outcome, signed by as many as are needed."""
    random = Random(number)  # noqa: S311 - for tests
    vote = _asked(random)
    vote.begin(_rolls(random, vote))
    for _ in range(random.randint(0, 40)):
        vote.say(random.choice(vote.co_ops), _something(random, vote))
        if random.random() < 0.1:
            at = random.randint(CLOSE - 1000, CLOSE)
            _hold(random, vote, max(at, _last_held(vote)))
    silent = [random.choice(vote.parties)] if random.random() < 0.3 and len(vote.parties) > 3 else []
    if len(set(vote.co_ops) - set(silent)) < vote.terms.signatures_needed:
        silent = []
    vote.close(random.randint(max(CLOSE, _last_held(vote)), T), silent)
    signers = [one for one in vote.co_ops if one not in silent]
    if random.random() < 0.15:
        vote.settle({one: random.randint(0, vote.heads[one][-1].size) for one in vote.co_ops})
    vote.conclude(signers)
    return vote


def _asked(random: Random) -> WholeVote:
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
        changed |= {"k": 3, "small": forms.in_order([[one, group] for one in co_ops for group in groups])}
    if method not in {"yes_no_abstain", "consent"}:
        changed["candidates"] = forms.in_order(list(random.sample(options, random.randint(0, len(options)))))
    return some_vote(*co_ops, observers=observers, groups=groups, **changed)


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
        class_quorums=forms.in_order([[one, _quorum(random)] for one in groups if random.random() < 0.2]),
        co_op_quorums=forms.in_order([[one, _quorum(random)] for one in co_ops if random.random() < 0.2]),
        below_quorum=random.choice(["left_out", "against", "blocks"]),
    )
    if method == "score":
        rule["highest_score"] = HIGHEST
    if random.random() < 0.4:
        rule["co_op_threshold"] = _threshold(random)
    if basis == "fixed_weights":
        rule["co_op_weights"] = forms.in_order([[one, forms.said(forms.fraction(f"{random.randint(1, 3)}/7", "weight"))] for one in co_ops])
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
        capped = forms.in_order(list(random.sample(groups, random.randint(1, len(groups)))))
        fraction, of = random.choice(["0/1", "1/10", "1/3", "1/1"]), random.choice(["cast", "present", "eligible"])
        return {"kind": kind, "groups": capped, "fraction": fraction, "measured_on": of}
    if kind == "fixed_shares":
        shares = {1: ["1/1"], 2: ["1/3", "2/3"], 3: ["1/10", "2/5", "1/2"]}[len(groups)]
        listed: list[Json] = [list(one) for one in zip(groups, shares, strict=True)]
        return {"kind": kind, "shares": forms.in_order(listed), "silent": random.choice(["forfeit", "redistribute"])}
    if kind == "each_class":
        return {"kind": kind, "threshold": _threshold(random), "silent_blocks": random.random() < 0.5}
    return {"kind": kind}


def _rolls(random: Random, vote: WholeVote) -> dict[str, dict[str, int]]:
    asked = [one for one in vote.terms.groups if one not in vote.terms.rule.counting.excluded]
    return {one: {group: random.choice([0, 1, 3, 6]) for group in asked} for one in vote.co_ops}


def _hold(random: Random, vote: WholeVote, at: int) -> None:
    """Some witnesses hold some boards; the dates rise."""
    for one in random.sample(vote.parties, random.randint(1, len(vote.parties))):
        vote.head(at, [one], random.sample(vote.parties, random.randint(1, len(vote.parties))))


def _last_held(vote: WholeVote) -> int:
    return max((at for heads in vote.heads.values() for head in heads for _, at in head.cosigned), default=START)


def _something(random: Random, vote: WholeVote) -> bytes:
    """A ballot, most often a good one."""
    if random.random() < 0.12:
        return _no_ballot(random, vote)
    name = pseudonym(random.choice(vote.co_ops), random.choice([0, 0, 1, 2, 3, 5, 8, 30]))
    choice = None if random.random() < 0.1 else _choice(random, vote)
    data = kinds.Ballot(name, choice).data()
    return data if random.random() > 0.1 else _spoilt(random, data)


def _choice(random: Random, vote: WholeVote) -> Choice:
    options = [*vote.terms.options, "abstain"]
    method = vote.terms.rule.method if random.random() > 0.1 else random.choice(["plurality", "approval", "score"])
    if random.random() < 0.05:
        options.append("something else")
    chosen = random.sample(options[:-1] if random.random() < 0.9 else options, random.randint(0, len(options) - 1))
    if method == "approval":
        return tuple(str(one) for one in forms.in_order(list(chosen))) if random.random() < 0.9 else tuple(chosen)
    if method == "score":
        return {one: random.randint(0, HIGHEST + (random.random() < 0.1)) for one in chosen}
    return random.choice(options)


def _spoilt(random: Random, data: bytes) -> bytes:
    """A ballot of which something was changed."""
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


def _no_ballot(random: Random, vote: WholeVote) -> bytes:
    """Anything else that has no place after the opening, or only once."""
    co_op = random.choice(vote.co_ops)
    hashed = hashlib.sha256(b"something").digest()
    return random.choice(
        [
            kinds.Notice(random.choice(kinds.NOTICES), hashed, 5, 2).data(),
            kinds.Row(pseudonym(co_op, 99), random.choice(GROUPS), hashed).data(),
            kinds.Roll((("worker", 1),)).data(),
            kinds.Ready(((co_op, 1, hashed),)).data(),
            kinds.Open(((co_op, hashed),)).data(),
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
