"""Follows a merge of two entries of one person through every table with people: the rows of the one become those of the kept one.

Where both had the same thing, the kept entry's own stays, and the other's goes; of two noes the stronger one, and of two places in a team
the one that was joined. What was between the two entries was of one person with themselves: it is over.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Table, and_, bindparam, case, delete, exists, or_, select, update

from kith.matching.v1.enums import IntroductionStep, NoKind
from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import IntroductionKind
from services.matching.storage.tables import (
    call_out,
    concern,
    counted_visit,
    introduction,
    private_no,
    review,
    showing,
    team,
    team_hat,
    team_member,
    team_task,
    working_pair,
)
from services.matching.storage.team_tables import team_question

_SIDES = ("person", "worker")
_NO_KEY = ("chooser", "other", "as_worker")


async def move_noes(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """On both sides: whom the person does not want to see, and who does not want to see them."""
    strength = case({NoKind.BLOCK.value: 2, NoKind.NO.value: 1}, value=private_no.c.kind, else_=0)
    for name in ("chooser", "other"):
        same = private_no.alias("same")
        its_strength = case({NoKind.BLOCK.value: 2, NoKind.NO.value: 1}, value=same.c.kind, else_=0)
        weaker = exists().where(same.c[name] == bindparam("other_id"), *_same_but(private_no, same, name, _NO_KEY), its_strength > strength)
        # First the kept entry's own that say less, then the other's that have no room.
        await work.connection.execute(
            delete(private_no).where(private_no.c[name] == bindparam("kept_id"), weaker), {"kept_id": kept, "other_id": other}
        )
        await move_rows(work, private_no, name, kept, other, key=_NO_KEY)
    await work.connection.execute(delete(private_no).where(private_no.c.chooser == private_no.c.other))


async def move_pairs(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Introductions to give support and working pairs with their visits and reviews, on both sides; those of peers: `merged_peers.py`.

    Of two live ones the kept entry's own goes on.
    """
    both = {"kept_id": kept, "other_id": other}
    support = introduction.c.kind == IntroductionKind.SUPPORT.value
    steps: tuple[tuple[Table, ColumnElement[bool], Mapping[str, object]], ...] = (
        (introduction, and_(introduction.c.until.is_not(None), support), {"until": None, "step": IntroductionStep.OVER.value}),
        (working_pair, working_pair.c.ended_at.is_(None), {"ended_at": work.now}),
    )
    for table, live, over in steps:
        is_of_both = or_(*(and_(table.c[one] == kept, table.c[two] == other) for one, two in (_SIDES, _SIDES[::-1])))
        await work.connection.execute(update(table).where(is_of_both, live).values(over))
        for name in _SIDES:
            same = table.alias("same")
            still_live = same.c.until.is_not(None) if table is introduction else same.c.ended_at.is_(None)
            key = (*_SIDES, "kind") if table is introduction else _SIDES
            has_own = exists().where(same.c[name] == bindparam("kept_id"), *_same_but(table, same, name, key), still_live)
            await work.connection.execute(update(table).where(table.c[name] == bindparam("other_id"), live, has_own).values(over), both)
    closed = {"closed_at": work.now}
    ended = select(working_pair.c.id).where(working_pair.c.ended_at.is_not(None))
    await work.connection.execute(update(review).where(review.c.closed_at.is_(None), review.c.pair.in_(ended)).values(closed))
    for table in (introduction, working_pair, counted_visit, review):
        for name in _SIDES:
            moved = update(table).where(table.c[name] == other)
            await work.connection.execute((moved.where(support) if table is introduction else moved).values({name: kept}))


async def move_shown(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Their open call-outs, and who was suggested to whom in which week."""
    await work.connection.execute(update(call_out).where(call_out.c.person == other).values(person=kept))
    for name in _SIDES:
        await move_rows(work, showing, name, kept, other, key=("worker", "person", "week"))
    await work.connection.execute(delete(showing).where(showing.c.person == showing.c.worker))


async def move_places(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Places in teams, hats and tasks; a place that was joined goes before an invitation."""
    same = team_member.alias("same")
    joined_as_other = exists().where(same.c.team == team_member.c.team, same.c.person == other, same.c.joined_at.is_not(None))
    await work.connection.execute(
        delete(team_member).where(team_member.c.person == kept, team_member.c.joined_at.is_(None), joined_as_other)
    )
    await move_rows(work, team_member, "person", kept, other, key=("team", "person"))
    await move_rows(work, team_task, "person", kept, other, key=("team", "person", "kind"))
    await work.connection.execute(update(team_hat).where(team_hat.c.person == other).values(person=kept))


async def move_team(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Their own team. Of two, those of the other's team are in the kept entry's, and the agreement of the other's goes with it.

    The words for the next who has a hat are the kept entry's own where there are any.
    """
    rows = {
        row.owner: row.id for row in await work.connection.execute(select(team.c.id, team.c.owner).where(team.c.owner.in_((kept, other))))
    }
    if other not in rows:
        return
    if kept not in rows:
        await work.connection.execute(update(team).where(team.c.owner == other).values(owner=kept))
    else:
        into, gone = rows[kept], rows[other]
        await move_rows(work, team_member, "team", into, gone, key=("team", "person"))
        await move_rows(work, team_task, "team", into, gone, key=("team", "person", "kind"))
        await _keep_handovers(work, into, gone)
        await work.connection.execute(update(concern).where(concern.c.team == gone).values(team=into))
        await work.connection.execute(update(team_question).where(team_question.c.team == gone).values(team=into))
        await move_rows(work, team_hat, "team", into, gone, key=("team", "hat"))
        await work.connection.execute(delete(team).where(team.c.id == gone))
    # Nobody is in their own team.
    own = select(team.c.id).where(team.c.owner == kept)
    for table in (team_member, team_task):
        await work.connection.execute(delete(table).where(table.c.person == kept, table.c.team.in_(own)))
    free = {"person": None, "accepted_at": None, "until_day": None}
    await work.connection.execute(update(team_hat).where(team_hat.c.person == kept, team_hat.c.team.in_(own)).values(free))


async def _keep_handovers(work: UnitOfWork, into: UUID, gone: UUID) -> None:
    """Of a hat that both teams have, the words for the next one, where the first has none."""
    theirs = team_hat.alias("theirs")
    of_both = (team_hat.c.team == into, team_hat.c.handover == "", theirs.c.team == gone, theirs.c.hat == team_hat.c.hat)
    await work.connection.execute(update(team_hat).where(*of_both).values(handover=theirs.c.handover))


async def move_rows(work: UnitOfWork, table: Table, name: str, kept: UUID, other: UUID, *, key: Sequence[str]) -> None:
    """Writes `kept` into the column in place of `other`, but for rows of which there is one with `kept` already: those go."""
    same = table.alias("same")
    has_own = exists().where(same.c[name] == bindparam("kept_id"), *_same_but(table, same, name, key))
    both = {"kept_id": kept, "other_id": other}
    await work.connection.execute(delete(table).where(table.c[name] == bindparam("other_id"), has_own), both)
    await work.connection.execute(update(table).where(table.c[name] == other).values({name: kept}))


def _same_but(table: Table, same: FromClause, name: str, key: Sequence[str]) -> list[ColumnElement[bool]]:
    """That the columns of the key are the same in both, but for the one of this name."""
    return [table.c[column] == same.c[column] for column in key if column != name]
