"""Measures how long a million class-weighted ballots take to count, against the least any count must do: one pass of `Counter`.

Run with `python -m bench.count`. Rounds of the three variants are interleaved, so that a busy machine slows all of them alike; the table
holds the median and the slowest of the rounds. The aim is 2 s for the whole count.
"""

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from bench.report import is_quick_run, save_report
from libs.rulebook.counting import ClassCap, ClassRule, CountingRule, FixedShares, Method, Quorum, Threshold
from services.governance.domain.tally import count_ballots, tally

BALLOTS = 1_000_000
ROUNDS = 3 if is_quick_run() else 7
AIM_SECONDS = 2.0

Ballot = tuple[str, str]


def make_ballots() -> list[Ballot]:
    random_ = random.Random(2014)  # noqa: S311 - the same ballots in every run, not a secret
    classes = random_.choices(["supported", "worker", "investor"], weights=[60, 25, 15], k=BALLOTS)
    choices = random_.choices(["for", "against", "abstain"], weights=[50, 40, 10], k=BALLOTS)
    # Strings read from a database or the wire are not the same object twice; nor are these.
    return [("".join(name), "".join(option)) for name, option in zip(map(list, classes), map(list, choices), strict=True)]


def count_and_tally(ballots: list[Ballot], class_rule: ClassRule) -> None:
    rule = CountingRule(Method.YES_NO_ABSTAIN, class_rule, Threshold(Fraction(1, 2), strict=True), quorum=Quorum(Fraction(1, 2)))
    result = tally(rule, {"supported": 700_000, "worker": 300_000, "investor": 200_000}, count_ballots(ballots))
    if result.present != BALLOTS:
        message = f"{result.present} of {BALLOTS} ballots were counted"
        raise RuntimeError(message)


def time_seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(ballots: list[Ballot]) -> dict[str, list[float]]:
    shares = FixedShares((("supported", Fraction(9, 20)), ("worker", Fraction(9, 20)), ("investor", Fraction(1, 10))))
    variants: dict[str, Callable[[], object]] = {
        "Counter over the same list": lambda: Counter(ballots),
        "count with a cap": lambda: count_and_tally(ballots, ClassCap(("investor",), Fraction(1, 10))),
        "count with fixed shares": lambda: count_and_tally(ballots, shares),
    }
    times_by_variant: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(ROUNDS):
        for name, work in variants.items():
            times_by_variant[name].append(time_seconds(work))
    return times_by_variant


def format_table(times_by_variant: dict[str, list[float]]) -> str:
    counter_seconds = statistics.median(next(iter(times_by_variant.values())))
    lines = [f"{BALLOTS} class-weighted ballots, {ROUNDS} interleaved rounds. Aim: {AIM_SECONDS:.0f} s.", ""]
    lines += ["| what | median s | slowest s | against Counter |", "|---|---|---|---|"]
    for name, times in times_by_variant.items():
        median = statistics.median(times)
        lines.append(f"| {name} | {median:.3f} | {max(times):.3f} | {median / counter_seconds:.2f} |")
    return "\n".join(lines)


def main() -> int:
    """Prints and saves the table; returns 1 if the aim was missed."""
    times_by_variant = measure(make_ballots())
    save_report("count", "Counting", format_table(times_by_variant))
    return int(max(statistics.median(times) for times in times_by_variant.values()) > AIM_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
