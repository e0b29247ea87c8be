"""Compares the rota engine with CP-SAT on 200 made-up weeks of at most eight visits, with doubles, kept workers, rests and hours.

    KITH_ORTOOLS_PYTHON=../with-ortools/bin/python python -m bench.week_small [--quick] [--from SEED]

CP-SAT runs in an environment of its own (`bench/judges/week_cpsat.py`; without it nothing is compared) and finds the cheapest plan from the
page of the format, with no code of the engine's. `--from` takes other weeks; `--optima FILE` writes what it has proven, for the tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.report import is_quick_run, markdown_table, save_report
from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekProblem
from services.scheduling.domain.week_record import record_document
from services.scheduling.engine.week_plan import plan_week
from services.scheduling.engine.week_record import record_of
from services.scheduling.engine.week_rules import broken_rules
from tests.support.week_problems import random_week

FIRST = int(sys.argv[sys.argv.index("--from") + 1]) if "--from" in sys.argv else 0
CASES = 10 if is_quick_run() else 200
SEEDS = range(FIRST, FIRST + CASES)
ITERATIONS = 100_000


def our_record(problem: WeekProblem) -> tuple[int, bytes]:
    plan = plan_week(problem, 1, ITERATIONS)
    assert not broken_rules(problem, plan.comes)
    return sum(plan.points.values()), record_document(record_of(problem, plan, 1, ITERATIONS, USUAL_WEIGHTS))


def main() -> int:
    """Prints and saves the table; returns 1 if CP-SAT found another least cost."""
    python = os.environ.get("KITH_ORTOOLS_PYTHON")
    if python is None:
        print("Nobody judged: KITH_ORTOOLS_PYTHON names no Python that has ortools.")
        return 0
    ours = [our_record(random_week(seed)) for seed in SEEDS]
    judge = subprocess.run(
        [python, str(Path(__file__).parent / "judges" / "week_cpsat.py")],
        input=b"".join(record + b"\n" for _, record in ours),
        stdout=subprocess.PIPE,
        check=True,
    )
    verdicts = [json.loads(line) for line in judge.stdout.splitlines()]
    totals = {seed: total for seed, (total, _) in zip(SEEDS, ours, strict=True)}
    proven = {seed: total for seed, (total, is_proven) in zip(SEEDS, verdicts, strict=True) if is_proven}
    same = [seed for seed, total in proven.items() if total == totals[seed]]
    different = [seed for seed, total in proven.items() if total != totals[seed]]
    if "--optima" in sys.argv:
        optima = [{"seed": seed, "total": totals[seed]} for seed in same]
        Path(sys.argv[sys.argv.index("--optima") + 1]).write_text(json.dumps(optima) + "\n", encoding="utf-8")
    row = [str(CASES), str(len(same)), str(len(different)), str(CASES - len(same) - len(different))]
    table = markdown_table(["weeks", "the same least cost, proven", "another", "not proven in its time"], [row])
    about = f"Seeds {FIRST} to {FIRST + CASES - 1}, {ITERATIONS:,} moves each."
    save_report("week_small", "Rota engine on small weeks", about, table, f"Another: {different or 'none'}.")
    return int(bool(different))


if __name__ == "__main__":
    raise SystemExit(main())
