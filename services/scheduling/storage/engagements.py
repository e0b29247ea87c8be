"""How workers work, from which day on. Row-level security shows a worker their own, and a secretary all."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from kith.scheduling.v1.enums import TermsState
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.storage.money_tables import engagement

_OF = select(engagement).where(among(engagement.c.worker, "workers")).order_by(engagement.c.first_day.desc(), engagement.c.id.desc())
_BY_ID = select(engagement).where(engagement.c.id == bindparam("of")).with_for_update()
_WITHDRAW = (
    update(engagement)
    .where(engagement.c.worker == bindparam("of"), engagement.c.state == TermsState.PROPOSED.value)
    .values(state=TermsState.WITHDRAWN.value)
)
_IS_PROPOSED = engagement.c.state == TermsState.PROPOSED.value
_COUNT_TO = (
    select(func.count())
    .select_from(engagement)
    .where(_IS_PROPOSED, engagement.c.worker == bindparam("of"), engagement.c.proposed_by != engagement.c.worker)
)
_PROPOSING = (
    select(engagement.c.worker)
    .where(_IS_PROPOSED, engagement.c.proposed_by == engagement.c.worker, engagement.c.worker != bindparam("answers"))
    .order_by(engagement.c.proposed_at, engagement.c.id)
    .limit(200)
)
_SAVE = update(engagement).where(engagement.c.id == bindparam("saved"))

_to_terms = row_mapper(EngagementTerms)


async def add(work: UnitOfWork, terms: EngagementTerms) -> None:
    """What waited for an answer before is withdrawn."""
    await work.connection.execute(_WITHDRAW, {"of": terms.worker})
    await work.connection.execute(insert(engagement), values_of(terms))


async def get(work: UnitOfWork, terms: UUID) -> EngagementTerms:
    """Locked. Raises NotFound ENGAGEMENT_UNKNOWN, also for those that the caller may not see."""
    row = (await work.connection.execute(_BY_ID, {"of": terms})).first()
    if row is None:
        raise NotFound("ENGAGEMENT_UNKNOWN")
    return _to_terms(row)


async def count_proposed_to(work: UnitOfWork, worker: UUID) -> int:
    """How many terms wait for this worker's yes."""
    return int((await work.connection.execute(_COUNT_TO, {"of": worker})).scalar_one())


async def list_proposing(work: UnitOfWork, answers: UUID) -> list[UUID]:
    """Workers, at most 200, whose own terms wait for the yes of this secretary, who is somebody else; the oldest first."""
    return list((await work.connection.execute(_PROPOSING, {"answers": answers})).scalars())


async def save_answer(work: UnitOfWork, terms: EngagementTerms) -> None:
    answered = {"state": terms.state.value, "answered_by": terms.answered_by, "answered_at": terms.answered_at}
    await work.connection.execute(_SAVE.values(answered), {"saved": terms.id})


async def list_of(work: UnitOfWork, workers: Collection[UUID]) -> dict[UUID, list[EngagementTerms]]:
    """By worker, the latest first day first."""
    terms: defaultdict[UUID, list[EngagementTerms]] = defaultdict(list)
    for each in map(_to_terms, await work.connection.execute(_OF, {"workers": list(workers)})):
        terms[each.worker].append(each)
    return terms
