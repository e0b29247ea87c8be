"""How long a million class-weighted ballots take to count, against the least that any count must do: one pass of `Counter` over the list.

Run with `python -m bench.count`. Rounds of the three are interleaved, so that a busy machine slows all of them alike; the table holds the
median and the slowest of the rounds. The aim is 2 s for the whole count.
"""

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from bench.tables import quick, show
from libs.rulebook.counting import Cap, ClassRule, CountingRule, FixedShares, Method, Quorum, Threshold
from services.governance.domain.tally import count_ballots, tally

BALLOTS = 1_000_000
ROUNDS = 3 if quick() else 7
AIM_SECONDS = 2.0

Ballot = tuple[str, str]


def a_million_ballots() -> list[Ballot]:
    chance = random.Random(2014)  # noqa: S311 - the same ballots in every run, not a secret
    classes = chance.choices(["supported", "worker", "investor"], weights=[60, 25, 15], k=BALLOTS)
    said = chance.choices(["for", "against", "abstain"], weights=[50, 40, 10], k=BALLOTS)
    # Strings read from a database or the wire are not the same object twice; these are not either.
    return [("".join(name), "".join(option)) for name, option in zip(map(list, classes), map(list, said), strict=True)]


def counted(ballots: list[Ballot], class_rule: ClassRule) -> None:
    rule = CountingRule(Method.YES_NO_ABSTAIN, class_rule, Threshold(Fraction(1, 2), strict=True), quorum=Quorum(Fraction(1, 2)))
    result = tally(rule, {"supported": 700_000, "worker": 300_000, "investor": 200_000}, count_ballots(ballots))
    if result.present != BALLOTS:
        message = f"{result.present} of {BALLOTS} ballots were counted"
        raise RuntimeError(message)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(ballots: list[Ballot]) -> dict[str, list[float]]:
    shares = FixedShares((("supported", Fraction(9, 20)), ("worker", Fraction(9, 20)), ("investor", Fraction(1, 10))))
    works: dict[str, Callable[[], object]] = {
        "Counter over the same list": lambda: Counter(ballots),
        "count with a cap": lambda: counted(ballots, Cap(("investor",), Fraction(1, 10))),
        "count with fixed shares": lambda: counted(ballots, shares),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return taken


def table(taken: dict[str, list[float]]) -> str:
    least = statistics.median(next(iter(taken.values())))
    lines = [f"{BALLOTS} class-weighted ballots, {ROUNDS} interleaved rounds. Aim: {AIM_SECONDS:.0f} s.", ""]
    lines += ["| what | median s | slowest s | against Counter |", "|---|---|---|---|"]
    for name, times in taken.items():
        middle = statistics.median(times)
        lines.append(f"| {name} | {middle:.3f} | {max(times):.3f} | {middle / least:.2f} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table, keep it, and return 1 where the aim was missed."""
    taken = measure(a_million_ballots())
    show("count", "Counting", table(taken))
    return int(max(statistics.median(times) for times in taken.values()) > AIM_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
