"""Events that matching publishes."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1.enums import PartnerSide
from libs.access.audit_chain import ChainHead
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages import outbox
from services.matching.domain.co_op_ask import AskReply, CoOpAsk, OwnReply
from services.matching.domain.introduction import Introduction
from services.matching.domain.matching_day import MatchingDay
from services.matching.domain.partner import Agreement
from services.matching.domain.peer_pair import PeerPair
from services.matching.domain.referral import Referral
from services.matching.domain.review import Review
from services.matching.domain.task import TeamTask
from services.matching.domain.team import Team, TeamMember, WornTeamHat

_NOTICE_COUNTS = timedelta(days=14)


async def support_profile_changed(work: UnitOfWork, person: UUID, side: str, *, is_open: bool) -> None:
    event = facts.SupportProfileChanged(person_id=str(person), side=side, open=is_open)
    await outbox.publish(work, (event, str(person)))


async def trial_started(work: UnitOfWork, trial: Introduction) -> None:
    event = facts.TrialStarted(introduction_id=str(trial.id), person_id=str(trial.person), worker_id=str(trial.worker))
    await outbox.publish(work, (event, str(trial.person)))


async def team_formed(work: UnitOfWork, team: Team) -> None:
    await outbox.publish(work, (facts.TeamFormed(team_id=str(team.id), owner_id=str(team.owner)), str(team.id)))


async def team_member_joined(work: UnitOfWork, team: Team, member: TeamMember) -> None:
    event = facts.TeamMemberJoined(team_id=str(team.id), owner_id=str(team.owner), person_id=str(member.person), kind=member.kind.value)
    await outbox.publish(work, (event, str(team.id)))


async def team_member_left(work: UnitOfWork, team: Team, person: UUID) -> None:
    event = facts.TeamMemberLeft(team_id=str(team.id), owner_id=str(team.owner), person_id=str(person))
    await outbox.publish(work, (event, str(team.id)))


async def team_hat_given(work: UnitOfWork, worn: WornTeamHat) -> None:
    event = facts.TeamHatGiven(team_id=str(worn.team), person_id=str(worn.person), hat=worn.hat.value, until_day=worn.until_day.isoformat())
    await outbox.publish(work, (event, str(worn.team)))


async def team_hat_ended(work: UnitOfWork, worn: WornTeamHat) -> None:
    event = facts.TeamHatEnded(team_id=str(worn.team), person_id=str(worn.person), hat=worn.hat.value)
    await outbox.publish(work, (event, str(worn.team)))


async def person_data_erased(work: UnitOfWork, erased: Erased) -> None:
    message = facts.PersonDataErased(
        erasure_id=str(erased.erasure),
        person_ids=map(str, erased.persons),
        deleted_kinds=erased.deleted,
        blanked_kinds=erased.blanked,
        kept_kinds=erased.kept,
    )
    await outbox.publish(work, (message, str(erased.persons[0])))


async def review_asked(work: UnitOfWork, asked: Review) -> None:
    """Both are asked, and told in the ways they chose."""
    about, people = str(asked.id), (str(asked.person), str(asked.worker))
    event = facts.ReviewAsked(review_id=about, person_id=people[0], worker_id=people[1], after_visits=asked.after_visits)
    notice = facts.NoticeWanted(person_ids=people, kind="review_asked", about_id=about)
    notice.due_at.FromDatetime(asked.asked_at)
    notice.until.FromDatetime(asked.until)
    await outbox.publish(work, (event, about), (notice, about))


async def task_assigned(work: UnitOfWork, task: TeamTask) -> None:
    until_day = task.until_day.isoformat() if task.until_day else ""
    event = facts.TaskAssigned(team_id=str(task.team), person_id=str(task.person), kind=task.kind.value, until_day=until_day)
    await outbox.publish(work, (event, str(task.team)))


async def task_ended(work: UnitOfWork, task: TeamTask, *, told: Collection[UUID] = ()) -> None:
    """`told` are those in the team, when it ended because credentials no longer count; nobody otherwise."""
    about = str(task.team)
    event = facts.TaskEnded(team_id=about, person_id=str(task.person), kind=task.kind.value, credentials=bool(told))
    await outbox.publish(work, (event, about))
    if told:
        notice = facts.NoticeWanted(person_ids=sorted(map(str, told)), kind="task_ended", about_id=f"{about}.{work.new_id()}")
        notice.due_at.FromDatetime(work.now)
        notice.until.FromDatetime(work.now + _NOTICE_COUNTS)
        await outbox.publish(work, (notice, about))


async def peer_pair_formed(work: UnitOfWork, pair: PeerPair, links: Collection[UUID]) -> None:
    """The Link is told before the pair counts: their notice comes first."""
    event = facts.PeerPairFormed(pair_id=str(pair.id), person_ids=_ids(pair))
    await outbox.publish(
        work,
        (_notice(work, "peer_link_told", links, pair.id), str(pair.id)),
        (event, str(pair.id)),
        (_notice(work, "peer_paired", (pair.first, pair.second), pair.id), str(pair.id)),
    )


async def peer_pair_ended(work: UnitOfWork, pair: PeerPair) -> None:
    """Both are told, in the same words."""
    event = facts.PeerPairEnded(pair_id=str(pair.id), person_ids=_ids(pair))
    await outbox.publish(work, (event, str(pair.id)), (_notice(work, "peer_ended", (pair.first, pair.second), pair.id), str(pair.id)))


async def peer_talk_asked(work: UnitOfWork, pair: PeerPair) -> None:
    """A notice to both, and no event: whom the Link talks with is nobody else's business."""
    await outbox.publish(work, (_notice(work, "peer_talk_asked", (pair.first, pair.second), pair.id), str(pair.id)))


async def partner_place_given(work: UnitOfWork, partner: UUID, person: UUID) -> None:
    """A notice and no event, as everything of partners: no other service needs it."""
    await outbox.publish(work, (_notice(work, "partner_place_given", [person], partner), str(partner)))


async def space_news(work: UnitOfWork, agreement: Agreement, side: PartnerSide, people: Collection[UUID]) -> None:
    """This side is told that the other has proposed, signed or ended it, each time anew."""
    if people:
        kind = "space_for_partner" if side is PartnerSide.PARTNER else "space_for_co_op"
        notice = _notice(work, kind, people, agreement.id)
        notice.about_id = f"{agreement.id}.{work.new_id()}"
        await outbox.publish(work, (notice, str(agreement.partner)))


async def referral_news(work: UnitOfWork, referral: Referral, kind: str, people: Collection[UUID]) -> None:
    await outbox.publish(work, (_notice(work, kind, people, referral.id), str(referral.id)))


def _ids(pair: PeerPair) -> list[str]:
    return [str(pair.first), str(pair.second)]


def _notice(work: UnitOfWork, kind: str, persons: Collection[UUID], about: UUID) -> facts.NoticeWanted:
    notice = facts.NoticeWanted(person_ids=map(str, persons), kind=kind, about_id=str(about))
    notice.due_at.FromDatetime(work.now)
    notice.until.FromDatetime(work.now + _NOTICE_COUNTS)
    return notice


async def other_co_ops_asked(work: UnitOfWork, asked: CoOpAsk) -> None:
    """Nothing in it, and nothing around it, says who asks."""
    event = facts.OtherCoOpsAsked(
        ask_id=asked.id,
        co_ops=asked.co_ops,
        skills=asked.skills,
        languages=asked.languages,
        blocks=asked.blocks,
        north=asked.north,
        east=asked.east,
    )
    event.until.FromDatetime(asked.until)
    await outbox.publish(work, (event, asked.id), anonymous=True)


async def ask_withdrawn(work: UnitOfWork, ask: str) -> None:
    await outbox.publish(work, (facts.AskWithdrawn(ask_id=ask), ask), anonymous=True)


async def ask_replied(work: UnitOfWork, reply: OwnReply) -> None:
    await outbox.publish(work, (facts.AskReplied(co_op=reply.co_op, ask_id=reply.ask, reply_id=reply.id), reply.ask), anonymous=True)


async def ask_reply_taken_back(work: UnitOfWork, reply: OwnReply) -> None:
    event = facts.AskReplyTakenBack(co_op=reply.co_op, ask_id=reply.ask, reply_id=reply.id)
    await outbox.publish(work, (event, reply.ask), anonymous=True)


async def ask_reply_accepted(work: UnitOfWork, reply: AskReply) -> None:
    event = facts.AskReplyAccepted(co_op=reply.co_op, ask_id=reply.ask, reply_id=reply.id, reference=reply.reference)
    await outbox.publish(work, (event, reply.ask), anonymous=True)


async def private_notice(work: UnitOfWork, kind: str, persons: Collection[UUID]) -> None:
    """About an id of its own, and without its cause: no event joins a person with an ask, or with whom something is wrong."""
    if persons:
        about = work.new_id()
        await outbox.publish(work, (_notice(work, kind, persons, about), str(about)), anonymous=True)


async def team_question_notice(work: UnitOfWork, kind: str, question: UUID, told: Collection[UUID]) -> None:
    """A notice and no event: what a team decides stays in the team. Nothing says who asked, or how it ended."""
    if told:
        await outbox.publish(work, (_notice(work, kind, told, question), str(question)), anonymous=True)


async def matching_day_announced(work: UnitOfWork, day: MatchingDay, told: Collection[UUID]) -> None:
    event = facts.MatchingDayAnnounced(day_id=str(day.id), commitment=day.commitment)
    event.closes_at.FromDatetime(day.closes_at)
    event.runs_at.FromDatetime(day.runs_at)
    notice = _notice(work, "matching_day_announced", sorted(told), day.id)
    notice.until.FromDatetime(day.closes_at)
    await outbox.publish(work, (event, str(day.id)), *([(notice, str(day.id))] if told else []))


async def matching_day_called_off(work: UnitOfWork, day: MatchingDay) -> None:
    await outbox.publish(work, (facts.MatchingDayCalledOff(day_id=str(day.id)), str(day.id)))


async def matching_day_run(work: UnitOfWork, day: MatchingDay, draw: str, told: Collection[UUID]) -> None:
    """All who took part are told in the same words, whether somebody was proposed to them or not."""
    event = facts.MatchingDayRun(day_id=str(day.id), draw=draw, entry_hashes=day.entry_hashes, pairs=day.pairs)
    notice = _notice(work, "matching_day_run", sorted(told), day.id)
    await outbox.publish(work, (event, str(day.id)), *([(notice, str(day.id))] if told else []))


async def concern_notice(work: UnitOfWork, kind: str, persons: Collection[UUID]) -> None:
    """A notice to each alone, about an id of its own, and no event: what is wrong between two is nobody else's business, nor who the two
    are. It does not say who did what.
    """
    for person in persons:
        await private_notice(work, kind, [person])


async def read_audit_sealed(work: UnitOfWork, head: ChainHead) -> None:
    await outbox.publish(work, (facts.ReadAuditSealed(number=head.number, chain=head.chain), str(head.number)))
