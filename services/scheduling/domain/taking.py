"""Why a worker or volunteer cannot come to a visit: every rule of taking one, for who takes it, who is asked, and who swaps.

The rules look at facts of one moment. Whoever acts on the answer holds the locks of the visit and of the worker; that nobody is in two
places at once is besides a constraint of the database (ADR 53).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, Refusal
from libs.rulebook import PassableRule, WorkingTimeRules
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.visit import COMES_AS, PAID, Visit, require_free_place
from services.scheduling.domain.worker_hours import Days, Times, require_rest


@dataclass(frozen=True)
class WorkerPlace:
    """Where somebody stands to one visit.

    `kind` is as what they are in the team, empty for nobody of it, and `joined_at` since when.
    """

    kind: str = ""
    joined_at: datetime | None = None
    comes: bool = False
    in_both: bool = True
    """Of a visit that two share: in both teams, and as the same in both."""

    @property
    def paid(self) -> bool:
        return self.kind == PAID


@dataclass(frozen=True)
class WorkerFacts(WorkerPlace):
    """What decides whether somebody can come to one visit.

    `missing` are the credentials that a paid worker lacks on its day, `tasks_missing` the kinds of its tasks that the person has not given
    them. `paid_times` are the starts and ends of their other paid visits around it, on days on which they count as employed. `works_as` is
    what was agreed for its day, if anything was. `rules` are those of the rulebook in force, `opt_outs` the days on which its average week
    does not bind them.
    """

    missing: Sequence[str] = ()
    tasks_missing: Sequence[str] = ()
    away: bool = False
    elsewhere: bool = False
    paid_times: Sequence[Times] = ()
    works_as: Engagement | None = None
    rules: WorkingTimeRules = field(default_factory=WorkingTimeRules)
    opt_outs: Sequence[Days] = ()

    @property
    def needs_rest(self) -> bool:
        return self.paid and counts_as_employed(self.works_as)

    @property
    def daily_rest(self) -> int:
        """In minutes; 0 for who is not bound."""
        return self.rules.adult.daily_rest if self.needs_rest else 0


def counts_as_employed(works_as: Engagement | None) -> bool:
    """The law protects employed workers; a paid worker of whom nothing was agreed counts as employed."""
    return works_as in (None, Engagement.EMPLOYED)


@dataclass(frozen=True)
class NotTaken:
    """A visit that a worker does not come to, and why."""

    visit: UUID
    reason: str
    details: Mapping[str, str]


def reason_of_place(kind: str) -> Refusal | None:
    """Why somebody goes to no visit of a team at all, by what they are in it, empty for nobody of it: NOT_IN_TEAM, VISIT_FOR_WORKERS."""
    if not kind:
        return FailedPrecondition("NOT_IN_TEAM")
    return None if kind in COMES_AS else NotAllowed("VISIT_FOR_WORKERS")


def reasons_against(
    zone: ZoneInfo, visit: Visit, taken: int, facts: WorkerFacts, now: datetime, said: SaidReason | None = None
) -> list[Refusal]:
    """Every hard reason, the first the one to say; empty for who can come. `taken` is by how many the visit is taken, `said` why the worker
    comes although their rest is not kept.

    NOT_IN_TEAM, VISIT_FOR_WORKERS, VISIT_YOURS and NOT_IN_BOTH_TEAMS stand alone: the rest does not matter then. Then VISIT_OVER,
    VISIT_NOT_AGREED, VISIT_STARTED or VISIT_TAKEN; VISIT_NEEDS_CREDENTIALS with `kinds`; VISIT_NEEDS_TASKS with `tasks`; WORKER_AWAY;
    WORKER_ELSEWHERE, or what `require_rest` raises.
    """
    if alone := _reason_alone(facts):
        return [alone]
    against = _refused(lambda: require_free_place(visit, taken, now))
    if facts.paid and facts.missing:
        against.append(FailedPrecondition("VISIT_NEEDS_CREDENTIALS", kinds=" ".join(facts.missing)))
    if facts.tasks_missing:
        against.append(FailedPrecondition("VISIT_NEEDS_TASKS", tasks=" ".join(facts.tasks_missing)))
    if facts.away:
        against.append(FailedPrecondition("WORKER_AWAY"))
    if facts.elsewhere:
        against.append(AlreadyExists("WORKER_ELSEWHERE"))
    elif facts.needs_rest:
        against += _refused(lambda: rules_passed(zone, visit, facts, said))
    return against


def require_place(visit: Visit, taken: int, place: WorkerPlace, now: datetime) -> None:
    """Raises what of `reasons_against` needs no more than where they stand, and is said before all that does."""
    if alone := _reason_alone(place):
        raise alone
    require_free_place(visit, taken, now)


def _reason_alone(place: WorkerPlace) -> Refusal | None:
    if reason := reason_of_place(place.kind):
        return reason
    if place.comes:
        return AlreadyExists("VISIT_YOURS")
    return None if place.in_both else FailedPrecondition("NOT_IN_BOTH_TEAMS")


def rules_passed(zone: ZoneInfo, visit: Visit, facts: WorkerFacts, said: SaidReason | None) -> list[PassableRule]:
    """Which rules of working time are not kept with the visit, for which the worker `said` why. Raises what `require_rest` raises."""
    if not facts.needs_rest:
        return []
    return require_rest(facts.rules, zone, facts.paid_times, (visit.starts, visit.ends), facts.opt_outs, said)


def _refused(check: Callable[[], object]) -> list[Refusal]:
    try:
        check()
    except Refusal as refusal:
        return [refusal]
    return []
