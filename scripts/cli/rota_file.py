"""Reads an instance of the public benchmark of home-care routing, and writes a plan for it. Format: docs/formats/rota.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scripts.cli.recompute_file import identifier, record, sequence, unique
from scripts.cli.strict_json import JsonNode
from services.scheduling.engine import annealing
from services.scheduling.engine.problem import NOBODY, Problem, Service, Visit
from services.scheduling.engine.timetable import Timetable, routes

_DECIMALS = 6
"""At most so many decimals are kept; fewer where the engine's 64-bit numbers would not hold a plan."""
_LARGEST = 10**7


@dataclass(frozen=True)
class Instance:
    """The problem in whole numbers, `scale` of which make one unit of the file, and the names of what it numbers."""

    problem: Problem
    scale: int
    workers: tuple[str, ...]
    services: tuple[tuple[str, str], ...]
    """Of each service of the problem, the patient and the service of the file."""

    def in_units(self, number: int) -> float:
        return number / self.scale


@dataclass(frozen=True)
class _Need:
    service: str
    node: JsonNode
    duration: Fraction


@dataclass(frozen=True)
class _Patient:
    id: str
    window: tuple[Fraction, Fraction]
    needs: tuple[_Need, ...]
    gap: tuple[Fraction, Fraction] | None


def read_instance(node: JsonNode) -> Instance:
    """Raises `JsonNodeError` for a field or value that is not as the format says, and for what no plan can hold."""
    fields = record(node, "patients", "services", "caregivers", "distances", optional=("central_offices",))
    durations = _read_services(fields["services"])
    workers, able = _read_workers(fields["caregivers"], durations)
    patients = _read_patients(fields["patients"], durations)
    for patient in patients:
        _check_able(patient, able)
    if "central_offices" in fields and len(fields["central_offices"].items()) != 1:
        fields["central_offices"].fail("must be a list of one office, where all start and end")
    travel = _read_travel(fields["distances"], len(patients) + 1)
    scale = _scale(travel, patients)
    rounded = [[_whole(number, scale) for number in row] for row in travel]
    services = [
        Service(row, _whole(need.duration, scale), able[need.service]) for row, patient in enumerate(patients, 1) for need in patient.needs
    ]
    names = tuple((patient.id, need.service) for patient in patients for need in patient.needs)
    return Instance(Problem(len(workers), tuple(services), tuple(_visits(patients, scale)), rounded), scale, workers, names)


def solution(instance: Instance, order: Iterable[int], workers: Iterable[int], table: Timetable) -> dict[str, Any]:
    """Each worker's visits in order: patient, service, start."""
    problem = instance.problem
    found = routes(problem, list(order), list(workers))
    return {
        "routes": {
            worker: [[*instance.services[service], instance.in_units(table.starts[problem.visit_of[service]])] for service in route]
            for worker, route in zip(instance.workers, found, strict=True)
        }
    }


def _read_services(node: JsonNode) -> dict[str, Fraction | None]:
    """The default duration of each service."""
    items = [record(item, "id", optional=("default_duration",)) for item in node.items()]
    unique((item["id"], identifier(item["id"])) for item in items)
    return {identifier(item["id"]): _number(item["default_duration"]) if "default_duration" in item else None for item in items}


def _read_workers(node: JsonNode, known: dict[str, Fraction | None]) -> tuple[tuple[str, ...], dict[str, frozenset[int]]]:
    """The workers' ids, and who is able to do each service."""
    items = [record(item, "id", "abilities", optional=("location",)) for item in node.items()]
    if not items:
        node.fail("must name at least one worker")
    unique((item["id"], identifier(item["id"])) for item in items)
    able: dict[str, set[int]] = {service: set() for service in known}
    for number, item in enumerate(items):
        for ability in item["abilities"].items():
            able[_known(ability, known)].add(number)
    return tuple(identifier(item["id"]) for item in items), {service: frozenset(who) for service, who in able.items()}


def _read_patients(node: JsonNode, durations: dict[str, Fraction | None]) -> list[_Patient]:
    items = [record(i, "id", "time_window", "required_caregivers", optional=("location", "synchronization")) for i in node.items()]
    if not items:
        node.fail("must name at least one patient: there is nothing to plan")
    unique((item["id"], identifier(item["id"])) for item in items)
    return [_read_patient(item, durations) for item in items]


def _read_patient(item: dict[str, JsonNode], durations: dict[str, Fraction | None]) -> _Patient:
    opens, closes = map(_number, sequence(item["time_window"], 2, "two times: the earliest and the latest start"))
    if closes < opens:
        item["time_window"].fail("must not end before it begins")
    needs = tuple(_read_need(need, durations) for need in item["required_caregivers"].items())
    if not 1 <= len(needs) <= 2:
        item["required_caregivers"].fail("must name one service or two")
    unique((need.node, need.service) for need in needs)
    together = item.get("synchronization")
    if together is not None and together.value is None:
        together = None
    if (together is not None) != (len(needs) == 2):
        (together or item["required_caregivers"]).fail("must stand with two services, and only with two: synchronization")
    return _Patient(identifier(item["id"]), (opens, closes), needs, _read_gap(together) if together else None)


def _read_need(node: JsonNode, durations: dict[str, Fraction | None]) -> _Need:
    fields = record(node, "service", optional=("duration",))
    service = _known(fields["service"], durations)
    duration = _number(fields["duration"]) if "duration" in fields else durations[service]
    if duration is None:
        node.fail("has no duration, and its service has no default_duration")
    return _Need(service, fields["service"], duration)


def _read_gap(node: JsonNode) -> tuple[Fraction, Fraction] | None:
    """Least and most from the first start to the second; None for the same moment."""
    fields = record(node, "type", optional=("distance",))
    kind = fields["type"].value
    if kind not in ("simultaneous", "sequential"):
        fields["type"].fail(f"must be simultaneous or sequential, not {fields['type'].excerpt()}")
    if kind == "simultaneous":
        return None
    if "distance" not in fields:
        node.fail("has no distance; a sequential pair needs its least and most")
    least, most = map(_number, sequence(fields["distance"], 2, "two numbers: the least and the most between the starts"))
    if most < least:
        fields["distance"].fail("must not end before it begins")
    return least, most


def _read_travel(node: JsonNode, size: int) -> list[list[Fraction]]:
    rows = sequence(node, size, f"a list of {size} rows: the office and every patient")
    travel = []
    for row in rows:
        values = row.value
        if not isinstance(values, list) or len(values) != size:
            row.fail(f"must be a row of {size} numbers, one for the office and for every patient")
        # Ninety thousand numbers: a node is made only for one that is wrong.
        travel.append([
            value if _is_number(value) else _number(JsonNode(value, f"{row.path}[{column}]")) for column, value in enumerate(values)
        ])  # fmt: skip
    for index, row_values in enumerate(travel):
        if row_values[index]:
            JsonNode(row_values[index], f"{rows[index].path}[{index}]").fail("must be 0: from a place to itself")
    return travel


def _check_able(patient: _Patient, able: dict[str, frozenset[int]]) -> None:
    for need in patient.needs:
        if not able[need.service]:
            need.node.fail(f"nobody is able to do {need.node.excerpt()}")
    if len(patient.needs) == 2 and len(able[patient.needs[0].service] | able[patient.needs[1].service]) < 2:
        patient.needs[1].node.fail("needs a second worker, and only one is able to do either")


def _visits(patients: list[_Patient], scale: int) -> list[Visit]:
    visits: list[Visit] = []
    service = 0
    for patient in patients:
        opens, closes = (_whole(moment, scale) for moment in patient.window)
        numbers = tuple(range(service, service + len(patient.needs)))
        service += len(numbers)
        if patient.gap is None:
            visits.append(Visit(numbers, opens, closes, NOBODY))
            continue
        least, most = (_whole(length, scale) for length in patient.gap)
        for second in (False, True):
            partner = len(visits) + (-1 if second else 1)
            visits.append(Visit((numbers[second],), opens, closes, partner, second, least, most))
    return visits


def _known(node: JsonNode, known: dict[str, Fraction | None]) -> str:
    name = identifier(node)
    if name not in known:
        node.fail(f"must be the id of a service of this file, not {node.excerpt()}")
    return name


def _is_number(value: object) -> bool:
    return type(value) in {int, Fraction} and 0 <= value <= _LARGEST  # type: ignore[operator]  # compared only if it is a number


def _number(node: JsonNode) -> Fraction:
    if not _is_number(node.value):
        value = node.value
        shown = str(float(value)) if isinstance(value, Fraction) and abs(value) <= _LARGEST**2 else node.excerpt()
        node.fail(f"must be a number from 0 to {_LARGEST:,}, not {shown}")
    return node.value  # type: ignore[return-value]  # whole numbers are fractions in all that is done with them


def _scale(travel: list[list[Fraction]], patients: list[_Patient]) -> int:
    """The smallest power of ten that makes every number of the file whole, or the largest allowed."""
    numbers = {number for row in travel for number in row}
    for patient in patients:
        numbers |= {*patient.window, *(patient.gap or ()), *(need.duration for need in patient.needs)}
    denominators = {number.denominator for number in numbers}
    most = annealing.largest_number(sum(len(patient.needs) for patient in patients))
    scales: list[int] = [10**decimals for decimals in range(_DECIMALS + 1) if 10**decimals * max(numbers) <= most]
    exact = (scale for scale in scales if all(scale % denominator == 0 for denominator in denominators))
    return next(exact, scales[-1])


def _whole(number: Fraction, scale: int) -> int:
    nearest: int = round(number * scale)
    return nearest
