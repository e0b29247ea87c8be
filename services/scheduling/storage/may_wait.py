"""Which kinds of things may wait for somebody: one statement, which Home asks each time. What may wait is looked up then, all else is not.

A yes may be one too many, a no never is.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Uuid, bindparam, exists, or_, select

from kith.scheduling.v1.enums import (
    AlertState,
    AlertStepKind,
    DraftAnswer,
    SeriesState,
    SharingState,
    SwapState,
    TermsState,
    VisitGapState,
    VisitRecordState,
    VisitState,
    WatchDutyState,
)
from libs.database.columns import NOW, constant
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.scheduling.storage.gap_tables import visit_gap
from services.scheduling.storage.money_tables import engagement, funding_plan, shared_budget
from services.scheduling.storage.sharing_tables import sharing, visit_sharer
from services.scheduling.storage.tables import swap, visit, visit_record, visit_series, watch_alert, watch_duty, watch_step
from services.scheduling.storage.week_draft_tables import week_draft_place


@dataclass(frozen=True)
class MayWait:
    """The names are those of the parts of `Waiting`; `alerts` says that they hold the watch at some time,
    `alerts_told` that they were told of one that they see still, as a secretary.
    """

    to_confirm: bool
    shared_to_confirm: bool
    visits: bool
    series: bool
    sharings: bool
    gaps: bool
    disputed: bool
    swaps: bool
    alerts: bool
    alerts_told: bool
    watch_asked: bool
    proposals: bool
    engagements: bool
    funding: bool
    shared_budgets: bool


_OF = bindparam("of", type_=Uuid)


def _any(name: str, *conditions: ColumnElement[bool]) -> Label[bool]:
    return exists().where(*conditions).label(name)


def _is(column: ColumnElement[str], *states: str) -> ColumnElement[bool]:
    return or_(*(column == constant(state) for state in states))


_UNCONFIRMED = _is(visit_record.c.state, VisitRecordState.WRITTEN.value, VisitRecordState.STOOD_BY.value)
_to_may_wait = row_mapper(MayWait)
_MAY_WAIT = select(
    _any("to_confirm", visit_record.c.person == _OF, _UNCONFIRMED),
    _any("shared_to_confirm", visit_sharer.c.sharer == _OF, visit_record.c.visit == visit_sharer.c.visit, _UNCONFIRMED),
    _any("visits", visit.c.person == _OF, visit.c.starts > NOW, _is(visit.c.state, VisitState.PROPOSED.value, VisitState.MOVING.value)),
    _any("series", visit_series.c.person == _OF, _is(visit_series.c.state, SeriesState.PROPOSED.value)),
    _any("sharings", or_(sharing.c.person == _OF, sharing.c.sharer == _OF), _is(sharing.c.state, SharingState.PROPOSED.value)),
    _any("gaps", visit_gap.c.person == _OF, _is(visit_gap.c.state, VisitGapState.PROPOSED.value)),
    _any("disputed", visit_record.c.worker == _OF, _is(visit_record.c.state, VisitRecordState.DISPUTED.value)),
    _any("swaps", swap.c.to_worker == _OF, swap.c.expires_at > NOW, _is(swap.c.state, SwapState.OFFERED.value)),
    _any("alerts", watch_duty.c.holder == _OF, _is(watch_duty.c.state, WatchDutyState.HELD.value)),
    _any(
        "alerts_told",
        watch_step.c.who == _OF,
        _is(watch_step.c.kind, AlertStepKind.TOLD_SECRETARY.value),
        watch_alert.c.id == watch_step.c.alert,
        _is(watch_alert.c.state, AlertState.OPEN.value, AlertState.TAKEN.value),
    ),
    _any("watch_asked", watch_duty.c.holder == _OF, _is(watch_duty.c.state, WatchDutyState.ASKED.value)),
    _any("proposals", week_draft_place.c.worker == _OF, _is(week_draft_place.c.answer, DraftAnswer.WAITING.value)),
    _any("engagements", engagement.c.worker == _OF, _is(engagement.c.state, TermsState.PROPOSED.value)),
    _any("funding", funding_plan.c.person == _OF, _is(funding_plan.c.state, TermsState.PROPOSED.value)),
    _any("shared_budgets", shared_budget.c.other == _OF, _is(shared_budget.c.state, TermsState.PROPOSED.value)),
)


async def get(work: UnitOfWork, person: UUID) -> MayWait:
    return _to_may_wait((await work.connection.execute(_MAY_WAIT, {"of": person, "now": work.now})).one())
