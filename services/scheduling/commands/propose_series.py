"""Somebody in a person's team proposes visits that repeat; what the person proposes themselves is agreed with that."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.begin_series import begin_series
from services.scheduling.commands.keep_gaps import require_gaps_kept_by_series
from services.scheduling.commands.team_access import require_in_team
from services.scheduling.commands.tell import Notice, tell_of_series
from services.scheduling.domain.visit_series import NewSeries, VisitSeries, agree, propose, require_replaceable
from services.scheduling.storage import events_out, series


async def propose_series(work: UnitOfWork, person: UUID, new: NewSeries, replaces: UUID | None, *, zone: ZoneInfo) -> VisitSeries:
    """With `replaces` it takes that series' place from its own first day on, once it is agreed.

    Raises what `require_in_team`, `propose`, `require_replaceable` and `require_gaps_kept_by_series` raise, NotFound SERIES_UNKNOWN.
    """
    team, principal = await require_in_team(work, person)
    caller, today = await hats.require_person(work), work.now.astimezone(zone).date()
    if replaces is not None:
        require_replaceable(await series.get(work, replaces, lock=True), person, today)
    proposed = propose(work.new_id(), person, team, new, zone, today, caller, replaces)
    await require_gaps_kept_by_series(work, proposed, today, zone)
    await series.add(work, proposed)
    await events_out.series_proposed(work, proposed)
    if principal != person:
        await tell_of_series(work, Notice.SERIES_PROPOSED, proposed.id, {person})
        return proposed
    agreed = agree(proposed, caller, today)
    await series.save(work, agreed)
    await begin_series(work, agreed, caller, today)
    return agreed
