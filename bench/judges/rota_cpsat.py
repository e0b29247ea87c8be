"""Looks with CP-SAT for a cheaper plan than one that is known: the judge of small instances.

Each line of standard input is `{"instance": ..., "total": ...}`, with the sum of distance, tardiness and largest tardiness of a plan in
hundredths. Each line of output is the least total that CP-SAT found below it, or null, and whether that is proven.

ortools wants an older protobuf than Kith, so this file runs in an environment of its own and imports nothing of Kith:

    python -m venv ../with-ortools && ../with-ortools/bin/pip install ortools
"""

import json
import sys
from typing import Any

from ortools.sat.python import cp_model

SCALE = 100
"""The instances have two decimals."""
SECONDS = 20.0


def whole(number: float) -> int:
    return round(number * SCALE)


def cheaper(instance: dict[str, Any], total: int) -> tuple[int | None, bool]:  # noqa: C901 - the model, read from top to bottom
    """A circuit of each worker over the services that they do. No visit can be later than all of the known cost."""
    model = cp_model.CpModel()
    travel = [[whole(number) for number in row] for row in instance["distances"]]
    default = {service["id"]: service.get("default_duration") for service in instance["services"]}
    needs = [
        (row, patient, need["service"], whole(need.get("duration", default[need["service"]])))
        for row, patient in enumerate(instance["patients"], 1)
        for need in patient["required_caregivers"]
    ]
    opens_closes = [tuple(map(whole, patient["time_window"])) for _, patient, *_ in needs]
    starts = [model.new_int_var(opens, closes + total, "") for opens, closes in opens_closes]
    late = [model.new_int_var(0, total, "") for _ in needs]
    most = model.new_int_var(0, total, "")
    for start, lateness, (_, closes) in zip(starts, late, opens_closes, strict=True):
        model.add(lateness >= start - closes)
        model.add(most >= lateness)
    cost: list[Any] = [most, *late]
    does: list[list[Any]] = [[] for _ in needs]
    for worker in instance["caregivers"]:
        arcs: list[tuple[int, int, Any]] = [(0, 0, model.new_bool_var(""))]
        for number, (row, _, service, length) in enumerate(needs, 1):
            here = model.new_bool_var("")
            does[number - 1].append(here)
            arcs.append((number, number, ~here))
            if service not in worker["abilities"]:
                model.add(here == 0)
                continue
            first, last = model.new_bool_var(""), model.new_bool_var("")
            arcs += [(0, number, first), (number, 0, last)]
            cost += [travel[0][row] * first, travel[row][0] * last]
            model.add(starts[number - 1] >= travel[0][row]).only_enforce_if(first)
            for following, (there, _, ability, _) in enumerate(needs, 1):
                if following != number and ability in worker["abilities"]:
                    goes = model.new_bool_var("")
                    arcs.append((number, following, goes))
                    cost.append(travel[row][there] * goes)
                    model.add(starts[following - 1] >= starts[number - 1] + length + travel[row][there]).only_enforce_if(goes)
        model.add_circuit(arcs)
    for chosen in does:
        model.add_exactly_one(chosen)
    for second in range(1, len(needs)):
        first, patient = second - 1, needs[second][1]
        if needs[first][0] == needs[second][0]:
            least, longest = patient["synchronization"].get("distance", (0, 0))
            model.add_linear_constraint(starts[second] - starts[first], whole(least), whole(longest))
            for one, other in zip(does[first], does[second], strict=True):
                model.add_at_most_one([one, other])
    model.add(sum(cost) < total)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, SECONDS
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None, True
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return round(solver.objective_value) if found else None, status == cp_model.OPTIMAL


if __name__ == "__main__":
    for line in sys.stdin:
        known = json.loads(line)
        print(json.dumps(cheaper(known["instance"], known["total"])), flush=True)
