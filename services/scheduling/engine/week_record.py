"""What makes a plan of a week reproducible, and the plan made again from it."""

from collections.abc import Callable

from services.scheduling.domain.week_problem import WeekPlan, WeekProblem, WeekWeights
from services.scheduling.domain.week_record import WeekRecord
from services.scheduling.engine.week_plan import WEEK_ENGINE_VERSION, plan_week


def record_of(problem: WeekProblem, plan: WeekPlan, seed: int, iterations: int, weights: WeekWeights) -> WeekRecord:
    """Of a plan that `plan_week` made from these."""
    return WeekRecord(problem, weights, WEEK_ENGINE_VERSION, seed, iterations, plan.iterations, plan.comes, plan.points)


def recompute(record: WeekRecord, progress: Callable[[int], bool] | None = None, *, plain: bool = False) -> WeekPlan:
    """The plan made again. Raises ValueError for the record of another engine: it makes other plans."""
    if record.engine != WEEK_ENGINE_VERSION:
        raise ValueError(f"the record is of engine {record.engine}, and this is {WEEK_ENGINE_VERSION}")
    return plan_week(record.problem, record.seed, record.iterations, record.weights, progress, made=record.made, plain=plain)
