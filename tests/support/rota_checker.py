"""Checks a plan against an instance by the rules on docs/formats/rota.md, sharing no code with the engine: exact fractions, no order."""

import json
from fractions import Fraction
from typing import Any

_TOLERANCE = Fraction(1, 10**6)
"""Of a start: a file holds the nearest binary number."""


def cost_of(instance: dict[str, Any], plan: dict[str, Any]) -> dict[str, Fraction]:
    """The parts of the cost and the cost; fails an assertion for a plan that breaks a rule."""
    instance, plan = (json.loads(json.dumps(document), parse_float=Fraction) for document in (instance, plan))
    patients = {patient["id"]: patient for patient in instance["patients"]}
    rows = {patient: row for row, patient in enumerate(patients, 1)}
    skills = {worker["id"]: worker["abilities"] for worker in instance["caregivers"]}
    default = {service["id"]: service.get("default_duration") for service in instance["services"]}
    lengths = {
        (patient, need["service"]): need.get("duration", default[need["service"]])
        for patient, item in patients.items()
        for need in item["required_caregivers"]
    }
    starts: dict[tuple[str, str], Fraction] = {}
    who, distance = {}, Fraction(0)
    for worker, visits in plan["routes"].items():
        here, free = 0, Fraction(0)
        for patient, service, start in visits:
            assert (patient, service) not in starts
            assert service in skills[worker]
            leg = instance["distances"][here][rows[patient]]
            assert start >= free + leg - _TOLERANCE
            assert start >= patients[patient]["time_window"][0] - _TOLERANCE
            starts[patient, service], who[patient, service] = start, worker
            distance += leg
            here, free = rows[patient], start + lengths[patient, service]
        distance += instance["distances"][here][0]
    assert starts.keys() == lengths.keys()
    for patient, item in patients.items():
        if "synchronization" in item:
            first, second = ((patient, need["service"]) for need in item["required_caregivers"])
            least, most = item["synchronization"].get("distance", (0, 0))
            assert who[first] != who[second]
            assert least - _TOLERANCE <= starts[second] - starts[first] <= most + _TOLERANCE
    late = [max(Fraction(0), start - patients[patient]["time_window"][1]) for (patient, _), start in starts.items()]
    parts = {"distance": distance, "total_tardiness": sum(late, Fraction(0)), "max_tardiness": max(late)}
    return {**parts, "cost": sum(parts.values(), Fraction(0)) / 3}
