"""Pages on which something was changed while somebody helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.web.storage.tables import helped_page

KEEP = timedelta(days=365)
"""As long as identity keeps the session."""


@dataclass(frozen=True)
class HelpedPageRow:
    """A row of the table, without whose it is."""

    identity_session: str
    path: str
    at: datetime


_to_row = row_mapper(HelpedPageRow)
_LIST = (
    select(helped_page)
    .where(helped_page.c.person == bindparam("of"), among(helped_page.c.identity_session, "sessions"))
    .order_by(helped_page.c.at, helped_page.c.id)
)
_DELETE_OLD = delete(helped_page).where(helped_page.c.at < bindparam("before"))


async def add(work: UnitOfWork, person: UUID, helper: UUID, identity_session: str, path: str) -> None:
    values = {"id": work.new_id(), "person": person, "helper": helper, "identity_session": identity_session, "path": path, "at": work.now}
    await work.connection.execute(insert(helped_page), values)


async def list_of(work: UnitOfWork, person: UUID, identity_sessions: Sequence[str]) -> list[HelpedPageRow]:
    """Those of these sessions, in order."""
    return [_to_row(row) for row in await work.connection.execute(_LIST, {"of": person, "sessions": list(identity_sessions)})]


async def delete_old(work: UnitOfWork) -> int:
    """Deletes what is older than a year; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": work.now - KEEP})).rowcount
