"""Publishes governance's events through the outbox. They carry ids, classes, dates and numbers; never a name, a text or a choice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from kith.governance.facts.v1 import facts_pb2 as facts
from libs.access.audit_chain import ChainHead
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages import outbox
from libs.rulebook import RestRules, Rulebook, WorkingTimeRules
from libs.rulebook.fraction_text import format_fraction
from services.governance.domain.ballot import Ballot
from services.governance.domain.motion import Motion, notices_of
from services.governance.domain.motion_ballot import MotionRow
from services.governance.domain.vote_ballot import VoteBallot, board_entry

_PERSONS_PER_NOTICE = 200


async def rulebook_adopted(work: UnitOfWork, rulebook: Rulebook, decision: UUID) -> None:
    classes = [facts.AdoptedClass(key=member_class.key, votes=member_class.votes) for member_class in rulebook.classes]
    message = facts.RulebookAdopted(rulebook_hash=rulebook.hash, decision_id=str(decision), classes=classes)
    for kind in rulebook.credentials:
        message.credentials.add(
            key=kind.key, expires_after_months=kind.expires_after_months, remind_days=kind.remind_days, gates=kind.gates
        )
    rules = rulebook.matching
    message.matching.CopyFrom(
        facts.AdoptedMatching(
            interest_days=rules.interest_days,
            meeting_days=rules.meeting_days,
            trial_days=rules.trial_days,
            review_visits=rules.review_visits,
            shown_a_week=rules.shown_a_week,
            ask_days=rules.ask_days,
            ask_least=rules.ask_least,
            asks_a_day=rules.asks_a_day,
            no_matching_days=not rules.matching_days,
            ranks_kept_days=rules.ranks_kept_days,
            link_hat=rules.link,
        )
    )
    if (money := rulebook.money) is not None:
        message.money.payer_adds, message.money.worker_gives = format_fraction(money.payer_adds), format_fraction(money.worker_gives)
        message.money.travel_pence_a_km, message.money.travel_pence_a_minute = money.travel_pence_a_km, money.travel_pence_a_minute
        message.money.below_floor_with_reason, message.money.fewest_in_line = money.below_floor_with_reason, money.fewest_in_line
        for floor in money.pay_floors:
            message.money.pay_floors.add(first_day=floor.first_day.isoformat(), pence_an_hour=floor.pence_an_hour)
    message.visits.confirm_after_days = rulebook.visits.confirm_after_days
    message.visits.day_sheet_hour = rulebook.visits.day_sheet_hour
    message.partners.answer_days = rulebook.partners.answer_days
    concerns = rulebook.concerns
    message.concerns.CopyFrom(
        facts.AdoptedConcerns(
            talk_days=concerns.talk_days,
            facilitated_days=concerns.facilitated_days,
            answer_days=concerns.answer_days,
            cover_days=concerns.cover_days,
            kept_days=concerns.kept_days,
        )
    )
    watch = rulebook.watch
    message.watch.late_after_minutes, message.watch.next_after_minutes = watch.late_after, watch.next_after
    message.watch.lone_after_minutes, message.watch.lone_always = watch.lone_after, watch.lone_always
    message.drafts.CopyFrom(facts.AdoptedDrafts(hat=rulebook.drafts.hat, **asdict(rulebook.drafts.points)))
    message.working_time.CopyFrom(_working_time(rulebook.working_time))
    for rule in rulebook.retention.rules:
        message.retention.add(kind=rule.kind, years=rule.years, after=rule.after)
    message.holds_not_shown.extend(rulebook.retention.holds_not_shown)
    await outbox.publish(work, (message, str(decision)))


def _working_time(rules: WorkingTimeRules) -> facts.AdoptedWorkingTime:
    return facts.AdoptedWorkingTime(
        adult=_rest(rules.adult),
        young=_rest(rules.young),
        average_week_minutes=rules.average_week,
        averaged_weeks=rules.averaged_weeks,
        night_average_minutes=rules.night_average,
        night_counts_from_minutes=rules.night_counts_from,
        young_day_minutes=rules.young_day,
        young_week_minutes=rules.young_week,
        opt_out_notice_days=rules.opt_out_notice_days,
        reasons=[facts.AdoptedRestReason(key=reason.key, passes=reason.passes) for reason in rules.reasons],
    )


def _rest(rules: RestRules) -> facts.AdoptedRest:
    return facts.AdoptedRest(
        daily_rest_minutes=rules.daily_rest,
        weekly_rest_minutes=rules.weekly_rest,
        break_after_minutes=rules.break_after,
        break_minutes=rules.shortest_break,
        night_starts=rules.night[0],
        night_ends=rules.night[1],
    )


async def motion_opened(work: UnitOfWork, motion: Motion, roll: Mapping[str, int], membership_number: int) -> None:
    message = facts.MotionOpened(
        motion_id=str(motion.id),
        resolution_type=motion.resolution_type,
        rulebook_hash=motion.rulebook_hash,
        roll=[facts.RollSize(member_class=name, eligible=size) for name, size in roll.items()],
        membership_number=membership_number,
    )
    message.opens_at.FromDatetime(motion.opens_at)
    message.closes_at.FromDatetime(motion.closes_at)
    await outbox.publish(work, (message, str(motion.id)))


async def notices_of_motion_wanted(work: UnitOfWork, motion: Motion, voters: Sequence[UUID]) -> None:
    """Asks for the motion's notices to each voter."""
    events = []
    for notice in notices_of(motion):
        for start in range(0, len(voters), _PERSONS_PER_NOTICE):
            persons = map(str, voters[start : start + _PERSONS_PER_NOTICE])
            message = facts.NoticeWanted(person_ids=persons, kind=notice.kind, about_id=str(motion.id))
            message.due_at.FromDatetime(notice.due_at)
            message.until.FromDatetime(motion.closes_at)
            events.append((message, str(motion.id)))
    await outbox.publish(work, *events)


async def ballot_cast(work: UnitOfWork, ballot: Ballot[MotionRow, str]) -> None:
    row = ballot.row
    message = facts.BallotCast(
        motion_id=str(row.motion),
        ballot_id=str(ballot.id),
        person_id=str(row.person),
        member_class=row.member_class,
        revision=ballot.revision,
        taken=ballot.taken.value,
    )
    await outbox.publish(work, (message, str(row.motion)))


async def motion_closed(work: UnitOfWork, motion: UUID, decision: UUID, ballots: int, *, passes: bool) -> None:
    message = facts.MotionClosed(motion_id=str(motion), passes=passes, decision_id=str(decision), ballots=ballots)
    await outbox.publish(work, (message, str(motion)))


async def vote_drafted(work: UnitOfWork, draft_id: str, participants: Sequence[str], observers: Sequence[str]) -> None:
    await outbox.publish(work, (facts.VoteDrafted(draft_id=draft_id, participants=participants, observers=observers), draft_id))


async def vote_joined(work: UnitOfWork, vote: str, body: str, day: str, reference: str) -> None:
    await outbox.publish(work, (facts.VoteJoined(vote_id=vote, body=body, date=day, reference=reference), vote))


async def vote_withdrawn(work: UnitOfWork, vote: str) -> None:
    await outbox.publish(work, (facts.VoteWithdrawn(vote_id=vote), vote))


async def vote_rows_frozen(work: UnitOfWork, vote: str, chunks: Sequence[Sequence[bytes]]) -> None:
    """Publish one event for each chunk of entries; the last chunk ends with the roll entry."""
    messages = [
        facts.VoteRowsFrozen(vote_id=vote, entries=chunk, last=number == len(chunks)) for number, chunk in enumerate(chunks, start=1)
    ]
    await outbox.publish(work, *((message, vote) for message in messages))


async def vote_roll_attested(work: UnitOfWork, vote: str, rows: int, scrutineers: int) -> None:
    await outbox.publish(work, (facts.VoteRollAttested(vote_id=vote, rows=rows, scrutineers=scrutineers), vote))


async def vote_made_ready(work: UnitOfWork, vote: str) -> None:
    await outbox.publish(work, (facts.VoteMadeReady(vote_id=vote), vote))


async def vote_ballot_cast(work: UnitOfWork, ballot: VoteBallot) -> None:
    """Publish without the caller: an event that named the voter would tie a person to a pseudonym."""
    await outbox.publish(work, (facts.VoteBallotCast(vote_id=ballot.row.vote, entry=board_entry(ballot)), ballot.row.vote), anonymous=True)


async def vote_objected(work: UnitOfWork, vote: str, reference: str) -> None:
    await outbox.publish(work, (facts.VoteObjected(vote_id=vote, reference=reference), vote))


async def vote_settlement_agreed(work: UnitOfWork, vote: str, settlement: bytes, reference: str) -> None:
    await outbox.publish(work, (facts.VoteSettlementAgreed(vote_id=vote, settlement=settlement, reference=reference), vote))


async def read_audit_sealed(work: UnitOfWork, head: ChainHead) -> None:
    await outbox.publish(work, (facts.ReadAuditSealed(number=head.number, chain=head.chain), str(head.number)))


async def person_data_erased(work: UnitOfWork, erased: Erased) -> None:
    message = facts.PersonDataErased(
        erasure_id=str(erased.erasure),
        person_ids=map(str, erased.persons),
        deleted_kinds=erased.deleted,
        blanked_kinds=erased.blanked,
        kept_kinds=erased.kept,
    )
    await outbox.publish(work, (message, str(erased.persons[0])))
