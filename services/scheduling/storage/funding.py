"""Payers, and plans of who pays for visits to a person. Row-level security: the person, who acts for them in `money`, a secretary."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from kith.scheduling.v1.enums import TermsState
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.funding import FundingLine, FundingPlan, Payer
from services.scheduling.storage.money_tables import funding_line, funding_plan, payer

_PAYERS = select(payer).order_by(payer.c.organisation, payer.c.id)
_PLANS = (
    select(funding_plan).where(among(funding_plan.c.person, "persons")).order_by(funding_plan.c.first_day.desc(), funding_plan.c.id.desc())
)
_LINES = select(funding_line).where(among(funding_line.c.person, "persons")).order_by(funding_line.c.plan, funding_line.c.place)
_PLAN = select(funding_plan).where(funding_plan.c.id == bindparam("of")).with_for_update()
_COUNT_PROPOSED = (
    select(func.count())
    .select_from(funding_plan)
    .where(funding_plan.c.person == bindparam("of"), funding_plan.c.proposed_by != bindparam("by"))
    .where(funding_plan.c.state == TermsState.PROPOSED.value)
)
_WITHDRAW = (
    update(funding_plan)
    .where(funding_plan.c.person == bindparam("of"), funding_plan.c.state == TermsState.PROPOSED.value)
    .values(state=TermsState.WITHDRAWN.value)
)
_SAVE = update(funding_plan).where(funding_plan.c.id == bindparam("saved"))

_to_payer = row_mapper(Payer)
_to_plan = row_mapper(FundingPlan)
_to_line = row_mapper(FundingLine)


async def add_payer(work: UnitOfWork, new: Payer) -> None:
    await work.connection.execute(insert(payer), values_of(new))


async def list_payers(work: UnitOfWork, ids: Collection[UUID] | None = None) -> list[Payer]:
    """All, or those of these ids that are payers, by name."""
    payers = map(_to_payer, await work.connection.execute(_PAYERS))
    return [each for each in payers if ids is None or each.id in ids]


async def add(work: UnitOfWork, plan: FundingPlan) -> None:
    """What waited for an answer before is withdrawn."""
    await work.connection.execute(_WITHDRAW, {"of": plan.person})
    await work.connection.execute(insert(funding_plan), values_of(plan, "lines"))
    rows = [values_of(line) | {"plan": plan.id, "place": place, "person": plan.person} for place, line in enumerate(plan.lines)]
    await work.connection.execute(insert(funding_line), rows)


async def get(work: UnitOfWork, plan: UUID) -> FundingPlan:
    """Locked, without its lines. Raises NotFound FUNDING_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_PLAN, {"of": plan})).first()
    if row is None:
        raise NotFound("FUNDING_UNKNOWN")
    return _to_plan(row)


async def count_proposed(work: UnitOfWork, person: UUID, answers: UUID) -> int:
    """How many plans for `person` wait for a yes that `answers` may give: nobody answers what they proposed."""
    return int((await work.connection.execute(_COUNT_PROPOSED, {"of": person, "by": answers})).scalar_one())


async def save_answer(work: UnitOfWork, plan: FundingPlan) -> None:
    answered = {"state": plan.state.value, "answered_by": plan.answered_by, "answered_at": plan.answered_at}
    await work.connection.execute(_SAVE.values(answered), {"saved": plan.id})


async def list_of(work: UnitOfWork, persons: Collection[UUID]) -> dict[UUID, list[FundingPlan]]:
    """By person, the latest first day first."""
    lines: defaultdict[UUID, list[FundingLine]] = defaultdict(list)
    for row in await work.connection.execute(_LINES, {"persons": list(persons)}):
        lines[row.plan].append(_to_line(row))
    plans: defaultdict[UUID, list[FundingPlan]] = defaultdict(list)
    for plan in map(_to_plan, await work.connection.execute(_PLANS, {"persons": list(persons)})):
        plans[plan.person].append(replace(plan, lines=tuple(lines[plan.id])))
    return plans
