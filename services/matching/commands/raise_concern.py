"""One of two in a team says that something is wrong between them, and chooses whether they talk alone first."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed
from libs.texts.words import check_words
from services.matching.domain import concern as rules
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import Team
from services.matching.storage import concern_notes, concern_rules, concerns, events_out, teams
from services.matching.storage.concern_notes import ConcernNote


async def raise_concern(
    work: UnitOfWork,
    team_id: UUID,
    other: UUID,
    facilitated: bool,  # noqa: FBT001 - a field of the request
    typed: str,
) -> UUID:
    """Returns its id. Who acts for somebody does so in that person's own team alone, and against nobody but others than themselves.

    Raises NotFound TEAM_UNKNOWN, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, FailedPrecondition NOT_IN_TEAM
    or CONCERN_SET_ASIDE, Invalid SAME_PERSON or WORDS_TOO_LONG, AlreadyExists CONCERN_OPEN.
    """
    raiser, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id, lock=True)
    if work.caller.acting_for is not None and (raiser != team.owner or work.caller.person == other):
        raise NotAllowed("NOT_YOURS")
    words = check_words("words", typed, rules.MAX_WORDS)
    for one in (raiser, other):
        await _require_in(work, team, one)
    step_rules = await concern_rules.get_concern_rules(work)
    rules.require_left_in_peace(await concerns.last_set_aside(work, other, raiser), work.now, step_rules)
    raised = rules.raise_concern(work.new_id(), team.id, team.owner, raiser, other, work.now, step_rules, facilitated=facilitated)
    if not await concerns.add(work, raised):
        raise AlreadyExists("CONCERN_OPEN")
    if words:
        await concern_notes.add(work, ConcernNote(work.new_id(), raised.id, raiser, None, words, work.now))
    await events_out.concern_notice(work, "concern_step", raised.two)
    return raised.id


async def _require_in(work: UnitOfWork, team: Team, one: UUID) -> None:
    member = await teams.find_member(work, team.id, one)
    if one != team.owner and (member is None or member.joined_at is None):
        raise FailedPrecondition("NOT_IN_TEAM")
