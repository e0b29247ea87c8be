"""Rows of drafts of weeks. Row-level security shows a draft to its planner, and of it to others what is proposed to them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.scheduling.v1.enums import DraftAnswer, DraftPlaceKind, WeekDraftState
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.week_draft import DraftPlace, DraftVisit, VisitNow, WeekDraft
from services.scheduling.storage.tables import visit, visit_place
from services.scheduling.storage.visits import TAKES_PLACE
from services.scheduling.storage.week_draft_tables import week_draft, week_draft_place, week_draft_visit

TOPIC = "week_drafts"
"""Wakes the process that makes drafts."""
_BY_ID = select(week_draft).where(week_draft.c.id == bindparam("of"))
_LOCKED = _BY_ID.with_for_update()
_MAKING = week_draft.c.state == WeekDraftState.MAKING.value
_OLDEST_IN_THE_MAKING = select(week_draft.c.id).where(_MAKING).order_by(week_draft.c.id).limit(1)
_LOCKED_IN_THE_MAKING = _LOCKED.where(_MAKING)
# A planner has one draft of a week of which something can still become: the index `week_draft_live`.
_ADD = insert(week_draft).on_conflict_do_nothing().returning(week_draft.c.id)
_ADD_VISIT, _ADD_PLACE = insert(week_draft_visit), insert(week_draft_place)
_SAVE = update(week_draft).where(week_draft.c.id == bindparam("saved"))
_PROGRESS = (
    update(week_draft)
    .where(week_draft.c.id == bindparam("of"), _MAKING)
    .values(done=bindparam("so_far"))
    .returning(week_draft.c.stop_asked)
)
_VISITS = (
    select(week_draft_visit)
    .where(week_draft_visit.c.draft == bindparam("of"))
    .order_by(week_draft_visit.c.starts, week_draft_visit.c.number)
)
_PLACES = (
    select(week_draft_place)
    .where(week_draft_place.c.draft == bindparam("of"))
    .order_by(
        week_draft_place.c.visit,
        case((week_draft_place.c.kind == DraftPlaceKind.GONE.value, 1), else_=0),
        week_draft_place.c.worker,
    )
)
_FORGET = delete(week_draft).where(week_draft.c.monday < bindparam("this"))
_NOW = select(visit.c.id, visit.c.version).where(
    among(visit.c.id, "visits"), visit.c.state.in_(TAKES_PLACE), visit.c.starts > bindparam("now", type_=MOMENT)
)
_COMING = select(visit_place.c.visit, visit_place.c.worker).where(among(visit_place.c.visit, "visits"), visit_place.c.coming)
_WITHOUT = select(week_draft.c.id).where(week_draft.c.absent == bindparam("of"), week_draft.c.state == WeekDraftState.ASKED.value)
_REMOVE_PLACE = delete(week_draft_place).where(
    week_draft_place.c.draft == bindparam("of"),
    week_draft_place.c.visit == bindparam("at"),
    week_draft_place.c.worker == bindparam("whose"),
)
_PROPOSED_TO = (
    select(week_draft_visit)
    .join(
        week_draft_place, and_(week_draft_place.c.draft == week_draft_visit.c.draft, week_draft_place.c.visit == week_draft_visit.c.visit)
    )
    .where(week_draft_visit.c.draft == bindparam("of"), week_draft_place.c.worker == bindparam("whose"))
    .where(week_draft_place.c.kind == DraftPlaceKind.NEW.value)
)
_to_draft = row_mapper(WeekDraft)
_to_visit = row_mapper(DraftVisit)
_to_place = row_mapper(DraftPlace)


async def get(work: UnitOfWork, draft_id: UUID, *, lock: bool = False) -> WeekDraft:
    """Raises NotFound WEEK_DRAFT_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_LOCKED if lock else _BY_ID, {"of": draft_id})).first()
    if row is None:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    return _to_draft(row)


async def add(work: UnitOfWork, new: WeekDraft) -> bool:
    """False where the planner has one of that week of which something can still become."""
    work.wakes.add(TOPIC)
    return (await work.connection.execute(_ADD, values_of(new))).first() is not None


async def save(work: UnitOfWork, changed: WeekDraft) -> None:
    """All of it: only for one that this transaction has locked, or what its planner said meanwhile is lost."""
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})


async def remove_place(work: UnitOfWork, removed: DraftPlace) -> None:
    await work.connection.execute(_REMOVE_PLACE, {"of": removed.draft, "at": removed.visit, "whose": removed.worker})


async def list_proposed_to(work: UnitOfWork, draft: UUID, worker: UUID) -> list[DraftVisit]:
    """To which visits they would come by this draft and do not come yet."""
    return list(map(_to_visit, await work.connection.execute(_PROPOSED_TO, {"of": draft, "whose": worker})))


async def find_oldest_in_the_making(work: UnitOfWork) -> UUID | None:
    """Its id alone: before it is locked, its planner may stop it or throw it away at any moment."""
    found: UUID | None = (await work.connection.execute(_OLDEST_IN_THE_MAKING)).scalar()
    return found


async def lock_in_the_making(work: UnitOfWork, draft_id: UUID) -> WeekDraft | None:
    """As it is now; None for one that is no longer being made: it was thrown away, is over, or went with its planner."""
    row = (await work.connection.execute(_LOCKED_IN_THE_MAKING, {"of": draft_id})).first()
    return _to_draft(row) if row else None


async def report_progress(work: UnitOfWork, draft: UUID, done: int) -> bool | None:
    """Whether it is to stop; None for a draft that is no longer being made."""
    row = (await work.connection.execute(_PROGRESS, {"of": draft, "so_far": done})).first()
    return bool(row.stop_asked) if row else None


async def list_by(work: UnitOfWork, planner: UUID, page: PageRequest) -> Page[WeekDraft]:
    """The newest first."""
    return await _page(work, select(week_draft).where(week_draft.c.planner == planner), page, f"drafts of {planner}")


async def list_recorded(work: UnitOfWork, page: PageRequest) -> Page[WeekDraft]:
    """Those that have a record, as far as the transaction sees; the newest first."""
    return await _page(work, select(week_draft).where(week_draft.c.inputs_hash != ""), page, "drafts")


async def add_visits(work: UnitOfWork, new: Iterable[DraftVisit]) -> None:
    if rows := [values_of(each) for each in new]:
        await work.connection.execute(_ADD_VISIT, rows)


async def add_places(work: UnitOfWork, new: Iterable[DraftPlace]) -> None:
    if rows := [values_of(each) for each in new]:
        await work.connection.execute(_ADD_PLACE, rows)


async def list_visits(work: UnitOfWork, draft: UUID) -> list[DraftVisit]:
    """In the order in which they start, as far as the transaction sees."""
    return list(map(_to_visit, await work.connection.execute(_VISITS, {"of": draft})))


async def list_places(work: UnitOfWork, draft: UUID) -> Mapping[UUID, Sequence[DraftPlace]]:
    """By visit; who goes comes last."""
    places: defaultdict[UUID, list[DraftPlace]] = defaultdict(list)
    for place in map(_to_place, await work.connection.execute(_PLACES, {"of": draft})):
        places[place.visit].append(place)
    return places


async def save_place(work: UnitOfWork, changed: DraftPlace) -> None:
    key = and_(*(week_draft_place.c[name] == getattr(changed, name) for name in ("draft", "visit", "worker")))
    await work.connection.execute(update(week_draft_place).where(key).values(values_of(changed, "draft", "visit", "worker")))


async def save_visit(work: UnitOfWork, changed: DraftVisit) -> None:
    key = and_(week_draft_visit.c.draft == changed.draft, week_draft_visit.c.visit == changed.visit)
    await work.connection.execute(update(week_draft_visit).where(key).values(values_of(changed, "draft", "visit")))


async def list_now(work: UnitOfWork, visits: Collection[UUID]) -> Mapping[UUID, VisitNow]:
    """Those of them that take place and have not started, as far as the transaction sees."""
    values = {"visits": list(visits), "now": work.now}
    coming: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in await work.connection.execute(_COMING, values):
        coming[row.visit].add(row.worker)
    return {row.id: VisitNow(row.version, frozenset(coming[row.id])) for row in await work.connection.execute(_NOW, values)}


async def list_proposed(work: UnitOfWork, person: UUID, *, as_worker: bool) -> list[tuple[DraftVisit, Sequence[DraftPlace]]]:
    """Visits of sent drafts for which something is proposed: to them as a worker, or of visits to them; with all that they see of it."""
    mine = week_draft_place.alias("mine")
    concerns: ColumnElement[bool] = mine.c.worker == person if as_worker else mine.c.person == person
    changed = select(mine.c.draft, mine.c.visit).where(concerns, mine.c.kind != DraftPlaceKind.STAYS.value)
    statement = (
        select(week_draft_visit)
        .join(week_draft, week_draft.c.id == week_draft_visit.c.draft)
        .where(week_draft.c.state == WeekDraftState.ASKED.value, week_draft_visit.c.starts > work.now)
        .where(func.row(week_draft_visit.c.draft, week_draft_visit.c.visit).in_(changed))
        .order_by(week_draft_visit.c.starts, week_draft_visit.c.number)
    )
    found = list(map(_to_visit, await work.connection.execute(statement)))
    places = {draft: await list_places(work, draft) for draft in dict.fromkeys(each.draft for each in found)}
    return [(each, places[each.draft][each.visit]) for each in found]


async def count_unanswered(work: UnitOfWork, worker: UUID) -> int:
    """What drafts propose to them, and they have not answered. Without whom a week is planned need not say that they will not come."""
    proposed = await list_proposed(work, worker, as_worker=True)
    without = set((await work.connection.execute(_WITHOUT, {"of": worker})).scalars())
    return sum(
        place.worker == worker
        and place.is_change
        and place.answer is DraftAnswer.WAITING
        and not (place.draft in without and place.kind is DraftPlaceKind.GONE)
        for _, places in proposed
        for place in places
    )


async def _page(work: UnitOfWork, statement: "Select[tuple[object, ...]]", page: PageRequest, name: str) -> Page[WeekDraft]:
    rows = await paginate(work, statement, page, by=(week_draft.c.id,), name=name, descending=True)
    return rows.map(_to_draft)


async def forget_past(work: UnitOfWork, this_monday: date) -> int:
    """Drafts of weeks that are over. Returns how many."""
    return (await work.connection.execute(_FORGET, {"this": this_monday})).rowcount
