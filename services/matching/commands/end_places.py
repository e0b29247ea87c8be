"""Ends what those take part in who are no longer members: places in teams, with hats and tasks, introductions, pairs of peers, and asks."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.commands.end_asks import end_asks_now
from services.matching.commands.end_peer_pair import end_peer_pair_now
from services.matching.commands.part_concerns import stop_facilitating
from services.matching.commands.part_ways import end_introductions_now, leave_team
from services.matching.domain.introduction import end_at_once
from services.matching.storage import ended_memberships, introductions, peer_pairs, teams


async def end_places(work: UnitOfWork) -> int:
    """Returns of how many people. Their own team stays theirs: those in it are there by their choice."""
    ended = await ended_memberships.list_due(work)
    for person in ended:
        await _end_all(work, person)
    return len(ended)


async def _end_all(work: UnitOfWork, person: UUID) -> None:
    for place in await teams.list_memberships(work, person):
        team = await teams.get(work, place.team, lock=True)
        member = await teams.find_member(work, team.id, person)
        if member is not None:
            await leave_team(work, team, member)
    live = await introductions.list_live_of_both(work, person)
    await end_introductions_now(work, [end_at_once(introduction, work.now) for introduction in live])
    await stop_facilitating(work, person)
    for pair in await peer_pairs.list_of(work, person):
        await end_peer_pair_now(work, pair)
    await end_asks_now(work, person)
