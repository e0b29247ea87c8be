"""A person lets somebody see fields of their record. Nobody does so in their place: sharing is the person's own."""

from collections.abc import Sequence
from uuid import UUID

from libs.access import hats
from libs.access.reading import AudienceKind
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.identity.commands.caller_session import require_not_to_helper
from services.identity.domain.access_terms import GrantAudience, GrantPeriod, check_audience, check_period
from services.identity.domain.person_merge import require_in_use
from services.identity.domain.record_change import check_fields
from services.identity.storage import access_grants, co_op_members, events_out, person_merges, persons
from services.identity.storage.access_grants import AccessGrant


async def give_access(work: UnitOfWork, fields: Sequence[str], audience: GrantAudience, period: GrantPeriod) -> list[UUID]:
    """The grants, one for each field. What the same audience had of it before ends.

    Raises NotAllowed PERSON_NEEDED, NOT_TO_YOUR_HELPER; Invalid for a field, the audience (READER_UNKNOWN, AUDIENCE_LEFT ...) or the
    period; FailedPrecondition PERSON_MERGED.
    """
    person = await hats.require_person(work)
    require_not_to_helper(work, audience.person)
    check_fields(fields)
    check_audience(person, audience)
    check_period(period, work.now)
    await _lock_and_check(work, person, audience.person)
    grants = [_make_grant(work, person, field, audience, period) for field in fields]
    for grant in grants:
        for replaced in await access_grants.end_same(work, grant):
            await events_out.access_ended(work, person, replaced, "replaced")
        await access_grants.add(work, grant)
        await events_out.access_given(work, grant)
    return [grant.id for grant in grants]


async def _lock_and_check(work: UnitOfWork, person: UUID, named: UUID | None) -> None:
    """Both are locked, in one order, so that somebody who leaves in this moment has left before or loses this grant too."""
    known = {each: await persons.lock(work, each) for each in sorted({person} | ({named} if named else set()))}
    if named is None:
        return
    if not known[named]:
        raise invalid("audience", "READER_UNKNOWN")
    # Nobody signs in with a merged entry, and the person behind it would see nothing.
    require_in_use(await person_merges.merged_into(work, named))
    if await co_op_members.has_left(work, named):
        raise invalid("audience", "AUDIENCE_LEFT")


def _make_grant(work: UnitOfWork, person: UUID, field: str, audience: GrantAudience, period: GrantPeriod) -> AccessGrant:
    if audience.person:
        kind, who = AudienceKind.PERSON, str(audience.person)
    elif audience.team:
        kind, who = AudienceKind.TEAM, ""
    else:
        kind, who = (AudienceKind.HAT, audience.hat) if audience.hat else (AudienceKind.MEMBERS, "")
    return AccessGrant(work.new_id(), person, field, kind, who, period.valid_from or work.now, period.valid_until)
