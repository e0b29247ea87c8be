"""Stores the decision log, numbered 1, 2, 3 without a gap and never altered, and the counted numbers behind each result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import UnitOfWork
from libs.rulebook import ResolutionType
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR
from services.governance.domain.tally import Tally
from services.governance.storage import rulebooks

# Of two concurrent decisions the second waits for this lock, so that numbers have no gap.
_LOCK = text("select pg_advisory_xact_lock(hashtext('decision'))")
_ADD = text("""
insert into decision (number, id, kind, motion, vote, passed, decided_at, rulebook_hash, effect)
select coalesce(max(number), 0) + 1, :id, :kind, :motion, :vote, :passed, :at, :rulebook_hash, :effect from decision""")
_PAGE = text("""
select d.number, d.id, d.kind, d.motion, d.vote, d.passed, d.decided_at, d.rulebook_hash, d.effect, coalesce(m.title, v.question) as title
from decision d left join motion m on m.id = d.motion left join vote v on v.id = d.vote
where cast(:before as bigint) is null or d.number < :before order by d.number desc limit :limit""")
_BY_NUMBER = text("select kind, passed, decided_at from decision where number = :number")
_RESOLUTION_TYPE = text("""
select m.resolution_type, m.rulebook_hash from decision d join motion m on m.id = d.motion where d.number = :number""")
_OF_MOTION = text("select id, decided_at from decision where motion = :motion")
_ADD_CLASS_COUNT = text("""
insert into class_count (motion, member_class, eligible, votes_for, votes_against, abstentions)
values (:motion, :member_class, :eligible, :votes_for, :votes_against, :abstentions)""")
_CLASS_COUNTS = text("select * from class_count where motion = :motion order by member_class")


@dataclass(frozen=True)
class Decision:
    """One entry of the decision log."""

    number: int
    id: UUID
    kind: str
    motion: UUID | None
    title: str
    passed: bool
    decided_at: datetime
    rulebook_hash: str
    effect: str
    vote: str = ""
    """Id of the federated vote, or empty."""


async def lock_log(work: UnitOfWork) -> None:
    """Lock the log: nobody else can add a decision until the transaction ends."""
    await work.connection.execute(_LOCK)


async def add(
    work: UnitOfWork,
    decision: UUID,
    *,
    kind: str,
    rulebook_hash: str,
    motion: UUID | None = None,
    vote: str | None = None,
    passed: bool = True,
    effect: str = "",
) -> None:
    await lock_log(work)
    await work.connection.execute(
        _ADD,
        {
            "id": decision,
            "kind": kind,
            "motion": motion,
            "vote": vote,
            "passed": passed,
            "at": work.now,
            "rulebook_hash": rulebook_hash,
            "effect": effect,
        },
    )


async def list_page(work: UnitOfWork, before: int | None, limit: int) -> list[Decision]:
    """Return a page of decisions, newest first."""
    return [_decision_from_row(row) for row in (await work.connection.execute(_PAGE, {"before": before, "limit": limit})).all()]


async def get_for_motion(work: UnitOfWork, motion: UUID) -> tuple[UUID, datetime] | None:
    """Return the id and time of the decision on a motion."""
    row = (await work.connection.execute(_OF_MOTION, {"motion": motion})).first()
    return (row.id, row.decided_at) if row else None


async def get_by_number(work: UnitOfWork, number: int) -> tuple[str, bool, datetime] | None:
    """Return (kind, passed, decided at) of a numbered decision."""
    row = (await work.connection.execute(_BY_NUMBER, {"number": number})).first()
    return (row.kind, row.passed, row.decided_at) if row else None


async def get_resolution_type(work: UnitOfWork, number: int) -> ResolutionType | None:
    """Return the resolution type of the motion behind a numbered decision, by the rulebook the motion was opened under."""
    row = (await work.connection.execute(_RESOLUTION_TYPE, {"number": number})).first()
    return (await rulebooks.load_rules(work, row.rulebook_hash)).resolution(row.resolution_type) if row else None


async def save_class_counts(work: UnitOfWork, motion: UUID, tally: Tally) -> None:
    """Save what was counted, in people: with the rulebook the result can be computed again at any time."""
    await work.connection.execute(
        _ADD_CLASS_COUNT,
        [
            {
                "motion": motion,
                "member_class": class_tally.name,
                "eligible": class_tally.heads.eligible,
                "votes_for": class_tally.heads.marks.get(FOR, 0),
                "votes_against": class_tally.heads.marks.get(AGAINST, 0),
                "abstentions": class_tally.heads.abstain,
            }
            for class_tally in tally.classes
        ],
    )


async def load_class_counts(work: UnitOfWork, motion: UUID) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Return (eligible by class, votes by class and option), the arguments of `tally`."""
    rows = (await work.connection.execute(_CLASS_COUNTS, {"motion": motion})).all()
    eligible = {row.member_class: row.eligible for row in rows}
    votes = {row.member_class: {FOR: row.votes_for, AGAINST: row.votes_against, ABSTAIN: row.abstentions} for row in rows}
    return eligible, votes


def _decision_from_row(row: Row[Any]) -> Decision:
    return Decision(
        number=row.number,
        id=row.id,
        kind=row.kind,
        motion=row.motion,
        title=row.title or "",
        passed=row.passed,
        decided_at=row.decided_at,
        rulebook_hash=row.rulebook_hash,
        effect=row.effect,
        vote=row.vote or "",
    )
