"""Instant changes of a planned week: a visit more, a visit at another time, a visit less, a worker who falls ill.

The first answer puts in only what the change touches, by the cheapest worker, who gives up at most two visits for it. Settling then
searches on for a while: every visit that changes hands costs points, and at most a tenth of the others may.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekPlan, WeekProblem, WeekVisit, WeekWeights, WeekWorker
from services.scheduling.engine.week_filling import hardest_first
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_plan import plan_of, search_for, search_on
from services.scheduling.engine.week_rules import reason_against

ILL = "WORKER_ILL"
MOST_MOVED = 10
"""Of a hundred visits that the change does not touch, so many may get somebody else when the week settles."""
SETTLING_CHANGE = 40
"""Points of a visit that gets somebody else when the week settles."""
SETTLING_HOTTEST = 20
"""Cooler than a plan from nothing begins: the plan is good already."""


@dataclass(frozen=True)
class InsertVisit:
    visit: WeekVisit
    cannot: Mapping[str, str] = field(default_factory=dict)
    """Worker to the reason that forbids them this visit, whatever the rest of the plan."""


@dataclass(frozen=True)
class MoveVisit:
    """To a time that its person agreed to."""

    visit: str
    start: int
    end: int
    cannot: Mapping[str, str] = field(default_factory=dict)
    """As above, at the new time."""


@dataclass(frozen=True)
class CancelVisit:
    visit: str


@dataclass(frozen=True)
class WorkerIll:
    """From one moment of the week until another, or to its end. Visits that have begun by then are theirs."""

    worker: str
    start: int
    end: int | None = None


Comes = Mapping[str, frozenset[str]]
Change = InsertVisit | MoveVisit | CancelVisit | WorkerIll


@dataclass(frozen=True)
class ChangedWeek:
    """The week after a change: the problem as it is now, and a plan for it."""

    problem: WeekProblem
    plan: WeekPlan
    before: Comes
    """Who came to each visit before the change."""
    touched: frozenset[str]
    """The visits that the change is about."""

    @property
    def moved(self) -> frozenset[str]:
        """The other visits to which somebody does not come any more. Who fills an empty place moves nobody."""
        others = ((visit, comes) for visit, comes in self.plan.comes.items() if visit not in self.touched)
        return frozenset(visit for visit, comes in others if self.before.get(visit, frozenset()) - comes)


def change_week(
    problem: WeekProblem, plan: WeekPlan, change: Change, weights: WeekWeights = USUAL_WEIGHTS, *, plain: bool = False
) -> ChangedWeek:
    """The first answer: who came still comes where they can. Raises KeyError for what is not of this week, else ValueError."""
    changed, touched = _changed_problem(problem, plan, change)
    comes = _still_come(changed, plan.comes, touched)
    week = Week(changed, settling(weights), _as_published(plan.comes, comes, touched))
    search = search_for(week, week.holders(comes), 0, plain=plain)
    search.fill(hardest_first(week, [place for place, visit in enumerate(week.places) if week.visits[visit].id in touched]))
    return ChangedWeek(changed, plan_of(Week(changed, weights), search.best, 0), plan.comes, touched)


def settle_week(
    changed: ChangedWeek,
    seed: int,
    iterations: int,
    weights: WeekWeights = USUAL_WEIGHTS,
    progress: Callable[[int], bool] | None = None,
    *,
    plain: bool = False,
) -> ChangedWeek:
    """A better plan after the first answer, near to the one before the change. `progress` is as in `plan_week`."""
    comes = changed.plan.comes
    week = Week(changed.problem, settling(weights), _as_published(changed.before, comes, changed.touched))
    most = max(len(changed.before.keys() - changed.touched) * MOST_MOVED // 100, len(changed.moved))
    search = search_for(week, week.holders(comes), seed, most, plain=plain)
    done = search_on(search, iterations, progress, SETTLING_HOTTEST, plain=plain)
    return replace(changed, plan=plan_of(Week(changed.problem, weights), search.best, done))


def _changed_problem(problem: WeekProblem, plan: WeekPlan, change: Change) -> tuple[WeekProblem, frozenset[str]]:
    """The problem after the change, and the visits that it is about."""
    visits = {visit.id: visit for visit in problem.visits}
    if isinstance(change, InsertVisit):
        if change.visit.id in visits:
            raise ValueError(f"visit {change.visit.id} is of this week already")
        visits[change.visit.id] = change.visit
        return _with_reasons(replace(problem, visits=tuple(visits.values())), change.visit.id, change.cannot), frozenset({change.visit.id})
    if isinstance(change, MoveVisit):
        visits[change.visit] = replace(visits[change.visit], start=change.start, end=change.end)
        return _with_reasons(replace(problem, visits=tuple(visits.values())), change.visit, change.cannot), frozenset({change.visit})
    if isinstance(change, CancelVisit):
        del visits[change.visit]
        return replace(problem, visits=tuple(visits.values())), frozenset({change.visit})
    ill = next((worker for worker in problem.workers if worker.id == change.worker), None)
    if ill is None:
        raise KeyError(change.worker)
    away = {visit.id for visit in problem.visits if change.start <= visit.start and (change.end is None or visit.start < change.end)}
    workers = [
        replace(worker, cannot={**worker.cannot, **dict.fromkeys(away, ILL)}) if worker is ill else worker for worker in problem.workers
    ]
    visits |= {id_: replace(visits[id_], kept=visits[id_].kept - {ill.id}) for id_ in away}
    touched = frozenset(id_ for id_ in away if ill.id in plan.comes.get(id_, frozenset()))
    return replace(problem, visits=tuple(visits.values()), workers=workers), touched


def _with_reasons(problem: WeekProblem, visit: str, cannot: Mapping[str, str]) -> WeekProblem:
    def with_reason(worker: WeekWorker) -> WeekWorker:
        others = {id_: reason for id_, reason in worker.cannot.items() if id_ != visit}
        return replace(worker, cannot=others | ({visit: cannot[worker.id]} if worker.id in cannot else {}))

    return replace(problem, workers=[with_reason(worker) for worker in problem.workers])


def _still_come(problem: WeekProblem, comes: Comes, touched: frozenset[str]) -> dict[str, frozenset[str]]:
    """Who has a place before anybody is put in: at a touched visit those whom no rule forbids it now."""
    week = Week(problem, WeekWeights())
    still = {visit.id: comes.get(visit.id, frozenset()) | visit.kept for visit in problem.visits}
    routes = week.routes(still)
    for id_ in touched & still.keys():
        visit = week.visit_numbers[id_]
        numbers = {name: week.worker_numbers[name] for name in still[id_] - week.visits[visit].kept}
        others = {name: [other for other in routes[number] if other != visit] for name, number in numbers.items()}
        still[id_] -= {name for name, number in numbers.items() if reason_against(week, number, visit, others[name])[0]}
    return still


def _as_published(before: Comes, now: Comes, touched: frozenset[str]) -> Comes:
    """The plan before the change counts as the published week: at a touched visit, what is left of it."""
    return {**before, **{visit: before.get(visit, frozenset()) & now.get(visit, frozenset()) for visit in touched}}


def settling(weights: WeekWeights) -> WeekWeights:
    """Those of a week that is near to one that was published: who changes hands counts more."""
    return replace(weights, change=max(weights.change, SETTLING_CHANGE))
