"""Rulebooks by hash: kept for ever, because every decision names the one it was made under."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work
from libs.rulebook import Rulebook, read

_KNOWN: dict[str, Rulebook] = {}
_KNOWN_MOST = 64

_IN_FORCE = text("select hash from rulebook_in_force")
_BY_HASH = text("select text, adopted_at, decision from rulebook where hash = :hash")
_ADD = text("insert into rulebook (hash, text, adopted_at, decision) values (:hash, :text, :at, :decision) on conflict do nothing")
_FORCE = text("insert into rulebook_in_force (hash) values (:hash) on conflict (only_one) do update set hash = :hash")


@dataclass(frozen=True)
class Adopted:
    """A rulebook with when and by which decision it came into force."""

    rulebook: Rulebook
    text: str
    adopted_at: datetime
    decision: UUID


async def in_force(work: Work) -> Adopted | None:
    """The rules that hold now; None before the founding decision."""
    found = (await work.connection.execute(_IN_FORCE)).scalar()
    return await by_hash(work, found) if found else None


async def by_hash(work: Work, rulebook_hash: str) -> Adopted | None:
    if not rulebook_hash.isalnum():
        return None
    row = (await work.connection.execute(_BY_HASH, {"hash": rulebook_hash})).first()
    return Adopted(_read(row.text), row.text, row.adopted_at, row.decision) if row else None


async def adopt(work: Work, rulebook: Rulebook, content: str, decision: UUID) -> None:
    """Puts it in force."""
    await work.connection.execute(_ADD, {"hash": rulebook.hash, "text": content, "at": work.now, "decision": decision})
    await work.connection.execute(_FORCE, {"hash": rulebook.hash})


async def rules(work: Work, rulebook_hash: str) -> Rulebook:
    """The rules of that hash, which a motion names: they were stored before it was, so they are there."""
    known = _KNOWN.get(rulebook_hash)
    if known is None:
        adopted = await by_hash(work, rulebook_hash)
        if adopted is None:
            raise LookupError(rulebook_hash)
        known = adopted.rulebook
    return known


def _read(content: str) -> Rulebook:
    """Reading takes milliseconds, and what has this hash never changes."""
    rulebook = read(content)
    if len(_KNOWN) < _KNOWN_MOST:
        _KNOWN[rulebook.hash] = rulebook
    return rulebook
