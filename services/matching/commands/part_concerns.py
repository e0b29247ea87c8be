"""Somebody has left a team: what was wrong between them and others of it is no longer talked about, and their visits may need somebody."""

from uuid import UUID

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.matching.commands.concern_steps import save_steps
from services.matching.domain.concern import end_facilitation, part
from services.matching.storage import concern_rules, concerns, events_out


async def part_concerns(work: UnitOfWork, team: UUID, leaver: UUID) -> None:
    """By whichever way they left; also concerns with others than the owner, who alone can end somebody's place."""
    async with all_rows(work):
        found = await concerns.list_in_team(work, team, leaver)
    rules = await concern_rules.get_concern_rules(work)
    parted = [part(concern, leaver, work.now, rules) for concern in found]
    await save_steps(work, parted)
    for concern in parted:
        await events_out.concern_notice(work, "concern_step", concern.two)


async def stop_facilitating(work: UnitOfWork, person: UUID) -> None:
    """They are no longer a member: those whom they were beside look for somebody else."""
    freed = [end_facilitation(concern, person) for concern in await concerns.list_facilitated(work, person)]
    await save_steps(work, freed)
    for concern in freed:
        await events_out.concern_notice(work, "concern_waiting", concern.two)
