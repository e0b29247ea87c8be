"""The decision log: numbered 1, 2, 3 without a gap, never altered. And the counted numbers behind each result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import Work
from libs.rulebook import ResolutionType
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR
from services.governance.domain.tally import Tally
from services.governance.storage import rulebooks

# Two decisions at one moment: the second waits here, so that numbers have no gap.
_LOCK = text("select pg_advisory_xact_lock(hashtext('decision'))")
_ADD = text("""
insert into decision (number, id, kind, motion, vote, passed, decided_at, rulebook_hash, effect)
select coalesce(max(number), 0) + 1, :id, :kind, :motion, :vote, :passed, :at, :rulebook_hash, :effect from decision""")
_PAGE = text("""
select d.number, d.id, d.kind, d.motion, d.vote, d.passed, d.decided_at, d.rulebook_hash, d.effect, coalesce(m.title, v.question) as title
from decision d left join motion m on m.id = d.motion left join vote v on v.id = d.vote
where cast(:before as bigint) is null or d.number < :before order by d.number desc limit :limit""")
_NUMBERED = text("select kind, passed, decided_at from decision where number = :number")
_KIND_OF = text("""
select m.resolution_type, m.rulebook_hash from decision d join motion m on m.id = d.motion where d.number = :number""")
_OF_MOTION = text("select id, decided_at from decision where motion = :motion")
_ADD_COUNT = text("""
insert into class_count (motion, member_class, eligible, votes_for, votes_against, abstentions)
values (:motion, :member_class, :eligible, :votes_for, :votes_against, :abstentions)""")
_COUNTS = text("select * from class_count where motion = :motion order by member_class")


@dataclass(frozen=True)
class Decision:
    """One line of the log."""

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
    """Of a vote with other co-ops."""


async def hold(work: Work) -> None:
    """Nobody else decides anything until the work ends."""
    await work.connection.execute(_LOCK)


async def add(
    work: Work,
    decision: UUID,
    *,
    kind: str,
    rulebook_hash: str,
    motion: UUID | None = None,
    vote: str | None = None,
    passed: bool = True,
    effect: str = "",
) -> None:
    await hold(work)
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


async def page(work: Work, before: int | None, limit: int) -> list[Decision]:
    """Newest first."""
    return [_decision(row) for row in (await work.connection.execute(_PAGE, {"before": before, "limit": limit})).all()]


async def of_motion(work: Work, motion: UUID) -> tuple[UUID, datetime] | None:
    """The decision's id, and when it was made."""
    row = (await work.connection.execute(_OF_MOTION, {"motion": motion})).first()
    return (row.id, row.decided_at) if row else None


async def numbered(work: Work, number: int) -> tuple[str, bool, datetime] | None:
    """(kind, passed, when) of a line of the log."""
    row = (await work.connection.execute(_NUMBERED, {"number": number})).first()
    return (row.kind, row.passed, row.decided_at) if row else None


async def kind_of(work: Work, number: int) -> ResolutionType | None:
    """The kind of resolution of the motion that this line of the log decided, by the rules it was put under."""
    row = (await work.connection.execute(_KIND_OF, {"number": number})).first()
    return (await rulebooks.rules(work, row.rulebook_hash)).resolution(row.resolution_type) if row else None


async def keep_counts(work: Work, motion: UUID, tally: Tally) -> None:
    """What was counted, in people: with the rulebook it gives the result again, at any time."""
    await work.connection.execute(
        _ADD_COUNT,
        [
            {
                "motion": motion,
                "member_class": one.name,
                "eligible": one.heads.eligible,
                "votes_for": one.heads.marks.get(FOR, 0),
                "votes_against": one.heads.marks.get(AGAINST, 0),
                "abstentions": one.heads.abstain,
            }
            for one in tally.classes
        ],
    )


async def counts(work: Work, motion: UUID) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """(eligible by class, votes by class and option), as `tally` takes them."""
    rows = (await work.connection.execute(_COUNTS, {"motion": motion})).all()
    eligible = {row.member_class: row.eligible for row in rows}
    votes = {row.member_class: {FOR: row.votes_for, AGAINST: row.votes_against, ABSTAIN: row.abstentions} for row in rows}
    return eligible, votes


def _decision(row: Row[Any]) -> Decision:
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
