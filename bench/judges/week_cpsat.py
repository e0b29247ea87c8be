"""Finds with CP-SAT the cheapest plan of a small week: the judge of the rota engine.

Each line of standard input is the record of a week (docs/formats/week.md), its plan left aside. Each line of output is the least cost, and
whether that is proven. The rules and the points are written here once more, from the page, and share no code with Kith's.

ortools wants an older protobuf than Kith, so this file runs in an environment of its own and imports nothing of Kith:

    python -m venv ../with-ortools && ../with-ortools/bin/pip install ortools
"""

import json
import sys
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

SECONDS = 30.0
DAY = 1440
HUGE = 10**9


def cheapest(record: dict[str, Any]) -> tuple[int | None, bool]:
    week, weights, model = record["week"], record["weights"], cp_model.CpModel()
    rows = {place: dict(zip(week["places"], row, strict=True)) for place, row in zip(week["places"], week["travel"], strict=True)}
    visits = sorted(week["visits"], key=lambda visit: (visit["start"], visit["end"], visit["id"]))
    preferring = {person for worker in week["workers"] for person in worker["preferred"]}
    comes = {(worker["id"], visit["id"]): model.new_bool_var("") for worker in week["workers"] for visit in visits}
    cost: list[Any] = []
    for visit in visits:
        here = [comes[worker["id"], visit["id"]] for worker in week["workers"]]
        known_kept = [name for name in visit["kept"] if (name, visit["id"]) in comes]
        elsewhere = len(visit["kept"]) - len(known_kept)
        places = max(visit["workers"], len(visit["kept"])) - elsewhere
        model.add(sum(here) <= places)
        cost.append(weights["nobody"] * (places - sum(here)))
        for name in known_kept:
            model.add(comes[name, visit["id"]] == 1)
    for worker in week["workers"]:
        mine = [comes[worker["id"], visit["id"]] for visit in visits]
        _add_rules(model, worker, visits, mine, rows)
        cost += _costs(model, weights, worker, visits, mine, rows, preferring)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, SECONDS
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return round(solver.objective_value) if found else None, status == cp_model.OPTIMAL


def _way(rows: dict[str, dict[str, int]], one: str, other: str) -> int:
    return rows[one][other] if one and other else 0


def _add_rules(model: Any, worker: dict[str, Any], visits: list[dict[str, Any]], mine: list[Any], rows: dict[str, dict[str, int]]) -> None:
    kept = [worker["id"] in visit["kept"] for visit in visits]
    for number, visit in enumerate(visits):
        if visit["id"] in worker["cannot"] and not kept[number]:
            model.add(mine[number] == 0)
    for one, other in combinations(range(len(visits)), 2):
        gap = visits[other]["start"] - visits[one]["end"]
        is_short = visits[one]["start"] // DAY != visits[other]["start"] // DAY and gap < worker["daily_rest"]
        is_far = gap < max(0, _way(rows, visits[one]["place"], visits[other]["place"]))
        if (is_short or is_far) and not (kept[one] and kept[other]):
            model.add_at_most_one([mine[one], mine[other]])
    if "most_minutes" in worker:
        lengths = [visit["end"] - visit["start"] for visit in visits]
        already = sum(length for length, stays in zip(lengths, kept, strict=True) if stays)
        most = max(worker["most_minutes"], already)
        model.add(sum(length * taken for length, taken in zip(lengths, mine, strict=True)) <= most)


def _costs(
    model: Any,
    weights: dict[str, int],
    worker: dict[str, Any],
    visits: list[dict[str, Any]],
    mine: list[Any],
    rows: dict[str, dict[str, int]],
    preferring: set[str],
) -> list[Any]:
    cost: list[Any] = []
    for visit, taken in zip(visits, mine, strict=True):
        if visit["person"] in preferring and visit["person"] not in worker["preferred"]:
            cost.append(weights["not_preferred"] * taken)
        if visit["published"] and worker["id"] not in visit["published"]:
            cost.append(weights["change"] * taken)
    for person in {visit["person"] for visit in visits}:
        if not worker["known"].get(person):
            meets = model.new_bool_var("")
            model.add_max_equality(meets, [taken for visit, taken in zip(visits, mine, strict=True) if visit["person"] == person])
            cost.append(weights["new_face"] * meets)
    for day in {visit["start"] // DAY for visit in visits}:
        cost += _ways(
            model, weights["travel"], worker, [pair for pair in zip(visits, mine, strict=True) if pair[0]["start"] // DAY == day], rows
        )
    minutes = model.new_int_var(0, 10**5, "")
    model.add(minutes == sum((visit["end"] - visit["start"]) * taken for visit, taken in zip(visits, mine, strict=True)))
    square = model.new_int_var(0, HUGE * 10, "")
    model.add_multiplication_equality(square, [minutes, minutes])
    cost.append(_divided(model, weights["fairness"] * square, 36_000))
    if "wished_minutes" in worker:
        for weight, amount in (("short_of_wish", worker["wished_minutes"] - minutes), ("over_wish", minutes - worker["wished_minutes"])):
            missing = model.new_int_var(0, 10**5, "")
            model.add_max_equality(missing, [amount, 0])
            cost.append(_divided(model, weights[weight] * missing, 60))
    return cost


def _ways(
    model: Any, weight: int, worker: dict[str, Any], day: list[tuple[dict[str, Any], Any]], rows: dict[str, dict[str, int]]
) -> list[Any]:
    """A circuit of the day's visits in the order of time, from home and back."""
    home, free = worker["place"], model.new_bool_var("")
    arcs, cost = [(0, 0, free)], []
    for number, (visit, taken) in enumerate(day, 1):
        first, last = model.new_bool_var(""), model.new_bool_var("")
        arcs += [(number, number, ~taken), (0, number, first), (number, 0, last)]
        cost += [weight * _way(rows, home, visit["place"]) * first, weight * _way(rows, visit["place"], home) * last]
        for other, (later, _) in enumerate(day[number:], number + 1):
            follows = model.new_bool_var("")
            arcs.append((number, other, follows))
            cost.append(weight * _way(rows, visit["place"], later["place"]) * follows)
    model.add_circuit(arcs)
    return cost


def _divided(model: Any, amount: Any, divisor: int) -> Any:
    """Rounded down."""
    whole = model.new_int_var(0, HUGE, "")
    model.add_division_equality(whole, amount, divisor)
    return whole


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(cheapest(json.loads(line))), flush=True)
