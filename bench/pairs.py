"""Measures a matching day of up to 40,000 persons and 4,000 workers, against the least that any pairing must do.

That least is one look at every id of every list: each worker's list made into a table, and every choice of every person looked up in it.
Both are done in turn in the same run. Popular workers are named by many, so that most are refused somewhere; one id in two stands
beside an equal. `kith pairs` reads, pairs and prints the same day as a process of its own.

    python -m bench.pairs [--quick]
"""

import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from bench.report import is_quick_run, markdown_table, median_ratio, save_report, verdict
from services.matching.domain.pairing import Chooser, Pairing, pair

SIZES = ((1_000, 100),) if is_quick_run() else ((1_000, 100), (5_000, 500), (40_000, 4_000))
ROUNDS = 3 if is_quick_run() else 7
CHOICES = 10
AIM_SECONDS = 1.5
AIM_RATIO = 4.0
AIM_GROWTH = 1.3


def make_day(persons: int, workers: int) -> tuple[list[Chooser], list[Chooser]]:
    """Each person names ten workers, the popular ones more often; a worker names everybody who named them, and has ten places."""
    random_ = random.Random(1962)  # noqa: S311 - the same day in every run, not a secret
    popularity = list(accumulate(1 / (place + 10) for place in range(workers)))
    asked: list[list[str]] = [[] for _ in range(workers)]
    askers = []
    for number in range(persons):
        chosen = list(dict.fromkeys(random_.choices(range(workers), cum_weights=popularity, k=CHOICES)))
        for worker in chosen:
            asked[worker].append(f"p{number}")
        askers.append(Chooser(f"p{number}", random_.choice((1, 1, 2)), _in_groups(random_, [f"w{worker}" for worker in chosen])))
    for names in asked:
        random_.shuffle(names)
    return askers, [Chooser(f"w{number}", CHOICES, _in_groups(random_, names)) for number, names in enumerate(asked)]


def _in_groups(random_: random.Random, names: Sequence[str]) -> list[list[str]]:
    groups: list[list[str]] = []
    for name in names:
        if groups and random_.random() < 1 / 3:
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def look_at_every_id(persons: Sequence[Chooser], workers: Sequence[Chooser]) -> int:
    """The least: who named whom, and both of each other."""
    tables = {worker.id: {name: place for place, group in enumerate(worker.ranks) for name in group} for worker in workers}
    return sum(person.id in tables[name] for person in persons for group in person.ranks for name in group)


def count_blocking(persons: Sequence[Chooser], workers: Sequence[Chooser], result: Pairing) -> int:
    """How many pairs would both rather have each other: what is measured must be right too."""
    sides = (persons, workers)
    levels = [{chooser.id: {n: level for level, group in enumerate(chooser.ranks) for n in group} for chooser in side} for side in sides]
    partners: tuple[dict[str, list[str]], ...] = ({person.id: [] for person in persons}, {worker.id: [] for worker in workers})
    for person, worker in result.pairs:
        partners[0][person].append(worker)
        partners[1][worker].append(person)
    rooms = [{chooser.id: chooser.room for chooser in side} for side in sides]

    def would_leave(side: int, who: str, other: str) -> bool:
        mine = levels[side][who]
        return len(partners[side][who]) < rooms[side][who] or any(mine[other] < mine[partner] for partner in partners[side][who])

    return sum(
        would_leave(0, person, worker) and would_leave(1, worker, person)
        for person, named in levels[0].items()
        for worker in named
        if person in levels[1][worker] and worker not in partners[0][person]
    )


def time_seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def time_command(persons: Sequence[Chooser], workers: Sequence[Chooser]) -> float:
    day = {
        "seed": "bench",
        "persons": [{"id": person.id, "wants": person.room, "ranks": person.ranks} for person in persons],
        "workers": [{"id": worker.id, "places": worker.room, "ranks": worker.ranks} for worker in workers],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "day.json"
        file.write_text(json.dumps(day), encoding="utf-8")
        command = [str(Path(sys.executable).parent / "kith"), "pairs", "--json", str(file)]
        return statistics.median(
            time_seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)) for _ in range(ROUNDS)
        )


def main() -> int:
    """Prints and saves the table; returns 1 if an aim was missed."""
    rows, points, ratio = [], [], 0.0
    for persons_count, workers_count in SIZES:
        persons, workers = make_day(persons_count, workers_count)
        ids = sum(len(group) for chooser in [*persons, *workers] for group in chooser.ranks)
        result = pair("bench", persons, workers)
        assert count_blocking(persons, workers, result) == 0
        rounds = [
            (time_seconds(lambda: pair("bench", persons, workers)), time_seconds(lambda: look_at_every_id(persons, workers)))  # noqa: B023 - called at once
            for _ in range(ROUNDS)
        ]
        median, ratio = statistics.median(ours for ours, _ in rounds), median_ratio(rounds)
        points.append((ids, median))
        rows.append(
            [
                f"{persons_count:,} x {workers_count:,}",
                f"{ids:,}",
                f"{len(result.pairs):,}",
                f"{median:.3f}",
                f"{max(ours for ours, _ in rounds):.3f}",
                f"{median / ids * 1e6:.2f}",
                f"{ratio:.1f}",
                f"{time_command(persons, workers):.2f}",
            ]
        )
    head = ["persons x workers", "ids in all ranks", "pairs", "median s", "slowest s", "us an id", "against the least", "whole command s"]
    growth = math.log(points[-1][1] / points[0][1]) / math.log(points[-1][0] / points[0][0]) if len(points) > 1 else 1.0
    checks = [(points[-1][1], AIM_SECONDS), (ratio, AIM_RATIO), (growth, AIM_GROWTH)]
    summary = (
        f"The largest: {verdict(*checks[0])} (aim {AIM_SECONDS} s). Against the least: {verdict(*checks[1])} (aim {AIM_RATIO:.0f} times). "
        f"Growth: ids to the power of {growth:.2f}, {verdict(*checks[2])} (aim {AIM_GROWTH})."
    )
    intro = f"One id in two beside an equal, {CHOICES} choices a person, {ROUNDS} rounds in turn. Checked: no pair blocks."
    save_report("pairs", "Matching day", intro, markdown_table(head, rows), summary)
    return int(any(measured > aim for measured, aim in checks))


if __name__ == "__main__":
    raise SystemExit(main())
