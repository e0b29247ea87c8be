"""Compares the rota engine with CP-SAT on 200 made-up days of at most eight patients, with doubles, gaps and skills.

    KITH_ORTOOLS_PYTHON=../with-ortools/bin/python python -m bench.rota_small [--quick]

CP-SAT runs in an environment of its own (`bench/judges/rota_cpsat.py`; without it nothing is compared) and looks for a cheaper plan than
the engine's. What it cannot decide in its time is counted apart.
"""

import json
import os
import subprocess
from pathlib import Path

from bench.report import is_quick_run, markdown_table, save_report
from scripts.cli.rota_file import read_instance
from scripts.cli.strict_json import JsonNode
from services.scheduling.engine.annealing import FixedPace, anneal, prepare
from services.scheduling.engine.timetable import timetable
from tests.support.rota_instances import random_instance

CASES = 5 if is_quick_run() else 200
ITERATIONS = 2_000_000
HUNDREDTHS = 100


def our_total(seed: int) -> int:
    day = read_instance(JsonNode.parse(json.dumps(random_instance(seed))))
    plan = anneal(day.problem, 1, prepare(day.problem, 1), FixedPace.of(ITERATIONS)).plan
    table = timetable(day.problem, plan.order, plan.workers)
    assert table is not None
    return table.cost.total * HUNDREDTHS // day.scale


def main() -> int:
    """Prints and saves the table; returns 1 if CP-SAT found a cheaper plan."""
    python = os.environ.get("KITH_ORTOOLS_PYTHON")
    if python is None:
        print("Nobody judged: KITH_ORTOOLS_PYTHON names no Python that has ortools.")
        return 0
    totals = [our_total(seed) for seed in range(CASES)]
    lines = "".join(json.dumps({"instance": random_instance(seed), "total": total}) + "\n" for seed, total in enumerate(totals))
    judge = subprocess.run(
        [python, str(Path(__file__).parent / "judges" / "rota_cpsat.py")], input=lines, stdout=subprocess.PIPE, text=True, check=True
    )
    verdicts = [json.loads(line) for line in judge.stdout.splitlines()]
    cheaper = [seed for seed, (total, _) in enumerate(verdicts) if total is not None]
    proven = sum(total is None and is_proven for total, is_proven in verdicts)
    row = [str(CASES), str(proven), str(len(cheaper)), str(CASES - proven - len(cheaper))]
    table = markdown_table(["days", "proven best", "CP-SAT has a cheaper plan", "neither, in its time"], [row])
    save_report("rota_small", "Rota engine on small days", f"{ITERATIONS:,} moves each.", table, f"Cheaper: {cheaper or 'none'}.")
    return int(bool(cheaper))


if __name__ == "__main__":
    raise SystemExit(main())
