"""Reads the record of a planned week. Format: docs/formats/week.md."""

from collections.abc import Collection, Mapping
from dataclasses import fields as fields_of

from scripts.cli.recompute_file import calendar_date, identifier, record, unique, whole_number
from scripts.cli.strict_json import JsonNode
from services.scheduling.domain.travel import TravelError, TravelTable, table_from_rows
from services.scheduling.domain.week_problem import WeekProblem, WeekVisit, WeekWeights, WeekWorker
from services.scheduling.domain.week_record import ChosenByHand, WeekRecord, inputs_hash
from services.scheduling.engine.week_plan import WEEK_ENGINE_VERSION

_LARGEST = 1_000_000
"""Of minutes, of weights, of visits that a worker came to: 64-bit whole numbers then hold every plan."""
_MOST_TOGETHER = 100
_MOST_ITERATIONS = 10**12


def read_record(node: JsonNode) -> WeekRecord:
    """Raises `JsonNodeError` for a field or value that is not as the format says, and for a hash that is not of the week in the file."""
    needed = ("week", "inputs", "weights", "engine", "seed", "iterations", "made", "plan", "points")
    fields = record(node, *needed, optional=("rulebook", "chosen"))
    problem = _problem(fields["week"])
    if identifier(fields["inputs"]) != inputs_hash(problem):
        fields["inputs"].fail(f"must be the hash of this week, {inputs_hash(problem)}, not {fields['inputs'].excerpt()}")
    if whole_number(fields["engine"]) != WEEK_ENGINE_VERSION:
        fields["engine"].fail(f"must be {WEEK_ENGINE_VERSION}, the version of this engine, not {fields['engine'].excerpt()}")
    iterations = whole_number(fields["iterations"], at_most=_MOST_ITERATIONS)
    comes = _plan(fields["plan"], problem)
    return WeekRecord(
        problem,
        _weights(fields["weights"]),
        WEEK_ENGINE_VERSION,
        whole_number(fields["seed"]),
        iterations,
        whole_number(fields["made"], at_most=iterations),
        comes,
        {part: whole_number(points) for part, points in record(fields["points"], *(_WEIGHTS if comes else ())).items()},
        identifier(fields["rulebook"]) if "rulebook" in fields else "",
        tuple(_chosen(item, problem) for item in fields["chosen"].items()) if "chosen" in fields else (),
    )


_WEIGHTS = tuple(field.name for field in fields_of(WeekWeights))


def _chosen(node: JsonNode, problem: WeekProblem) -> ChosenByHand:
    """It changes nothing of the plan; that it names what is of this week can be seen."""
    fields = record(node, "visit", "worker", "instead_of")
    workers = {worker.id for worker in problem.workers}
    if fields["visit"].value not in {visit.id for visit in problem.visits}:
        fields["visit"].fail(f"must be the id of a visit of this file, not {fields['visit'].excerpt()}")
    for name, known in (("worker", workers), ("instead_of", workers | {""})):
        if fields[name].value not in known:
            fields[name].fail(f"must be the id of a worker of this file, not {fields[name].excerpt()}")
    return ChosenByHand(*(str(fields[name].value) for name in ("visit", "worker", "instead_of")))


def _weights(node: JsonNode) -> WeekWeights:
    return WeekWeights(**{name: whole_number(value, at_most=_LARGEST) for name, value in record(node, *_WEIGHTS).items()})


def _problem(node: JsonNode) -> WeekProblem:
    fields = record(node, "monday", "visits", "workers", "places", "travel", optional=("travel_by",))
    if calendar_date(fields["monday"]).weekday():
        fields["monday"].fail(f"must be a Monday, not {fields['monday'].excerpt()}")
    travel = _travel(fields["places"], fields["travel"])
    travel_by = {goes: _travel(fields["places"], rows) for goes, rows in _tables(fields).items()}
    visits = [_visit(item, travel.places) for item in fields["visits"].items()]
    ids = frozenset(visit.id for visit in visits)
    workers = [_worker(item, travel.places, ids, travel_by) for item in fields["workers"].items()]
    for name in ("visits", "workers"):
        unique((item.fields()["id"], item.fields()["id"].value) for item in fields[name].items())
    return WeekProblem(identifier(fields["monday"]), visits, workers, travel, travel_by)


def _tables(fields: Mapping[str, JsonNode]) -> Mapping[str, JsonNode]:
    """Of those who go another way, by the way."""
    if "travel_by" not in fields:
        return {}
    if not (tables := fields["travel_by"].fields()):
        fields["travel_by"].fail("must name a way of going, or be left out")
    return tables


def _travel(places: JsonNode, rows: JsonNode) -> TravelTable:
    names = [identifier(item) for item in places.items()]
    unique((item, name) for item, name in zip(places.items(), names, strict=True))
    for row in rows.items():
        row.items()
    try:
        # A hundred thousand numbers: a node is made only for one that is wrong.
        return table_from_rows(names, [row.value for row in rows.items()])  # type: ignore[misc]  # each is a list, as was just seen
    except TravelError as error:
        JsonNode(None, f"{rows.path}{error.place.removeprefix('rows')}").fail(error.problem)


def _visit(node: JsonNode, places: Collection[str]) -> WeekVisit:
    fields = record(node, "id", "person", "start", "end", "workers", "place", "kept", "published")
    start = whole_number(fields["start"], at_most=_LARGEST)
    return WeekVisit(
        identifier(fields["id"]),
        identifier(fields["person"]),
        start,
        whole_number(fields["end"], at_least=start + 1, at_most=_LARGEST),
        whole_number(fields["workers"], at_least=1, at_most=_MOST_TOGETHER),
        _place(fields["place"], places),
        _names(fields["kept"]),
        _names(fields["published"]),
    )


def _worker(node: JsonNode, places: Collection[str], visits: Collection[str], ways: Collection[str]) -> WeekWorker:
    optional = ("wished_minutes", "most_minutes")
    fields = record(node, "id", "place", "cannot", "known", "preferred", "daily_rest", optional=(*optional, "goes"))
    minutes = {name: whole_number(fields[name], at_most=_LARGEST) for name in optional if name in fields}
    if "goes" in fields and fields["goes"].value not in ways:
        fields["goes"].fail(f"must be one of travel_by, or left out, not {fields['goes'].excerpt()}")
    return WeekWorker(
        identifier(fields["id"]),
        _place(fields["place"], places),
        {id_: identifier(reason) for id_, reason in _of_visits(fields["cannot"], visits).items()},
        {person: whole_number(times, at_most=_LARGEST) for person, times in fields["known"].fields().items()},
        _names(fields["preferred"]),
        minutes.get("wished_minutes"),
        minutes.get("most_minutes"),
        whole_number(fields["daily_rest"], at_most=_LARGEST),
        str(fields["goes"].value) if "goes" in fields else "",
    )


def _plan(node: JsonNode, problem: WeekProblem) -> Mapping[str, frozenset[str]]:
    """Empty if no plan was recorded."""
    ids = frozenset(visit.id for visit in problem.visits)
    plan = {visit: _names(names) for visit, names in _of_visits(node, ids).items()}
    if plan and (missing := sorted(ids - plan.keys())):
        node.fail(f"has no {missing[0]}; it names everybody who comes, visit by visit")
    return plan


def _of_visits(node: JsonNode, visits: Collection[str]) -> dict[str, JsonNode]:
    fields = node.fields()
    for id_, value in fields.items():
        if id_ not in visits:
            value.fail("must stand under the id of a visit of this file")
    return fields


def _place(node: JsonNode, places: Collection[str]) -> str:
    if node.value != "" and node.value not in places:
        node.fail(f"must be one of places, or empty, not {node.excerpt()}")
    return str(node.value)


def _names(node: JsonNode) -> frozenset[str]:
    unique((item, identifier(item)) for item in node.items())
    return frozenset(identifier(item) for item in node.items())
