"""Sets how a person wants to be told: the person, or somebody who acts for them in `notices`."""

from dataclasses import replace
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, NotFound
from services.identity.domain.person_merge import require_in_use
from services.identity.domain.ways_to_be_told import SCOPE, WaysToBeTold, check_choice
from services.identity.storage import events_out, person_merges, persons, ways_to_be_told


async def set_ways_to_be_told(work: UnitOfWork, person: UUID, ways: WaysToBeTold) -> None:
    """`ways.version` is the one that the form showed.

    Raises NotAllowed NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, NotFound PERSON_UNKNOWN, FailedPrecondition PERSON_MERGED, Conflict
    VERSION_STALE, Invalid for a field.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_in_use(await person_merges.merged_into(work, person))
    current = await ways_to_be_told.find(work, person)
    if current.version != ways.version:
        raise Conflict("VERSION_STALE", version=str(current.version))
    chosen = check_choice(ways, await ways_to_be_told.list_helpers(work, person))
    await ways_to_be_told.save(work, person, replace(chosen, version=current.version + 1))
    await events_out.ways_to_be_told_changed(work, person)
