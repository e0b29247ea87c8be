"""Ends tasks whose member no longer has the credentials for them, and tells the team; publishes the last day of the others anew."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.matching.domain.task import TeamTask
from services.matching.storage import events_out, tasks, teams
from services.matching.storage.clearance import clearance_of


async def end_tasks(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Looks at those whose credentials or rulebook changed, and those whose last day is over. Returns at how many it looked."""
    today = work.now.astimezone(zone).date()
    doubtful = await tasks.list_doubtful(work, today)
    for task in doubtful:
        if await teams.find_member(work, task.team, task.person) is None:
            # They left the team as the task was given: it is nobody's, and nothing to do with credentials.
            await tasks.remove(work, task)
            await events_out.task_ended(work, task)
            continue
        clearance = await clearance_of(work, task.team, task.person, task.kind, today)
        if clearance.given:
            checked = replace(task, until_day=clearance.until_day, check_again=False)
            await tasks.save(work, checked)
            if checked.until_day != task.until_day:
                await events_out.task_assigned(work, checked)
        else:
            await _end(work, task)
    return len(doubtful)


async def _end(work: UnitOfWork, task: TeamTask) -> None:
    team = await teams.get(work, task.team)
    told = {team.owner} | {member.person for member in await teams.list_members(work, task.team) if member.joined_at is not None}
    await tasks.remove(work, task)
    await events_out.task_ended(work, task, told=told)
