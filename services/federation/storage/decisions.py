"""Which decisions of ours there are, and whether they passed: as governance stated them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work

_ADD = text("insert into decision (id, passed, at) values (:id, :passed, :at) on conflict (id) do nothing")
_ONE = text("select passed, at from decision where id = :id")


@dataclass(frozen=True)
class KeptDecision:
    """One line of governance's log."""

    id: UUID
    passed: bool
    at: datetime


async def add(work: Work, decision: UUID, *, passed: bool, at: datetime) -> None:
    await work.connection.execute(_ADD, {"id": decision, "passed": passed, "at": at})


async def one(work: Work, decision: UUID) -> KeptDecision | None:
    row = (await work.connection.execute(_ONE, {"id": decision})).first()
    return None if row is None else KeptDecision(decision, row.passed, row.at)
