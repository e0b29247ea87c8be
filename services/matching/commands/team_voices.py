"""Who has a say in a team: its owner, who acts for them, and those who have joined it. What every command of its questions begins with."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import Team
from services.matching.domain.team_question import TeamQuestion
from services.matching.storage import events_out, team_questions, teams


@dataclass(frozen=True)
class Voices:
    """The team, locked; in whose name somebody calls, who that is if they act, and those in it besides its owner."""

    team: Team
    person: UUID
    acts: UUID | None
    others: list[UUID]

    @property
    def everybody(self) -> list[UUID]:
        return [self.team.owner, *self.others]


async def require_voice(work: UnitOfWork, team_id: UUID) -> Voices:
    """Raises NotFound TEAM_UNKNOWN for who is not in it, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.

    A member's place is theirs alone: nobody acts for them here.
    """
    person, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id, lock=True)
    others = await joined(work, team_id)
    is_acting = work.caller.acting_for is not None
    if person != team.owner and (is_acting or person not in others):
        raise NotFound("TEAM_UNKNOWN")
    return Voices(team, person, work.caller.person if is_acting else None, others)


async def voice_on(work: UnitOfWork, question_id: UUID) -> tuple[Voices, TeamQuestion]:
    """The team before its question, as everybody locks them. Raises NotFound TEAM_QUESTION_UNKNOWN, and as `require_voice`."""
    seen = await team_questions.find(work, question_id)
    voices = await require_voice(work, seen.team)
    return voices, await team_questions.find(work, question_id, lock=True)


async def joined(work: UnitOfWork, team_id: UUID) -> list[UUID]:
    """Those in a team besides its owner."""
    return [member.person for member in await teams.list_members(work, team_id) if member.joined_at is not None]


async def save_closed(work: UnitOfWork, question: TeamQuestion, told: list[UUID]) -> None:
    """Those in the team are told that there is an outcome, and not which."""
    await team_questions.save(work, question)
    await events_out.team_question_notice(work, "team_question_closed", question.id, told)
