"""Plans a week in a process of its own, so that no request waits for it.

    python -m services.scheduling.engine.week_process

reads the record of a week without a plan, a line of JSON, writes {"done": ...} now and then, and at last the record with the plan, and why
each worker comes or not to the visits that change or still need somebody. A line "stop" ends the search with the best plan so far.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from services.scheduling.domain.travel import TravelTable
from services.scheduling.domain.week_problem import WeekPlan, WeekProblem, WeekVisit, WeekWeights, WeekWorker
from services.scheduling.domain.week_record import WeekRecord, record_document
from services.scheduling.engine.week_plan import plan_week
from services.scheduling.engine.week_reasons import answers_for
from services.scheduling.engine.week_record import record_of

_REPORT_SECONDS = 0.5
_PLAIN_UP_TO = 5_000
"""Iterations: so many are made before the compiled search, which makes the same plan, is loaded."""


def main() -> None:
    record = read_own_record(json.loads(sys.stdin.readline()))
    stopped = threading.Event()
    threading.Thread(target=_listen, args=(stopped,), daemon=True).start()
    _write(plan_record(record, _reporter(stopped)))
    # The listening thread may still wait for a line that never comes.
    sys.stdout.flush()
    os._exit(0)


def plan_record(record: WeekRecord, progress: Callable[[int], bool]) -> Mapping[str, object]:
    """The record with its plan, and the answers by visit."""
    plan = plan_week(record.problem, record.seed, record.iterations, record.weights, progress, plain=record.iterations <= _PLAIN_UP_TO)
    made = replace(record_of(record.problem, plan, record.seed, record.iterations, record.weights), rulebook=record.rulebook)
    return {
        "record": record_document(made).decode(),
        "plan": {visit: sorted(comes) for visit, comes in plan.comes.items()},
        "engine": made.engine,
        "iterations": plan.iterations,
        "answers": {
            visit.id: [asdict(answer) for answer in answers_for(record.problem, plan, visit.id, record.weights)]
            for visit in record.problem.visits
            if _is_of_interest(visit, plan)
        },
    }


def read_own_record(document: Mapping[str, Any]) -> WeekRecord:
    """Of a document that `record_document` wrote; what plan it may have is left out."""
    week = document["week"]
    places, rows = week["places"], week["travel"]
    travel = TravelTable(tuple(places), tuple(map(tuple, rows)))
    travel_by = {goes: TravelTable(tuple(places), tuple(map(tuple, table))) for goes, table in week.get("travel_by", {}).items()}
    visits = [WeekVisit(**{**each, "kept": frozenset(each["kept"]), "published": frozenset(each["published"])}) for each in week["visits"]]
    workers = [WeekWorker(**{**each, "preferred": frozenset(each["preferred"])}) for each in week["workers"]]
    problem = WeekProblem(week["monday"], visits, workers, travel, travel_by)
    weights = WeekWeights(**document["weights"])
    return WeekRecord(
        problem,
        weights,
        document["engine"],
        document["seed"],
        document["iterations"],
        document["made"],
        {},
        {},
        document.get("rulebook", ""),
    )


def _is_of_interest(visit: WeekVisit, plan: WeekPlan) -> bool:
    comes = plan.comes.get(visit.id, frozenset())
    return comes != visit.published or len(comes) < visit.workers


def _reporter(stopped: threading.Event) -> Callable[[int], bool]:
    reported = 0.0

    def report(done: int) -> bool:
        nonlocal reported
        if time.monotonic() - reported >= _REPORT_SECONDS:
            reported = time.monotonic()
            _write({"done": done})
        return not stopped.is_set()

    return report


def _listen(stopped: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "stop":
            stopped.set()


def _write(message: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
