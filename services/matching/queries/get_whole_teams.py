"""The teams of a person with all that stands on the page of teams, read in one transaction."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.matching.domain.task import TeamTask
from services.matching.domain.team import Team, TeamMember
from services.matching.queries.get_team import WholeTeam, get_teams
from services.matching.queries.get_team_questions import SeenQuestion, list_questions
from services.matching.queries.get_team_tasks import list_tasks
from services.matching.storage import teams


@dataclass(frozen=True)
class SeenTeam:
    """As `get_team`, `get_team_tasks` and `get_team_questions` say it; who acts reads the questions of the person's own team alone."""

    whole: WholeTeam
    tasks: list[TeamTask]
    questions: list[SeenQuestion]


@dataclass(frozen=True)
class WholeTeams:
    """Their own team comes first. An invitation shows nothing of the team."""

    invitations: list[tuple[Team, TeamMember]]
    teams: list[SeenTeam]


async def get_whole_teams(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> WholeTeams:
    """Raises what `get_teams` raises."""
    own, places = await get_teams(work, person)
    joined = [*([own] if own else []), *(team for team, member in places if member.joined_at is not None)]
    await audit.record_read(work, "team", "view", *{team.owner for team in joined})
    today = work.now.astimezone(zone).date()
    seen = [await _seen(work, person, team, today) for team in joined]
    return WholeTeams([(team, member) for team, member in places if member.joined_at is None], seen)


async def _seen(work: UnitOfWork, person: UUID, team: Team, today: date) -> SeenTeam:
    whole = WholeTeam(team, await teams.list_members(work, team.id), await teams.list_hats(work, team.id))
    may_read = work.caller.acting_for is None or team.owner == person
    return SeenTeam(whole, await list_tasks(work, team.id, today), await list_questions(work, person, team.id) if may_read else [])
