"""Random cases for `kith count` by seed, with every method, basis, class rule and threshold."""

from random import Random
from typing import Any

CLASSES = ["investor", "supported", "worker"]
OPTIONS = ["east", "north", "south"]


def random_cases(number: int, seed: int) -> list[dict[str, Any]]:  # Any: they go to JSON
    random = Random(seed)  # noqa: S311 - for tests
    return [_case(random, f"case {at}") for at in range(number)]


def _case(random: Random, name: str) -> dict[str, Any]:
    method = random.choice(["yes_no_abstain", "plurality", "approval", "score"])
    basis = random.choice(["pooled", "one_co_op_one_vote", "double_majority", "all_co_ops", "fixed_weights"])
    co_ops = ["ash", "birch", "cedar", "dell"][: random.randint(2, 4)]
    case: dict[str, Any] = {
        "name": name,
        "method": method,
        "basis": basis,
        "threshold": _threshold(random),
        "rule": _rule(random),
        "quorum": _quorum(random),
        "below_quorum": random.choice(["left_out", "against", "blocks"]),
        "co_ops": {co_op: _co_op(random, method) for co_op in co_ops},
    }
    if method == "score":
        case["highest_score"] = 5
    if random.random() < 0.3:
        case["excluded"] = [random.choice(CLASSES)]
    if random.random() < 0.3:
        case["class_quorum"] = {random.choice(CLASSES): _quorum(random)}
    if random.random() < 0.4:
        case["co_op_threshold"] = _threshold(random)
    if basis == "fixed_weights":
        case["weights"] = {co_op: f"{random.randint(1, 3)}/4" for co_op in co_ops}
    return case


def _threshold(random: Random) -> dict[str, Any]:
    fraction = random.choice(["0", "1/3", "1/2", "1/2", "2/3", "1"])
    return {"fraction": fraction, "strict": random.random() < 0.5, "of": random.choice(["cast", "cast", "present", "eligible"])}


def _quorum(random: Random) -> dict[str, Any]:
    return random.choice([{"fraction": "0"}, {"fraction": "1/2"}, {"count": 4}, {"fraction": "1/3", "count": 2}])


def _rule(random: Random) -> dict[str, Any]:
    kind = random.choice(["none", "cap", "fixed_shares", "each_class"])
    if kind == "cap":
        classes = random.sample(CLASSES, random.randint(1, 2))
        fraction, of = random.choice(["0", "1/10", "1/3", "1"]), random.choice(["cast", "present", "eligible"])
        return {"kind": kind, "classes": classes, "fraction": fraction, "measured_on": of}
    if kind == "fixed_shares":
        shares = {"investor": "1/10", "supported": "4/10", "worker": "1/2"}
        return {"kind": kind, "shares": shares, "silent": random.choice(["forfeit", "redistribute"])}
    if kind == "each_class":
        return {"kind": kind, "class_threshold": _threshold(random), "silent_blocks": random.random() < 0.5}
    return {"kind": kind}


def _co_op(random: Random, method: str) -> dict[str, Any]:
    rolls = {name: random.choice([0, 1, 3, 6]) for name in CLASSES}
    voters = {name: random.choice([0, rows, random.randint(0, rows)]) for name, rows in rolls.items()}
    return {"votes": {name: _marks(random, method, number) for name, number in voters.items()}, "eligible": rolls}


def _marks(random: Random, method: str, voters: int) -> dict[str, int]:
    silent = random.choice([0, 0, random.randint(0, voters), voters])
    marks = {"abstain": silent, "voters": voters}
    spoken = voters - silent
    if method == "yes_no_abstain":
        number = random.randint(0, spoken)
        return marks | {"for": number, "against": spoken - number}
    if method == "plurality":
        first, second = sorted(random.randint(0, spoken) for _ in range(2))
        return marks | dict(zip(OPTIONS, (first, second - first, spoken - second), strict=True))
    most = spoken * (5 if method == "score" else 1)
    return marks | {option: random.randint(0, most) for option in OPTIONS}
