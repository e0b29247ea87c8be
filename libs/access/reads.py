"""Who read a person's record, from the read audit of one service: for the person themselves."""

from uuid import UUID

from sqlalchemy import select

from libs.access import acting, audit
from libs.access.audit_chain import AuditRow
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate, token_of
from libs.database.rows import row_mapper
from libs.database.shared_tables import read_audit

SCOPE = "data_rights"
_NAME = "list_reads"

_to_row = row_mapper(AuditRow)


async def list_reads(work: UnitOfWork, person: UUID, page: PageRequest) -> Page[AuditRow]:
    """The latest first. Who looks at it for the person is in the next list themselves.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED, ACTING_OUTSIDE_SCOPE; Invalid for the page.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    statement = select(read_audit).where(read_audit.c.subject == person)
    by = (read_audit.c.at, read_audit.c.id)
    found = await paginate(work, statement, page, by=by, name=_NAME, descending=True)
    if work.caller.acting_for is not None:
        await audit.record_read(work, "reads", "list", person)
    return found.map(_to_row)


def token_after(row: AuditRow) -> str:
    """The token of the page that begins after this row. It fits the list of every service: rows have one order in all of them."""
    return token_of(_NAME, row.at.isoformat(), str(row.id))
