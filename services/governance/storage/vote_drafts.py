"""Stores drafts of federated votes and the terms built from them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from libs.database.engine import UnitOfWork
from libs.signing import canonical
from services.governance.domain.vote_draft import VoteDraft, parse_draft

_ADD = text("insert into vote_draft (id, said, drafted_by, drafted_at) values (:id, :said, :by, :at)")
_LOCKED = text("select * from vote_draft where id = :id for update")
_SAVE_TERMS = text("update vote_draft set terms = :terms, vote = :vote where id = :id and terms is null")
_PAGE = text("""
select * from vote_draft where cast(:at as timestamptz) is null or (drafted_at, id) < (:at, :id)
order by drafted_at desc, id desc limit :limit""")


@dataclass(frozen=True)
class StoredVoteDraft:
    """A stored draft; `terms` is set once every party has given its keys."""

    id: str
    draft: VoteDraft
    drafted_at: datetime
    terms: bytes | None
    vote: str


async def add(work: UnitOfWork, draft_id: str, draft: VoteDraft) -> None:
    content = canonical.encode(draft.json()).decode()
    await work.connection.execute(_ADD, {"id": draft_id, "said": content, "by": work.caller.person, "at": work.now})


async def get_locked(work: UnitOfWork, draft_id: str) -> StoredVoteDraft | None:
    """Return a draft, locked so that nobody else composes it until the transaction ends."""
    row = (await work.connection.execute(_LOCKED, {"id": draft_id})).first()
    return _draft_from_row(row) if row else None


async def save_terms(work: UnitOfWork, draft_id: str, terms: bytes, vote: str) -> None:
    await work.connection.execute(_SAVE_TERMS, {"id": draft_id, "terms": terms, "vote": vote})


async def list_page(work: UnitOfWork, after: tuple[datetime, str] | None, limit: int) -> list[StoredVoteDraft]:
    """Return a page of drafts, newest first."""
    at, last = after or (None, None)
    return [_draft_from_row(row) for row in (await work.connection.execute(_PAGE, {"at": at, "id": last, "limit": limit})).all()]


def _draft_from_row(row: Row[Any]) -> StoredVoteDraft:
    draft = parse_draft(canonical.decode(row.said.encode()))
    return StoredVoteDraft(row.id, draft, row.drafted_at, bytes(row.terms) if row.terms is not None else None, row.vote or "")
