"""200 generated votes with their outcomes, for authors of other verifiers: every method with every basis and every class rule, twice.

`python -m tests.support.generated_votes` writes examples/counted-votes/votes.jsonl again, to the byte. A line is a vote: what of the terms
decides, the rows and the ballots of every group, and those parts of the outcome that follow from them.
"""

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from libs.boards import document_fields
from libs.boards.entries import Choice
from libs.signing import canonical
from libs.signing.canonical import Json
from tests.support.vote_boards import VoteBoards, make_vote_boards, plain_rule

FILE = Path(__file__).parents[2] / "examples" / "counted-votes" / "votes.jsonl"
METHODS = ("yes_no_abstain", "consent", "plurality", "approval", "score")
BASES = ("pooled", "one_co_op_one_vote", "double_majority", "all_co_ops", "fixed_weights")
CLASS_RULES = ("none", "cap", "fixed_shares", "each_class")
COUNTED = ("result", "reasons", "tallies", "figures", "quorums")
"""What of an outcome follows from rows and ballots."""
_FIXED_OPTIONS = {"yes_no_abstain": ["for", "against", "abstain"], "consent": ["consent", "object", "abstain"]}
_CO_OPS, _GROUPS, _OPTIONS = ("ash", "ash-grove", "elm"), ("investor", "supported", "worker"), ("north", "oak", "south", "yew")
_HIGHEST_SCORE, _TIMES = 5, 2


def generate_votes() -> Iterator[dict[str, Json]]:
    """Every vote, always the same."""
    for number, (method, basis, class_rule) in enumerate([*itertools.product(METHODS, BASES, CLASS_RULES)] * _TIMES):
        yield _vote(Random(number), method, basis, class_rule)  # noqa: S311 - cases, not secrets


def _vote(random: Random, method: str, basis: str, class_rule: str) -> dict[str, Json]:
    co_ops = sorted(random.sample(_CO_OPS, random.choice([2, 3, 3])))
    groups = sorted(random.sample(_GROUPS, random.choice([1, 2, 3])))
    options = _FIXED_OPTIONS.get(method) or random.sample(_OPTIONS, random.choice([2, 3, 4]))
    rule = _rule(random, method, basis, class_rule, groups, co_ops)
    boards = make_vote_boards(*co_ops, groups=groups, options=options, rule=rule)
    voting = [group for group in groups if group not in boards.terms.rule.counting.excluded]
    rolls = {co_op: {group: random.choice([0, 1, 2, 4, 7]) for group in voting} for co_op in co_ops}
    boards.open_vote(rolls)
    eager, favourite = random.choice([0.3, 0.7, 0.9]), random.choice(options)
    ballots: Counter[tuple[str, str, str]] = Counter()
    for co_op in co_ops:
        rows = [group for group, number in sorted(rolls[co_op].items()) for _ in range(number)]
        for row, group in enumerate(rows):
            if random.random() < eager:
                choice = _choice(random, method, options, favourite)
                boards.ballot(co_op, row, choice)
                ballots[co_op, group, _json_text(choice)] += 1
    boards.close()
    listed: list[Json] = [[co_op, group, json.loads(choice), number] for (co_op, group, choice), number in sorted(ballots.items())]
    return {
        "options": list(options),
        "groups": list(groups),
        "rule": rule,
        "rows": [[co_op, group, number] for co_op, by_group in rolls.items() for group, number in sorted(by_group.items())],
        "ballots": listed,
        "outcome": _counted(boards),
    }


def _counted(boards: VoteBoards) -> dict[str, Json]:
    outcome = canonical.decode(boards.compute_outcome())
    assert isinstance(outcome, dict)
    return {name: outcome[name] for name in COUNTED}


def _rule(random: Random, method: str, basis: str, class_rule: str, groups: list[str], co_ops: list[str]) -> dict[str, Json]:
    excluded: list[Json] = [random.choice(groups)] if len(groups) > 1 and random.random() < 0.2 else []
    rule = plain_rule(
        method=method,
        basis=basis,
        threshold={"fraction": "1/1", "strict": False, "of": "cast"} if method == "consent" else _threshold(random),
        class_rule=_class_rule(random, class_rule, groups),
        excluded=excluded,
        quorum=_quorum(random),
        class_quorums=document_fields.sort_items([[group, _quorum(random)] for group in groups if random.random() < 0.2]),
        co_op_quorums=document_fields.sort_items([[co_op, _quorum(random)] for co_op in co_ops if random.random() < 0.2]),
        below_quorum=random.choice(["left_out", "against", "blocks"]),
    )
    if method == "score":
        rule["highest_score"] = _HIGHEST_SCORE
    if random.random() < 0.4:
        rule["co_op_threshold"] = _threshold(random)
    if basis == "fixed_weights":
        rule["co_op_weights"] = document_fields.sort_items([[co_op, f"{random.randint(1, 4)}/5"] for co_op in co_ops])
    return rule


def _threshold(random: Random) -> Json:
    fraction = random.choice(["1/100", "1/3", "1/2", "1/2", "2/3", "1/1"])
    of = random.choice(["cast", "cast", "present", "eligible"])
    return {"fraction": fraction, "strict": fraction != "1/1" and random.random() < 0.5, "of": of}


def _quorum(random: Random) -> Json:
    return {"fraction": random.choice(["0/1", "0/1", "1/3", "1/2"]), "count": random.choice([0, 0, 0, 3])}


def _class_rule(random: Random, kind: str, groups: list[str]) -> Json:
    match kind:
        case "cap":
            capped = document_fields.sort_items(list(random.sample(groups, random.randint(1, len(groups)))))
            of = random.choice(["cast", "present", "eligible"])
            return {"kind": kind, "groups": capped, "fraction": random.choice(["0/1", "1/10", "1/3", "1/1"]), "measured_on": of}
        case "fixed_shares":
            shares = {1: ["1/1"], 2: ["1/3", "2/3"], 3: ["1/10", "2/5", "1/2"]}[len(groups)]
            listed: list[Json] = [[group, share] for group, share in zip(groups, shares, strict=True)]
            return {"kind": kind, "shares": document_fields.sort_items(listed), "silent": random.choice(["forfeit", "redistribute"])}
        case "each_class":
            return {"kind": kind, "threshold": _threshold(random), "silent_blocks": random.random() < 0.5}
        case _:
            return {"kind": kind}


def _choice(random: Random, method: str, options: list[str], favourite: str) -> Choice:
    """Often the favourite of all, so that votes pass too."""
    if method == "approval":
        marked = set(random.sample(options, random.randint(0, len(options)))) | ({favourite} if random.random() < 0.6 else set())
        return tuple(str(option) for option in document_fields.sort_items(list(marked)))
    if method == "score":
        scores = {option: random.randint(0, _HIGHEST_SCORE) for option in random.sample(options, random.randint(0, len(options)))}
        return scores | ({favourite: _HIGHEST_SCORE} if random.random() < 0.6 else {})
    if random.random() < 0.6:
        return favourite
    return random.choice([*options, *(["abstain"] if method == "plurality" else [])])


def _json_text(choice: Choice) -> str:
    return json.dumps(choice if isinstance(choice, str | Mapping) else list(choice), sort_keys=True, separators=(",", ":"))


def file_content() -> str:
    """A vote a line, as JSON bytes."""
    return "".join(f"{canonical.encode(vote).decode()}\n" for vote in generate_votes())


if __name__ == "__main__":
    FILE.write_text(file_content(), encoding="utf-8")
