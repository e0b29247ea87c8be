"""What governance states, in the words of the wire. Ids, classes, dates and numbers; never a name, a text or a choice."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from kith.governance.facts.v1 import facts_pb2 as facts
from libs.database.engine import Work
from libs.messages import outbox
from libs.rulebook import Rulebook
from services.governance.domain.ballot import Ballot
from services.governance.domain.motion import Motion
from services.governance.domain.vote_ballot import VoteBallot


async def rulebook_adopted(work: Work, rulebook: Rulebook, decision: UUID) -> None:
    classes = [facts.AdoptedClass(key=one.key, votes=one.votes) for one in rulebook.classes]
    said = facts.RulebookAdopted(rulebook_hash=rulebook.hash, decision_id=str(decision), classes=classes)
    await outbox.state(work, (said, str(decision)))


async def motion_opened(work: Work, motion: Motion, roll: Mapping[str, int], membership_number: int) -> None:
    said = facts.MotionOpened(
        motion_id=str(motion.id),
        resolution_type=motion.resolution_type,
        rulebook_hash=motion.rulebook_hash,
        roll=[facts.RollSize(member_class=name, eligible=size) for name, size in roll.items()],
        membership_number=membership_number,
    )
    said.opens_at.FromDatetime(motion.opens_at)
    said.closes_at.FromDatetime(motion.closes_at)
    await outbox.state(work, (said, str(motion.id)))


async def ballot_cast(work: Work, ballot: Ballot) -> None:
    said = facts.BallotCast(
        motion_id=str(ballot.motion),
        ballot_id=str(ballot.id),
        person_id=str(ballot.person),
        member_class=ballot.member_class,
        revision=ballot.revision,
        taken=ballot.taken.value,
    )
    await outbox.state(work, (said, str(ballot.motion)))


async def motions_closed(work: Work, closed: Sequence[tuple[UUID, bool, UUID, int]]) -> None:
    """(motion, passes, decision, ballots) of each."""
    await outbox.state(
        work,
        *(
            (facts.MotionClosed(motion_id=str(motion), passes=passes, decision_id=str(decision), ballots=ballots), str(motion))
            for motion, passes, decision, ballots in closed
        ),
    )


async def vote_drafted(work: Work, draft_id: str, participants: Sequence[str], observers: Sequence[str]) -> None:
    await outbox.state(work, (facts.VoteDrafted(draft_id=draft_id, participants=participants, observers=observers), draft_id))


async def vote_joined(work: Work, vote: str, body: str, day: str, reference: str) -> None:
    await outbox.state(work, (facts.VoteJoined(vote_id=vote, body=body, date=day, reference=reference), vote))


async def vote_withdrawn(work: Work, vote: str) -> None:
    await outbox.state(work, (facts.VoteWithdrawn(vote_id=vote), vote))


async def vote_rows_frozen(work: Work, vote: str, chunks: Sequence[Sequence[bytes]]) -> None:
    """One fact for each chunk of entries; the last chunk ends with the roll entry."""
    said = [facts.VoteRowsFrozen(vote_id=vote, entries=chunk, last=number == len(chunks)) for number, chunk in enumerate(chunks, start=1)]
    await outbox.state(work, *((one, vote) for one in said))


async def vote_roll_attested(work: Work, vote: str, rows: int, scrutineers: int) -> None:
    await outbox.state(work, (facts.VoteRollAttested(vote_id=vote, rows=rows, scrutineers=scrutineers), vote))


async def vote_made_ready(work: Work, vote: str) -> None:
    await outbox.state(work, (facts.VoteMadeReady(vote_id=vote), vote))


async def vote_ballot_cast(work: Work, ballot: VoteBallot) -> None:
    """For nobody: a fact that named who cast would tie a person to a pseudonym."""
    await outbox.state(work, (facts.VoteBallotCast(vote_id=ballot.vote, entry=ballot.entry), ballot.vote), anonymous=True)


async def vote_objected(work: Work, vote: str, reference: str) -> None:
    await outbox.state(work, (facts.VoteObjected(vote_id=vote, reference=reference), vote))


async def vote_settlement_agreed(work: Work, vote: str, settlement: bytes, reference: str) -> None:
    await outbox.state(work, (facts.VoteSettlementAgreed(vote_id=vote, settlement=settlement, reference=reference), vote))
