"""Two no longer try it or work together: all that hung on it ends with it, and no event says by whose wish."""

from collections.abc import Sequence
from uuid import UUID

from kith.matching.v1.enums import IntroductionStep, NoKind
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.matching.commands.part_concerns import part_concerns
from services.matching.domain import introduction as steps
from services.matching.domain.introduction import Introduction, IntroductionKind
from services.matching.domain.review import Review
from services.matching.domain.team import Team, TeamMember
from services.matching.storage import events_out, introductions, peer_noes, private_noes, reviews, tasks, teams
from services.matching.storage.private_noes import PrivateNo


async def part_ways(work: UnitOfWork, ended: Review) -> None:
    """A review ended it: the trial is over, or the place in the team. With neither there is nothing left to end."""
    async with all_rows(work):
        team = await teams.find_by_owner(work, ended.person, lock=True)
        member = await teams.find_member(work, team.id, ended.worker) if team else None
        if team is not None and member is not None and member.joined_at is not None:
            await leave_team(work, team, member)
            return
        live = await introductions.find_live(work, ended.person, ended.worker)
        if live is not None and live.step is IntroductionStep.TRIAL:
            await end_introductions_now(work, [steps.end_at_once(live, work.now)])
        await _end_pair(work, ended.person, ended.worker)


async def leave_team(work: UnitOfWork, team: Team, member: TeamMember) -> None:
    """Their hats, tasks and open reviews end with it. An invitation that was not answered is taken back."""
    for worn in await teams.list_hats(work, team.id):
        if worn.person == member.person:
            await teams.free_hat(work, team.id, worn.hat, worn.handover)
            if worn.accepted_at is not None:
                await events_out.team_hat_ended(work, worn)
    for task in await tasks.list_of(work, team.id):
        if task.person == member.person:
            await tasks.remove(work, task)
            await events_out.task_ended(work, task)
    await teams.remove_member(work, team.id, member.person)
    if member.joined_at is not None:
        await _end_pair(work, team.owner, member.person)
        await events_out.team_member_left(work, team, member.person)
        await part_concerns(work, team.id, member.person)


async def end_introductions_now(work: UnitOfWork, ended: Sequence[Introduction]) -> None:
    """Saves those that are over. From now on neither is proposed to the other, after a no as after silence."""
    for over in ended:
        await introductions.save(work, over)
        if over.kind is IntroductionKind.PEER:
            await peer_noes.add_lapsed(work, over.person, over.worker, over.since)
            continue
        sides = ((over.person, over.worker, False), (over.worker, over.person, True))
        lapsed = [PrivateNo(chooser, other, as_worker, NoKind.LAPSED, over.since) for chooser, other, as_worker in sides]
        await private_noes.add_lapsed(work, lapsed)
        await _end_pair(work, over.person, over.worker)


async def _end_pair(work: UnitOfWork, person: UUID, worker: UUID) -> None:
    """A member of a team who acts for nobody sees no pair but their own: a pair there is, is found."""
    if (pair := await reviews.find_pair(work, person, worker)) is not None:
        await reviews.end_pair(work, pair)
