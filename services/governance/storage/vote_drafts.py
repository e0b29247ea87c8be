"""Stores drafts of federated votes and the terms built from them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, null, select, update

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.refusals import NotFound
from libs.signing import canonical
from services.governance.domain.vote_draft import VoteDraft, parse_draft
from services.governance.storage.tables import vote_draft

_ADD = insert(vote_draft)
_LOCKED = select(vote_draft).where(vote_draft.c.id == bindparam("draft")).with_for_update()
_SAVE_TERMS = update(vote_draft).where(vote_draft.c.id == bindparam("draft"), vote_draft.c.terms == null())


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
    values = {"id": draft_id, "said": content, "drafted_by": work.caller.person, "drafted_at": work.now}
    await work.connection.execute(_ADD, values)


async def get_locked(work: UnitOfWork, draft_id: str) -> StoredVoteDraft:
    """Return a draft, locked so that nobody else composes it until the transaction ends. Raises NotFound DRAFT_UNKNOWN."""
    row = (await work.connection.execute(_LOCKED, {"draft": draft_id})).first()
    if row is None:
        raise NotFound("DRAFT_UNKNOWN")
    return _draft_from_row(row)


async def save_terms(work: UnitOfWork, draft_id: str, terms: bytes, vote_id: str) -> None:
    await work.connection.execute(_SAVE_TERMS, {"draft": draft_id, "terms": terms, "vote": vote_id})


async def list_newest(work: UnitOfWork, page: PageRequest) -> Page[StoredVoteDraft]:
    by = (vote_draft.c.drafted_at, vote_draft.c.id)
    return (await paginate(work, select(vote_draft), page, by=by, name="vote drafts", descending=True)).map(_draft_from_row)


def _draft_from_row(row: Row[Any]) -> StoredVoteDraft:
    draft = parse_draft(canonical.decode(row.said.encode()))
    return StoredVoteDraft(row.id, draft, row.drafted_at, bytes(row.terms) if row.terms is not None else None, row.vote or "")
