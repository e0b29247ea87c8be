"""How long records are kept, as the rulebook in force says, and disposing of what is past its time, with a log that names nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, cast, delete, insert, select

from libs.access import hats
from libs.access.person_tables import PersonTable
from libs.access.retention_tables import disposal, held_person, retention_rule
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.rulebook import After, RecordKind, RetentionRule

_CLEAR = delete(retention_rule)
_ADD = insert(retention_rule)
_LIST = select(retention_rule).order_by(retention_rule.c.kind)
_LOG = insert(disposal)


@dataclass(frozen=True)
class Disposal:
    """A line of the log: how many records of a kind went on a day, by which rule."""

    id: UUID
    day: date
    kind: str
    records: int
    years: int
    after: str


_to_rule = row_mapper(RetentionRule)
_to_disposal = row_mapper(Disposal)


async def follow_rulebook(work: UnitOfWork, rules: Iterable[tuple[str, int, str]]) -> None:
    """The rules of the rulebook that came into force: kind, years, after what. Those of a kind that is not known here are left out."""
    known = [
        RetentionRule(RecordKind(kind), years, After(after))
        for kind, years, after in rules
        if kind in set(RecordKind) and after in set(After)
    ]
    await work.connection.execute(_CLEAR)
    if known:
        await work.connection.execute(_ADD, [values_of(rule) for rule in known])


async def rules_in_force(work: UnitOfWork) -> dict[str, RetentionRule]:
    """By kind. What is not in it is kept.

    That is all while no rulebook was adopted since there are rules: nothing goes that nobody decided to let go, as at the first start
    after an upgrade.
    """
    return {row.kind: _to_rule(row) for row in await work.connection.execute(_LIST)}


async def dispose_records(work: UnitOfWork, tables: Sequence[PersonTable], today: date) -> int:
    """Deletes what is past its time, except of people under a hold, and logs it. Returns how many records."""
    rules, gone = await rules_in_force(work), dict[str, int]()
    for table in reversed(tables):
        kept = table.retention
        if kept is None or (rule := rules.get(kept.kind)) is None:
            continue
        held = select(held_person.c.hold).where(held_person.c.person == table.table.c[kept.person]).exists()
        past = delete(table.table).where(cast(kept.since, Date) <= _years_before(today, rule.years), ~held)
        gone[kept.kind] = gone.get(kept.kind, 0) + (await work.connection.execute(past)).rowcount
    lines = [
        Disposal(work.new_id(), today, kind, records, rules[kind].years, rules[kind].after) for kind, records in gone.items() if records
    ]
    if lines:
        await work.connection.execute(_LOG, [values_of(line) for line in lines])
    return sum(gone.values())


async def list_disposals(work: UnitOfWork, page: PageRequest) -> Page[Disposal]:
    """The latest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    rows = await paginate(work, select(disposal), page, by=(disposal.c.day, disposal.c.id), name="list_disposals", descending=True)
    return rows.map(_to_disposal)


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; the last of February where that year has no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
