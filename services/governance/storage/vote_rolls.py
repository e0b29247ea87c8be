"""Frozen rolls of votes with other co-ops: who has which row. Row-level security keeps each row to its person and the offices."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work
from services.governance.domain.vote_ballot import VoteRow
from services.governance.storage import votes

_ROW_COLUMNS = "person, pseudonym, voting_group, salt, commitment, revision, voted_at, withdrawn, lost_at"

_THAT_DAY = """
select distinct on (person) person, member_class, may_vote from standing
where from_day <= :day and (to_day is null or to_day >= :day) order by person, from_day desc"""
_VOTERS = text(f"select person, member_class from ({_THAT_DAY}) as that_day where may_vote and member_class = any(:classes)")  # noqa: S608 - our own words
_CLASSES_OF = text(f"select person, member_class from ({_THAT_DAY}) as that_day where person = any(:people)")  # noqa: S608 - as above
_CLASS_SIZES = text(f"select member_class, count(*) as people from ({_THAT_DAY}) as that_day where may_vote group by member_class")  # noqa: S608 - as above
_ADD_ROW = text("""
insert into vote_row (vote, person, pseudonym, voting_group, salt, commitment)
values (:vote, :person, :pseudonym, :voting_group, :salt, :commitment)""")
_ADD_GROUP = text("insert into vote_group (vote, voting_group, size, small) values (:vote, :voting_group, :size, :small)")
_ROWS = text(f"select {_ROW_COLUMNS} from vote_row where vote = :vote order by pseudonym")  # noqa: S608 - as above
_ROW = text(f"select {_ROW_COLUMNS} from vote_row where vote = :vote and person = :person")  # noqa: S608 - as above
_PAGE = text(f"""
select {_ROW_COLUMNS} from vote_row where vote = :vote and (cast(:after as uuid) is null or person > :after)
order by person limit :limit""")  # noqa: S608 - as above
_LOST = text("""
update vote_row set lost_at = :at where vote = :vote and pseudonym = any(:pseudonyms) and (lost_at is null or lost_at < :at)""")


async def voters(work: Work, day: date, classes: Mapping[str, str]) -> dict[UUID, str]:
    """Everybody who may vote on that day in one of the classes -> the group of their class."""
    rows = await work.connection.execute(_VOTERS, {"day": day, "classes": list(classes)})
    return {row.person: classes[row.member_class] for row in rows.all()}


async def classes_of(work: Work, day: date, people: Collection[UUID]) -> dict[UUID, str]:
    """In which class these people are on that day."""
    if not people:
        return {}
    rows = await work.connection.execute(_CLASSES_OF, {"day": day, "people": list(people)})
    return {row.person: row.member_class for row in rows.all()}


async def class_sizes(work: Work, day: date) -> dict[str, int]:
    """How many people of each class may vote on that day."""
    return {row.member_class: row.people for row in (await work.connection.execute(_CLASS_SIZES, {"day": day})).all()}


async def freeze(work: Work, vote: str, rows: Sequence[VoteRow], groups: Mapping[str, tuple[int, bool]]) -> None:
    """Keeps the rows, and of each group (rows, fewer than k)."""
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


async def all_rows(work: Work, vote: str) -> list[VoteRow]:
    """Those the caller may read, by pseudonym."""
    found = (votes.row_of(vote, row) for row in (await work.connection.execute(_ROWS, {"vote": vote})).all())
    return [one for one in found if one is not None]


async def row(work: Work, vote: str, person: UUID) -> VoteRow | None:
    """One person's, if the caller may read it."""
    found = (await work.connection.execute(_ROW, {"vote": vote, "person": person})).first()
    return votes.row_of(vote, found) if found else None


async def page(work: Work, vote: str, after: UUID | None, limit: int) -> list[VoteRow]:
    """By person."""
    found = await work.connection.execute(_PAGE, {"vote": vote, "after": after, "limit": limit})
    return [one for one in (votes.row_of(vote, row) for row in found.all()) if one is not None]


async def lost(work: Work, vote: str, pseudonyms: Sequence[str], at: datetime) -> None:
    """What these rows cast until `at` is no longer on our board."""
    await work.connection.execute(_LOST, {"vote": vote, "pseudonyms": list(pseudonyms), "at": at})
