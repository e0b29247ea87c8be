"""Lists in pages, on the real database: every row once, in order, whatever the key."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid, insert, select

from libs import callers
from libs.database.engine import Database, UnitOfWork, new_id
from libs.database.paging import PageRequest, paginate
from libs.refusals import Invalid
from tests.support.running_co_op import Infrastructure

TABLE = Table(
    "leaf",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True)),
    Column("day", Date),
    Column("word", Text),
    Column("number", Integer),
)
START = datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC)
KEYS = [("at", "id"), ("word", "number", "id"), ("day", "word", "id"), ("id",)]


async def walk(work: UnitOfWork, keys: tuple[str, ...], size: int, *, descending: bool) -> list[UUID]:
    """The ids of all pages, in their order."""
    ids: list[UUID] = []
    token = ""
    while True:
        by = [TABLE.c[key] for key in keys]
        page = await paginate(work, select(TABLE), PageRequest(size, token), by=by, name="leaves", descending=descending)
        assert len(page.items) <= size
        ids += [row.id for row in page.items]
        token = page.next_token
        if not token:
            return ids


async def test_every_row_comes_once_in_order_whatever_the_key(infrastructure: Infrastructure) -> None:
    choose = random.Random(7)  # noqa: S311 - the same rows at every run
    rows = [
        {
            "id": new_id(),
            "at": START + timedelta(seconds=choose.randrange(5)),
            "day": date(2026, 3, 27) + timedelta(days=choose.randrange(4)),
            "word": choose.choice(["", "Ash", "ash", "Éclair", "a,b", '"', "🙂"]),
            "number": choose.randrange(3),
        }
        for _ in range(83)
    ]
    async with infrastructure.databases.fresh_outbox_database("governance") as place:
        database = Database(place.owner_url, pool_size=2)
        async with database.work(callers.job("tests"), START) as work:
            await work.connection.run_sync(TABLE.create)
            await work.connection.execute(insert(TABLE), rows)
            for keys in KEYS:
                in_order = (await work.connection.execute(select(TABLE.c.id).order_by(*(TABLE.c[key] for key in keys)))).scalars().all()
                for size in (1, 7, 83, 84):
                    assert await walk(work, keys, size, descending=False) == list(in_order)
                    assert await walk(work, keys, size, descending=True) == list(reversed(in_order))
            first = await paginate(work, select(TABLE), PageRequest(2), by=[TABLE.c.id], name="leaves")
            with pytest.raises(Invalid, match="PAGE_TOKEN_FOREIGN"):
                await paginate(work, select(TABLE), PageRequest(2, first.next_token), by=[TABLE.c.id], name="other leaves")
            with pytest.raises(Invalid, match="PAGE_TOKEN_FOREIGN"):
                await paginate(work, select(TABLE), PageRequest(2, first.next_token), by=[TABLE.c.at, TABLE.c.id], name="leaves")
        await database.close()
