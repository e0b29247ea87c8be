"""Somebody proposes to share visits, and what they cost: who is visited to another one, or that one to them."""

from dataclasses import replace
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState, SharingState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, NotFound, invalid
from services.scheduling.commands.team_access import require_in_team
from services.scheduling.commands.tell import Notice, tell_together
from services.scheduling.domain.sharing import NewSharing, propose
from services.scheduling.domain.visit import require_not_started
from services.scheduling.storage import series, sharings, visits
from services.scheduling.storage.visits import TAKES_PLACE


async def propose_sharing(work: UnitOfWork, new: NewSharing, *, zone: ZoneInfo) -> UUID:
    """The two are neighbours, or one is in the other's team.

    Raises what `require_in_team` and `propose` raise, NotAllowed NOT_YOURS, Invalid SHARING_WHAT, NotFound VISIT_UNKNOWN or SERIES_UNKNOWN,
    FailedPrecondition VISIT_NOT_AGREED, VISIT_STARTED, SERIES_NOT_AGREED or SHARING_NOT_NEIGHBOURS, AlreadyExists SHARING_EXISTS or
    SHARING_WAITING.
    """
    _, principal = await require_in_team(work, new.person)
    if principal not in (new.person, new.sharer):
        raise NotAllowed("NOT_YOURS")
    today = work.now.astimezone(zone).date()
    asked, minutes = await _with_days(work, new)
    by = principal, await hats.require_person(work)
    sharing = propose(work.new_id(), asked, minutes, by, today, work.now)
    if not await sharings.know_each_other(work, sharing.person, sharing.sharer):
        raise FailedPrecondition("SHARING_NOT_NEIGHBOURS")
    await _require_first(work, asked, today)
    await sharings.add(work, sharing)
    await tell_together(work, Notice.SHARING_PROPOSED, sharing.id, {sharing.asked})
    return sharing.id


async def _with_days(work: UnitOfWork, new: NewSharing) -> tuple[NewSharing, int]:
    """With the day of the one visit; and how many minutes it, or each of the series, takes."""
    if (new.visit is None) == (new.series is None):
        raise invalid("visit_id", "SHARING_WHAT")
    if new.series is not None:
        found = await series.get(work, new.series)
        if found.person != new.person:
            raise NotFound("SERIES_UNKNOWN")
        if found.state is not SeriesState.AGREED:
            raise FailedPrecondition("SERIES_NOT_AGREED")
        return new, found.minutes
    visit = await visits.get(work, new.visit or new.person)
    if visit.person != new.person:
        raise NotFound("VISIT_UNKNOWN")
    if visit.state.value not in TAKES_PLACE:
        raise FailedPrecondition("VISIT_NOT_AGREED")
    require_not_started(visit, work.now)
    return replace(new, first_day=visit.day, last_day=visit.day), int((visit.ends - visit.starts).total_seconds()) // 60


async def _require_first(work: UnitOfWork, new: NewSharing, today: date) -> None:
    """A proposal that got a no waits like one that got no answer: nothing here tells them apart."""
    for same in await sharings.list_same(work, new.person, new.visit, new.series):
        if same.last_day is not None and same.last_day < today:
            continue
        if same.state is SharingState.AGREED:
            raise AlreadyExists("SHARING_EXISTS")
        if same.sharer == new.sharer:
            raise AlreadyExists("SHARING_WAITING")
