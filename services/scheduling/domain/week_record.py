"""The record of a planned week: all that it takes to make the plan again, in the one form that is hashed. Format: docs/formats/week.md."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from libs.signing import canonical
from services.scheduling.domain.week_problem import WeekProblem, WeekVisit, WeekWeights, WeekWorker


@dataclass(frozen=True)
class WeekRecord:
    """Inputs, seed, iterations, weights and the engine's version make the plan."""

    problem: WeekProblem
    weights: WeekWeights
    engine: int
    seed: int
    iterations: int
    """How long the search was to be: temperatures are divided among them."""
    made: int
    """How many were made: fewer if somebody stopped it."""
    comes: Mapping[str, frozenset[str]]
    points: Mapping[str, int]
    rulebook: str = ""
    """The hash of the rulebook whose weights they are; empty for the usual ones."""
    chosen: Sequence["ChosenByHand"] = ()
    """What the planner changed after the plan was made, in the order in which they did. The plan is as the engine made it."""


@dataclass(frozen=True)
class ChosenByHand:
    """`instead_of` is empty where nobody had the place."""

    visit: str
    worker: str
    instead_of: str


def record_document(record: WeekRecord) -> bytes:
    """Canonical JSON: the same record is the same bytes everywhere."""
    return canonical.encode({
        "week": _inputs(record.problem),
        "inputs": inputs_hash(record.problem),
        "weights": asdict(record.weights),
        "engine": record.engine,
        "seed": record.seed,
        "iterations": record.iterations,
        "made": record.made,
        "plan": {visit: _sorted(comes) for visit, comes in record.comes.items()},
        "points": dict(record.points),
        **({"rulebook": record.rulebook} if record.rulebook else {}),
        **({"chosen": [asdict(each) for each in record.chosen]} if record.chosen else {}),
    })  # fmt: skip


def with_choice(document: str, choice: ChosenByHand) -> str:
    """The record of a plan with one choice more; the plan stays as the engine made it."""
    fields = json.loads(document)
    fields["chosen"] = [*fields.get("chosen", ()), asdict(choice)]
    return canonical.encode(fields).decode()


def inputs_hash(problem: WeekProblem) -> str:
    """SHA-256 of the canonical form of the week, in hexadecimal digits. In which order visits and workers are given does not matter."""
    return sha256(canonical.encode(_inputs(problem))).hexdigest()


def _inputs(problem: WeekProblem) -> canonical.Json:
    places = sorted({thing.place for things in (problem.visits, problem.workers) for thing in things} - {""})
    return {
        "monday": problem.monday,
        "visits": [_visit(visit) for visit in sorted(problem.visits, key=lambda visit: visit.id)],
        "workers": [_worker(worker) for worker in sorted(problem.workers, key=lambda worker: worker.id)],
        "places": _sorted(places),
        "travel": _rows(problem.travel, places),
        # Records of weeks in which nobody goes another way stay as they were.
        **({"travel_by": {goes: _rows(table, places) for goes, table in problem.travel_by.items()}} if problem.travel_by else {}),
    }


def _visit(visit: WeekVisit) -> canonical.Json:
    return {
        "id": visit.id,
        "person": visit.person,
        "start": visit.start,
        "end": visit.end,
        "workers": visit.workers,
        "place": visit.place,
        "kept": _sorted(visit.kept),
        "published": _sorted(visit.published),
    }


def _worker(worker: WeekWorker) -> canonical.Json:
    """Minutes that nobody named are left out: canonical JSON has no null."""
    minutes = {"wished_minutes": worker.wished_minutes, "most_minutes": worker.most_minutes, "daily_rest": worker.daily_rest}
    return {
        "id": worker.id,
        "place": worker.place,
        "cannot": dict(worker.cannot),
        "known": dict(worker.known),
        "preferred": _sorted(worker.preferred),
        **({"goes": worker.goes} if worker.goes else {}),
        **{name: value for name, value in minutes.items() if value is not None},
    }


def _sorted(names: Iterable[str]) -> canonical.Json:
    return [*sorted(names)]


def _rows(travel: Mapping[tuple[str, str], int], places: Sequence[str]) -> canonical.Json:
    """Of the places that somebody is at. A pair that is missing takes no time."""
    return [[travel.get((origin, destination), 0) for destination in places] for origin in places]
