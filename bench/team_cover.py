"""Measures how a team of five out of 200 is found that covers a person's week, against a bare numpy pass and against CP-SAT.

    KITH_ORTOOLS_PYTHON=../with-ortools/bin/python python -m bench.team_cover [--quick]

The pass is the least that any answer must do: one look at who is free in which piece of the week, and the five best by minutes and points.
It knows nothing of who overlaps with whom. It and Kith take turns. CP-SAT runs in an environment of its own (`bench/judges/team_cpsat.py`;
without it nobody judges) and looks for a team of a higher value.
"""

import json
import os
import statistics
import subprocess
import time
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.rank import make_person, make_workers, time_seconds
from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from services.matching.domain.ranking import rank
from services.matching.domain.ranking_input import RankingInput, Span
from services.matching.engine.team_cover import AT_MOST, MOST_POINTS, Candidate, TeamCover, cover_week

CASES = 6 if is_quick_run() else 50
CANDIDATES = 200
ROUNDS = 3 if is_quick_run() else 20
AIM_SECONDS, AIM_GAP = 0.020, 0.05
WORTH = MOST_POINTS * AT_MOST + 1
ON = date(2026, 12, 7)
QUARTER = 15
BUSY_LOAD = 1.5


class Case(NamedTuple):
    """A made-up question."""

    kind: str
    wanted: tuple[Span, ...]
    candidates: list[Candidate]


def make_case(seed: int) -> Case:
    """In turn: ten stretches a week; four visits a day; a person who is never alone, day and night."""
    random = Random(seed)  # noqa: S311 - the same questions in every run, not a secret
    person, _ = make_person(random, seed, conditions=False)
    if seed % 3 == 0:
        kind, wanted = "ten stretches", tuple(map(_in_quarters, person.wants))
    elif seed % 3 == 1:
        kind, wanted = "four visits a day", tuple(visit for day in range(7) for visit in _visits(random, day))
    else:
        kind, wanted = "day and night", ((0, 7 * 1440),)
    workers = make_workers(random, 2 * CANDIDATES, conditions=False)
    ranking = rank(RankingInput(ON, replace(person, wants=wanted), (), tuple(workers)))
    by_id = {worker.id: worker for worker in workers}
    candidates = [
        Candidate(worker, tuple(map(_in_quarters, by_id[worker].free)), by_id[worker].minutes_left, found.fit.score)
        for worker in ranking.order[:CANDIDATES]
        if (found := ranking.workers[worker]).fit is not None
    ]
    assert len(candidates) == CANDIDATES
    return Case(kind, wanted, candidates)


def _in_quarters(span: Span) -> Span:
    return span[0] // QUARTER * QUARTER, -(-span[1] // QUARTER) * QUARTER


def _visits(random: Random, day: int) -> list[Span]:
    begins = [day * 1440 + hour * 60 + random.randrange(0, 90, QUARTER) for hour in (7, 11, 16, 20)]
    return [(one, one + random.choice([30, 45, 60, 90])) for one in begins]


def bare_pass(case: Case, edges: NDArray[np.intp], free: NDArray[np.bool_]) -> list[int]:
    """Five rows, by the minutes that each covers alone, and points; `edges` are those of the pieces, `free` who is free in each."""
    minutes = free @ np.diff(edges).astype(np.float32)
    left = np.array([one.minutes_left for one in case.candidates])
    score = np.array([one.score for one in case.candidates])
    rows: list[int] = np.argsort(-(np.minimum(minutes, left) * WORTH + score), kind="stable")[:AT_MOST].tolist()
    return rows


def features(case: Case) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The edges of all pieces of the week, and who is free in which wanted piece."""
    spans = [*case.wanted, *(span for one in case.candidates for span in one.free)]
    edges = np.unique(np.array(spans))
    begins, ends = edges[:-1], edges[1:]

    def inside(times: tuple[Span, ...]) -> NDArray[np.bool_]:
        found = np.zeros(len(begins), np.bool_)
        for since, until in times:
            found |= (since <= begins) & (ends <= until)
        return found

    wanted = inside(case.wanted)
    return edges, np.array([inside(one.free) & wanted for one in case.candidates])


def value_of(found: TeamCover) -> int:
    return found.covered_minutes * WORTH + found.points


def judge(python: str, cases: list[Case], ours: list[TeamCover]) -> list[tuple[int | None, int, bool]]:
    """What CP-SAT finds: the best value, the highest possible, and whether it is proven."""
    lines = "".join(
        json.dumps(
            {
                "wanted": case.wanted,
                "at_most": AT_MOST,
                "candidates": [one._asdict() for one in case.candidates],
                "ours": value_of(found),
            }
        )
        + "\n"
        for case, found in zip(cases, ours, strict=True)
    )
    script = str(Path(__file__).parent / "judges" / "team_cpsat.py")
    answer = subprocess.run([python, script], input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [tuple(json.loads(line)) for line in answer.stdout.splitlines()]


def measure(case: Case) -> tuple[list[tuple[float, float]], list[float]]:
    """Kith's seconds and the bare pass's in each round, and Kith's seconds of processor time."""
    given = features(case)
    pairs, processor = [], []
    for _ in range(ROUNDS):
        bare = time_seconds(partial(bare_pass, case, *given))
        before = time.process_time()
        pairs.append((time_seconds(partial(cover_week, case.wanted, case.candidates)), bare))
        processor.append(time.process_time() - before)
    return pairs, processor


def gap_row(kind: str, judged: list[tuple[int, tuple[int | None, int, bool]]]) -> list[str]:
    """How far Kith's values are from the best that is proven, or that CP-SAT found in its time."""
    proven = [(ours, best) for ours, (best, _, is_proven) in judged if is_proven and best is not None]
    same = sum(best == ours for ours, best in proven)
    better = [(ours, best) for ours, (best, _, _) in judged if best is not None and best > ours]
    gap = max(((best - ours) / best for ours, best in better), default=0.0)
    fewer = max((best // WORTH - ours // WORTH for ours, best in better), default=0)
    counts = [str(len(judged)), str(len(proven)), str(same), str(len(better))]
    return [kind, *counts, str(fewer), f"{100 * gap:.4f} %", verdict(gap, AIM_GAP) if proven else "nothing proven"]


def main() -> int:
    """Prints and saves both tables; returns 1 if an aim was missed."""
    cases = [make_case(seed) for seed in range(CASES)]
    ours = [cover_week(case.wanted, case.candidates) for case in cases]
    kinds = list(dict.fromkeys(case.kind for case in cases))
    measured = [(case.kind, *measure(case)) for case in cases]
    times = []
    for kind in [*kinds, "all"]:
        pairs = [pair for found, all_pairs, _ in measured if kind in (found, "all") for pair in all_pairs]
        processor = [one for found, _, all_seconds in measured if kind in (found, "all") for one in all_seconds]
        seconds = [ours for ours, _ in pairs]
        p50 = statistics.median(seconds)
        numbers = [f"{1000 * p50:.1f}", f"{1000 * percentile(seconds, 0.99):.1f}", f"{1000 * statistics.median(processor):.1f}"]
        times.append([kind, *numbers, f"{median_ratio(pairs):.0f}", verdict(p50, AIM_SECONDS)])
    tables = [markdown_table(["week", "p50 ms", "p99 ms", "processor p50 ms", "ratio to the bare pass", "20 ms at p50"], times)]
    if python := os.environ.get("KITH_ORTOOLS_PYTHON"):
        judged = list(zip(map(value_of, ours), judge(python, cases, ours), strict=True))
        gaps = [
            gap_row(kind, [one for case, one in zip(cases, judged, strict=True) if kind in (case.kind, "all")]) for kind in [*kinds, "all"]
        ]
        head = ["week", "cases", "optimum proven", "Kith has it", "CP-SAT has a better", "minutes fewer", "greatest gap", "5 %"]
        tables.append(markdown_table(head, gaps))
    else:
        print("Nobody judged: KITH_ORTOOLS_PYTHON names no Python that has ortools.")
    load = os.getloadavg()[0]
    busy = "\nThe machine was busy: the times are to be measured again on a quiet one." if load > BUSY_LOAD else ""
    save_report(
        "team_cover",
        "A team of five out of 200 that covers a week",
        f"{CASES} seeded questions, {ROUNDS} rounds each, a bare pass and Kith in turn on {os.cpu_count()} cores with a load of\n"
        f"{load:.1f} at the end; the ratio is the median of the pairs.{busy}\n\n"
        "The gap counts covered minutes and points together, as services/matching/engine/team_cover.py writes it down. The judge has 10 s\n"
        "for each, and looks for more than Kith has. A case in which it neither proves the optimum nor finds more says nothing.",
        *tables,
    )
    return int(any("MISSED" in cell for table in tables for cell in table.split("|")))


if __name__ == "__main__":
    raise SystemExit(main())
