"""Decisions of our members and whether they passed, as governance published them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_ADD = text("insert into decision (id, passed, at) values (:id, :passed, :at) on conflict (id) do nothing")
_GET = text("select passed, at from decision where id = :id")


@dataclass(frozen=True)
class DecisionRecord:
    """A row of governance's decision log."""

    id: UUID
    passed: bool
    at: datetime


async def add(work: UnitOfWork, decision: UUID, *, passed: bool, at: datetime) -> None:
    await work.connection.execute(_ADD, {"id": decision, "passed": passed, "at": at})


async def get(work: UnitOfWork, decision: UUID) -> DecisionRecord | None:
    row = (await work.connection.execute(_GET, {"id": decision})).first()
    return None if row is None else DecisionRecord(decision, row.passed, row.at)
