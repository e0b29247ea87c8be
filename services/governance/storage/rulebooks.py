"""Stores rulebooks by hash, for ever, because every decision names the rulebook it was made under."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from libs.rulebook import Rulebook, read_rulebook

_CACHE: dict[str, Rulebook] = {}
_CACHE_SIZE = 64

_IN_FORCE = text("select hash from rulebook_in_force")
_BY_HASH = text("select text, adopted_at, decision from rulebook where hash = :hash")
_ADD = text("insert into rulebook (hash, text, adopted_at, decision) values (:hash, :text, :at, :decision) on conflict do nothing")
_PUT_IN_FORCE = text("insert into rulebook_in_force (hash) values (:hash) on conflict (only_one) do update set hash = :hash")


@dataclass(frozen=True)
class AdoptedRulebook:
    """A rulebook with the time and the decision that brought it into force."""

    rulebook: Rulebook
    text: str
    adopted_at: datetime
    decision: UUID


async def get_in_force(work: UnitOfWork) -> AdoptedRulebook | None:
    """Return the rulebook in force; None before the founding decision."""
    rulebook_hash = (await work.connection.execute(_IN_FORCE)).scalar()
    return await get_by_hash(work, rulebook_hash) if rulebook_hash else None


async def get_by_hash(work: UnitOfWork, rulebook_hash: str) -> AdoptedRulebook | None:
    if not rulebook_hash.isalnum():
        return None
    row = (await work.connection.execute(_BY_HASH, {"hash": rulebook_hash})).first()
    return AdoptedRulebook(_parse_and_cache(row.text), row.text, row.adopted_at, row.decision) if row else None


async def adopt(work: UnitOfWork, rulebook: Rulebook, content: str, decision: UUID) -> None:
    """Store a rulebook and put it in force."""
    await work.connection.execute(_ADD, {"hash": rulebook.hash, "text": content, "at": work.now, "decision": decision})
    await work.connection.execute(_PUT_IN_FORCE, {"hash": rulebook.hash})


async def load_rules(work: UnitOfWork, rulebook_hash: str) -> Rulebook:
    """Return the rulebook that a motion names by hash; it was stored before the motion, so it must be there. Raises LookupError."""
    rulebook = _CACHE.get(rulebook_hash)
    if rulebook is None:
        adopted = await get_by_hash(work, rulebook_hash)
        if adopted is None:
            raise LookupError(rulebook_hash)
        rulebook = adopted.rulebook
    return rulebook


def _parse_and_cache(content: str) -> Rulebook:
    """Parse and cache a rulebook: parsing takes milliseconds, and the content of a hash never changes."""
    rulebook = read_rulebook(content)
    if len(_CACHE) < _CACHE_SIZE:
        _CACHE[rulebook.hash] = rulebook
    return rulebook
