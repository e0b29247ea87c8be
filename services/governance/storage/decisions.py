"""Stores the decision log, numbered 1, 2, 3 without a gap and never altered, and the counted numbers behind each result."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, text

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper
from libs.refusals import FailedPrecondition
from services.governance.domain.decision import DecisionEffect, DecisionKind, MotionDecision
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR
from services.governance.domain.tally import Tally
from services.governance.storage import rulebooks
from services.governance.storage.tables import class_count, decision, motion, vote

# Of two concurrent decisions the second waits for this lock, so that numbers have no gap.
_LOCK = text("select pg_advisory_xact_lock(hashtext('decision'))")
_NEXT_NUMBER = select(func.coalesce(func.max(decision.c.number), 0) + 1).scalar_subquery()
_ADD = insert(decision).values(number=_NEXT_NUMBER)
_ALL = (
    select(decision, func.coalesce(motion.c.title, vote.c.question, "").label("title"))
    .outerjoin(motion, motion.c.id == decision.c.motion)
    .outerjoin(vote, vote.c.id == decision.c.vote)
)
_OF_MOTION_BY_NUMBER = (
    select(decision, motion.c.resolution_type, motion.c.rulebook_hash.label("rules"))
    .join(motion, motion.c.id == decision.c.motion)
    .where(decision.c.number == bindparam("number"))
)
_OF_MOTION = select(decision.c.id, decision.c.decided_at).where(decision.c.motion == bindparam("motion"))
_ADD_CLASS_COUNT = insert(class_count)
_CLASS_COUNTS = select(class_count).where(class_count.c.motion == bindparam("motion")).order_by(class_count.c.member_class)


@dataclass(frozen=True)
class Decision:
    """One entry of the decision log, on a motion, on a federated vote, or the founding on neither."""

    number: int
    id: UUID
    kind: str
    motion: UUID | None
    vote: str | None
    title: str
    passed: bool
    decided_at: datetime
    rulebook_hash: str
    effect: str


_read_decision = row_mapper(Decision)


async def lock_log(work: UnitOfWork) -> None:
    """Lock the log: nobody else can add a decision until the transaction ends."""
    await work.connection.execute(_LOCK)


async def add(
    work: UnitOfWork,
    decision_id: UUID,
    *,
    kind: DecisionKind,
    rulebook_hash: str,
    motion: UUID | None = None,
    vote: str | None = None,
    passed: bool = True,
    effect: DecisionEffect,
) -> None:
    await lock_log(work)
    subject = {"kind": kind.value, "motion": motion, "vote": vote, "rulebook_hash": rulebook_hash}
    await work.connection.execute(_ADD, {"id": decision_id, **subject, "passed": passed, "decided_at": work.now, "effect": effect.value})


async def list_newest(work: UnitOfWork, page: PageRequest) -> Page[Decision]:
    return (await paginate(work, _ALL, page, by=(decision.c.number,), name="decisions", descending=True)).map(_read_decision)


async def get_for_motion(work: UnitOfWork, motion_id: UUID) -> tuple[UUID, datetime] | None:
    """Return the id and time of the decision on a motion."""
    row = (await work.connection.execute(_OF_MOTION, {"motion": motion_id})).first()
    return (row.id, row.decided_at) if row else None


async def get_motion_decision(work: UnitOfWork, number: int) -> MotionDecision:
    """Return the decision of that number. Raises FailedPrecondition DECISION_UNKNOWN if it is not one on a motion of ours."""
    row = (await work.connection.execute(_OF_MOTION_BY_NUMBER, {"number": number})).first()
    if row is None:
        raise FailedPrecondition("DECISION_UNKNOWN", number=str(number))
    resolution_type = await rulebooks.load_resolution_type(work, row.rules, row.resolution_type)
    return MotionDecision(number, row.passed, row.decided_at, resolution_type)


async def save_class_counts(work: UnitOfWork, motion_id: UUID, tally: Tally) -> None:
    """Save what was counted, in people: with the rulebook the result can be computed again at any time."""
    rows = [
        {
            "motion": motion_id,
            "member_class": class_tally.name,
            "eligible": class_tally.heads.eligible,
            "votes_for": class_tally.heads.marks.get(FOR, 0),
            "votes_against": class_tally.heads.marks.get(AGAINST, 0),
            "abstentions": class_tally.heads.abstain,
        }
        for class_tally in tally.classes
    ]
    await work.connection.execute(_ADD_CLASS_COUNT, rows)


async def load_class_counts(work: UnitOfWork, motion_id: UUID) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Return (eligible by class, votes by class and option), the arguments of `tally`."""
    rows = (await work.connection.execute(_CLASS_COUNTS, {"motion": motion_id})).all()
    eligible = {row.member_class: row.eligible for row in rows}
    votes = {row.member_class: {FOR: row.votes_for, AGAINST: row.votes_against, ABSTAIN: row.abstentions} for row in rows}
    return eligible, votes
