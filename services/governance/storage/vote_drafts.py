"""Drafts of votes with other co-ops, and the terms they became."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from libs.database.engine import Work
from libs.signing import canonical
from services.governance.domain.vote_draft import Draft, read_draft

_ADD = text("insert into vote_draft (id, said, drafted_by, drafted_at) values (:id, :said, :by, :at)")
_LOCKED = text("select * from vote_draft where id = :id for update")
_COMPOSED = text("update vote_draft set terms = :terms, vote = :vote where id = :id and terms is null")
_PAGE = text("""
select * from vote_draft where cast(:at as timestamptz) is null or (drafted_at, id) < (:at, :id)
order by drafted_at desc, id desc limit :limit""")


@dataclass(frozen=True)
class Drafted:
    """A draft as it is kept; `terms` once every party has given its keys."""

    id: str
    draft: Draft
    drafted_at: datetime
    terms: bytes | None
    vote: str


async def add(work: Work, draft_id: str, draft: Draft) -> None:
    said = canonical.encode(draft.json()).decode()
    await work.connection.execute(_ADD, {"id": draft_id, "said": said, "by": work.caller.person, "at": work.now})


async def locked(work: Work, draft_id: str) -> Drafted | None:
    """Nobody else composes it until the work ends."""
    row = (await work.connection.execute(_LOCKED, {"id": draft_id})).first()
    return _drafted(row) if row else None


async def composed(work: Work, draft_id: str, terms: bytes, vote: str) -> None:
    await work.connection.execute(_COMPOSED, {"id": draft_id, "terms": terms, "vote": vote})


async def page(work: Work, after: tuple[datetime, str] | None, limit: int) -> list[Drafted]:
    """Newest first."""
    at, last = after or (None, None)
    return [_drafted(row) for row in (await work.connection.execute(_PAGE, {"at": at, "id": last, "limit": limit})).all()]


def _drafted(row: Row[Any]) -> Drafted:
    draft = read_draft(canonical.decode(row.said.encode()))
    return Drafted(row.id, draft, row.drafted_at, bytes(row.terms) if row.terms is not None else None, row.vote or "")
