"""Finds with CP-SAT the workers who cover most of a week: the judge of the team engine.

Each line of standard input is a question: `wanted` (spans in minutes of the week), `at_most`, and `candidates` with `free`, `minutes_left`
and `score`. `ours` is the value that the engine found: nothing below it is looked for. Each line of output is the best value, the highest
that it could still be, and whether the first is proven. The value is that of services/matching/engine/team_cover.py, written here once more
from its docstring; no code is shared with Kith.

ortools wants an older protobuf than Kith, so this file runs in an environment of its own and imports nothing of Kith:

    python -m venv ../with-ortools && ../with-ortools/bin/pip install ortools
"""

import json
import sys
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

SECONDS = 10.0
MOST_POINTS = 1000


def best(question: dict[str, Any]) -> tuple[int | None, int, bool]:
    model, candidates = cp_model.CpModel(), question["candidates"]
    chosen = [model.new_bool_var("") for _ in candidates]
    model.add(sum(chosen) <= question["at_most"])
    by_who: dict[tuple[int, ...], int] = {}
    # Pieces in which the same people are free are one: only how long they are together counts.
    for begins, ends in pieces(question):
        free = tuple(
            number
            for number, one in enumerate(candidates)
            if any(since <= begins and ends <= until for since, until in one["free"]) and one["minutes_left"]
        )
        by_who[free] = by_who.get(free, 0) + ends - begins
    minutes_of: list[list[Any]] = [[] for _ in candidates]
    covered: list[Any] = []
    for free, length in by_who.items():
        shares = [model.new_int_var(0, length, "") for _ in free]
        model.add(sum(shares) <= length)
        covered += shares
        for number, share in zip(free, shares, strict=True):
            minutes_of[number].append(share)
            model.add(share <= length * chosen[number])
    for one, mine, is_chosen in zip(candidates, minutes_of, chosen, strict=True):
        model.add(sum(mine) <= one["minutes_left"] * is_chosen)
        if not mine:
            model.add(is_chosen == 0)
    worth = MOST_POINTS * question["at_most"] + 1
    value = worth * sum(covered) + sum(one["score"] * is_chosen for one, is_chosen in zip(candidates, chosen, strict=True))
    model.add(value >= question["ours"])
    model.maximize(value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, SECONDS
    status = solver.solve(model)
    found = round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return found, int(solver.best_objective_bound + 0.5), status == cp_model.OPTIMAL


def pieces(question: dict[str, Any]) -> list[tuple[int, int]]:
    edges = {minute for one in question["candidates"] for span in one["free"] for minute in span}
    edges |= {minute for span in question["wanted"] for minute in span}
    wanted = [tuple(span) for span in question["wanted"]]
    return [piece for piece in pairwise(sorted(edges)) if any(since <= piece[0] and piece[1] <= until for since, until in wanted)]


for line in sys.stdin:
    print(json.dumps(best(json.loads(line))), flush=True)
