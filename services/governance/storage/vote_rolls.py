"""Stores the frozen rolls of federated votes: who has which row. Row-level security shows a row only to its person and to hat wearers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from services.governance.domain.vote_ballot import VoteRollRow
from services.governance.storage import votes

_ROW_COLUMNS = "person, pseudonym, voting_group, salt, commitment, revision, voted_at, withdrawn, lost_at"

_MEMBERS_ON_DAY = """
select distinct on (person) person, member_class, may_vote from standing
where from_day <= :day and (to_day is null or to_day >= :day) order by person, from_day desc"""
_VOTERS = text(f"select person, member_class from ({_MEMBERS_ON_DAY}) as that_day where may_vote and member_class = any(:classes)")  # noqa: S608 - our own words
_CLASSES_OF = text(f"select person, member_class from ({_MEMBERS_ON_DAY}) as that_day where person = any(:people)")  # noqa: S608 - as above
_CLASS_SIZES = text(f"select member_class, count(*) as people from ({_MEMBERS_ON_DAY}) as that_day where may_vote group by member_class")  # noqa: S608 - as above
_ADD_ROW = text("""
insert into vote_row (vote, person, pseudonym, voting_group, salt, commitment)
values (:vote, :person, :pseudonym, :voting_group, :salt, :commitment)""")
_ADD_GROUP = text("insert into vote_group (vote, voting_group, size, small) values (:vote, :voting_group, :size, :small)")
_ROWS = text(f"select {_ROW_COLUMNS} from vote_row where vote = :vote order by pseudonym")  # noqa: S608 - as above
_ROW = text(f"select {_ROW_COLUMNS} from vote_row where vote = :vote and person = :person")  # noqa: S608 - as above
_PAGE = text(f"""
select {_ROW_COLUMNS} from vote_row where vote = :vote and (cast(:after as uuid) is null or person > :after)
order by person limit :limit""")  # noqa: S608 - as above
_MARK_BALLOTS_LOST = text("""
update vote_row set lost_at = :at where vote = :vote and pseudonym = any(:pseudonyms) and (lost_at is null or lost_at < :at)""")


async def list_voters(work: UnitOfWork, day: date, classes: Mapping[str, str]) -> dict[UUID, str]:
    """Return everybody who may vote on that day in one of the classes -> the group of their class."""
    rows = await work.connection.execute(_VOTERS, {"day": day, "classes": list(classes)})
    return {row.person: classes[row.member_class] for row in rows.all()}


async def get_classes(work: UnitOfWork, day: date, people: Collection[UUID]) -> dict[UUID, str]:
    """Return the class of each of these people on that day."""
    if not people:
        return {}
    rows = await work.connection.execute(_CLASSES_OF, {"day": day, "people": list(people)})
    return {row.person: row.member_class for row in rows.all()}


async def count_voters_by_class(work: UnitOfWork, day: date) -> dict[str, int]:
    """Count the people of each class who may vote on that day."""
    return {row.member_class: row.people for row in (await work.connection.execute(_CLASS_SIZES, {"day": day})).all()}


async def save_roll(work: UnitOfWork, vote: str, rows: Sequence[VoteRollRow], groups: Mapping[str, tuple[int, bool]]) -> None:
    """Save the rows, and for each group (rows, fewer than k)."""
    await work.connection.execute(
        _ADD_ROW,
        [
            {
                "vote": vote,
                "person": row.person,
                "pseudonym": row.pseudonym,
                "voting_group": row.group,
                "salt": row.salt,
                "commitment": row.commitment,
            }
            for row in rows
        ],
    )
    await work.connection.execute(
        _ADD_GROUP,
        [{"vote": vote, "voting_group": name, "size": size, "small": small} for name, (size, small) in groups.items()],
    )


async def list_all_rows(work: UnitOfWork, vote: str) -> list[VoteRollRow]:
    """Return all rows that the caller may read, by pseudonym."""
    roll_rows = (votes.roll_row_from_row(vote, row) for row in (await work.connection.execute(_ROWS, {"vote": vote})).all())
    return [roll_row for roll_row in roll_rows if roll_row is not None]


async def get_row(work: UnitOfWork, vote: str, person: UUID) -> VoteRollRow | None:
    """Return one person's row, if the caller may read it."""
    row = (await work.connection.execute(_ROW, {"vote": vote, "person": person})).first()
    return votes.roll_row_from_row(vote, row) if row else None


async def list_page(work: UnitOfWork, vote: str, after: UUID | None, limit: int) -> list[VoteRollRow]:
    """Return a page of rows, by person."""
    result = await work.connection.execute(_PAGE, {"vote": vote, "after": after, "limit": limit})
    return [roll_row for roll_row in (votes.roll_row_from_row(vote, row) for row in result.all()) if roll_row is not None]


async def mark_ballots_lost(work: UnitOfWork, vote: str, pseudonyms: Sequence[str], at: datetime) -> None:
    """Mark that ballots which these rows cast until `at` are no longer on our board."""
    await work.connection.execute(_MARK_BALLOTS_LOST, {"vote": vote, "pseudonyms": list(pseudonyms), "at": at})
