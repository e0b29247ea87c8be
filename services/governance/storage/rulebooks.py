"""Stores rulebooks by hash, for ever, because every decision names the rulebook it was made under."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.rulebook import ResolutionType, Rulebook, read_rulebook
from services.governance.storage import tables

_CACHE: dict[str, Rulebook] = {}
_CACHE_SIZE = 64

_IN_FORCE = select(tables.rulebook_in_force.c.hash)
_BY_HASH = select(tables.rulebook).where(tables.rulebook.c.hash == bindparam("hash"))
_ADD = insert(tables.rulebook).on_conflict_do_nothing()
_PUT_IN_FORCE = insert(tables.rulebook_in_force)
_REPLACE_IN_FORCE = _PUT_IN_FORCE.on_conflict_do_update(index_elements=("only_one",), set_={"hash": _PUT_IN_FORCE.excluded.hash})


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
    await work.connection.execute(_ADD, {"hash": rulebook.hash, "text": content, "adopted_at": work.now, "decision": decision})
    await work.connection.execute(_REPLACE_IN_FORCE, {"hash": rulebook.hash})


async def load_rules(work: UnitOfWork, rulebook_hash: str) -> Rulebook:
    """Return the rulebook that a motion names by hash; it was stored before the motion, so it must be there. Raises LookupError."""
    rulebook = _CACHE.get(rulebook_hash)
    if rulebook is None:
        adopted = await get_by_hash(work, rulebook_hash)
        if adopted is None:
            raise LookupError(rulebook_hash)
        rulebook = adopted.rulebook
    return rulebook


async def load_resolution_type(work: UnitOfWork, rulebook_hash: str, key: str) -> ResolutionType:
    """Return the resolution type that a motion names. Raises LookupError."""
    resolution_type = (await load_rules(work, rulebook_hash)).resolution(key)
    if resolution_type is None:
        message = f"rulebook {rulebook_hash} has no {key}"
        raise LookupError(message)
    return resolution_type


def _parse_and_cache(content: str) -> Rulebook:
    """Parse and cache a rulebook: parsing takes milliseconds, and the content of a hash never changes."""
    rulebook = read_rulebook(content)
    if len(_CACHE) < _CACHE_SIZE:
        _CACHE[rulebook.hash] = rulebook
    return rulebook
