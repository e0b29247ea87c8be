"""Stored votes, their drafts and our keys for them."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Text, any_, bindparam, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from libs.boards.document_fields import DocumentError
from libs.boards.identity_documents import read_identity
from libs.boards.vote_terms import VoteTerms, read_terms
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.federation.storage import wakeup_topics
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.tables import vote as table
from services.federation.storage.tables import vote_draft as draft_table
from services.federation.storage.tables import vote_draft_party as party_table
from services.federation.storage.tables import vote_identity as identity_table
from services.federation.storage.tables import vote_key as key_table

_ADD_DRAFT = insert(draft_table).on_conflict_do_nothing()
_DRAFTS = select(draft_table).where(draft_table.c.vote.is_(None)).order_by(draft_table.c.draft)
_UPDATE_DRAFT = update(draft_table).where(draft_table.c.draft == bindparam("of"))
_IS_DRAFT = select(draft_table.c.draft).where(
    draft_table.c.draft == bindparam("of"),
    draft_table.c.vote.is_(None),
    or_(*(bindparam("co_op", type_=Text) == any_(co_ops) for co_ops in (draft_table.c.participants, draft_table.c.observers))),
)
_ADD_PARTY = insert(party_table).on_conflict_do_nothing()
_PARTIES = select(party_table).where(party_table.c.draft == bindparam("of")).order_by(party_table.c.co_op)

_ADD_KEYS = insert(key_table).on_conflict_do_nothing()
_OF_CONVENER = key_table.c.draft == bindparam("of"), key_table.c.convener == bindparam("by")
_KEYS = select(key_table).where(*_OF_CONVENER)
_UNANSWERED = select(key_table.c.draft, key_table.c.convener, key_table.c.party).where(~key_table.c.answered).order_by(key_table.c.draft)
_MARK_ANSWERED = update(key_table).where(*_OF_CONVENER).values(answered=True)

_ADD = insert(table).on_conflict_do_nothing()
_GET = select(table).where(table.c.id == bindparam("of"))
# Evidence documents of it may come meanwhile: their foreign key needs a key share.
_GET_FOR_UPDATE = _GET.with_for_update(key_share=True)
_LIST_BY_IDS = select(table).where(among(table.c.id, "ids")).order_by(table.c.id)
_LIVE = select(table).where(~table.c.archived).order_by(table.c.id)
_UPDATE = update(table).where(table.c.id == bindparam("of"))
_MARK_SIGNED = _UPDATE.where(table.c.signed_revision < bindparam("revised")).values(signed_revision=bindparam("revised"))
_ADD_IDENTITY = insert(identity_table).on_conflict_do_nothing()
_IDENTITIES = select(identity_table.c.co_op, identity_table.c.document).where(identity_table.c.vote == bindparam("of"))
# Three sources at once, the last by a field within our own document: plainer in SQL.
_DOCUMENTS = text("""
select co_op, document from vote_identity where vote = :vote
union all select p.id, p.document from peer p join board b on b.vote = :vote and b.co_op = p.id
union all select b.co_op, o.document from own_identity o, board b
  where o.seq = (select max(seq) from own_identity) and b.vote = :vote
  and cast(convert_from(o.document, 'utf8') as jsonb) -> 'body' ->> 'id' = b.co_op""")


@dataclass(frozen=True)
class Draft:
    """A draft that waits for the keys of its parties."""

    id: str
    participants: tuple[str, ...]
    observers: tuple[str, ...]
    keys_requested: bool


@dataclass(frozen=True)
class Vote:
    """A vote. `published_state` is the last state that was published as an event."""

    id: str
    terms_bytes: bytes
    handed_over: bool
    ready_requested: bool
    published_state: str
    outcome: bytes | None
    outcome_revision: int
    signed_revision: int

    @property
    def terms(self) -> VoteTerms:
        return _read_terms_cached(self.terms_bytes)


@dataclass(frozen=True)
class VoteKeys:
    """Our three private keys of one vote."""

    statement: Ed25519PrivateKey
    board: Ed25519PrivateKey
    witness: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> Self:
        """Three new keys."""
        return cls(*(Ed25519PrivateKey.generate() for _ in range(3)))


_read_draft = row_mapper(Draft, id="draft", keys_requested="asked")
_read_vote = row_mapper(Vote, terms_bytes="terms", handed_over="taken", ready_requested="ready_wanted", published_state="told")


async def add_draft(work: UnitOfWork, draft: str, participants: Sequence[str], observers: Sequence[str]) -> None:
    await work.connection.execute(_ADD_DRAFT, {"draft": draft, "participants": list(participants), "observers": list(observers)})
    work.wakes.add(wakeup_topics.VOTES)


async def list_drafts(work: UnitOfWork) -> list[Draft]:
    """Drafts that have no terms yet."""
    return [_read_draft(row) for row in await work.connection.execute(_DRAFTS)]


async def mark_keys_requested(work: UnitOfWork, draft: str) -> None:
    await work.connection.execute(_UPDATE_DRAFT, {"of": draft, "asked": True})


async def mark_composed(work: UnitOfWork, draft: str, vote: str) -> None:
    await work.connection.execute(_UPDATE_DRAFT, {"of": draft, "vote": vote})


async def is_waiting_for_keys(work: UnitOfWork, draft: str, co_op: str) -> bool:
    """Whether it is a draft of ours that waits for keys, and this co-op is a party to it."""
    return (await work.connection.execute(_IS_DRAFT, {"of": draft, "co_op": co_op})).first() is not None


async def add_party(work: UnitOfWork, draft: str, co_op: str, party: bytes, classes: bytes) -> None:
    await work.connection.execute(_ADD_PARTY, {"draft": draft, "co_op": co_op, "party": party, "classes": classes})
    work.wakes.add(wakeup_topics.VOTES)


async def list_parties(work: UnitOfWork, draft: str) -> dict[str, tuple[bytes, bytes]]:
    """Party and classes, JSON bytes, by co-op."""
    return {row.co_op: (row.party, row.classes) for row in await work.connection.execute(_PARTIES, {"of": draft})}


async def add_keys(work: UnitOfWork, cipher: KeyCipher, draft: str, convener: str, kind: str, party: bytes, keys: VoteKeys) -> None:
    """Stores our keys, encrypted; a second time changes nothing."""
    sealed = {
        field.name: cipher.encrypt(f"vote-{field.name}", draft, getattr(keys, field.name).private_bytes_raw()) for field in fields(keys)
    }
    await work.connection.execute(_ADD_KEYS, {"draft": draft, "convener": convener, "kind": kind, "party": party, **sealed})
    work.wakes.add(wakeup_topics.VOTES)


async def get_keys(work: UnitOfWork, cipher: KeyCipher, draft: str, convener: str) -> tuple[bytes, VoteKeys] | None:
    """Our party as the terms have it, and the private keys."""
    row = (await work.connection.execute(_KEYS, {"of": draft, "by": convener})).first()
    if row is None:
        return None
    sealed = {field.name: getattr(row, field.name) for field in fields(VoteKeys)}
    keys = (Ed25519PrivateKey.from_private_bytes(cipher.decrypt(f"vote-{name}", draft, content)) for name, content in sealed.items())
    return row.party, VoteKeys(*keys)


async def list_unanswered_key_requests(work: UnitOfWork) -> list[tuple[str, str, bytes]]:
    """(draft, convener, our party) of key requests that we have not answered yet."""
    return [(draft, convener, party) for draft, convener, party in await work.connection.execute(_UNANSWERED)]


async def mark_key_request_answered(work: UnitOfWork, draft: str, convener: str) -> None:
    await work.connection.execute(_MARK_ANSWERED, {"of": draft, "by": convener})


async def add(work: UnitOfWork, terms: VoteTerms) -> bool:
    """Returns whether it is new."""
    row = {"id": terms.vote, "terms": terms.data, "came_at": work.now, "close": terms.close}
    work.wakes.add(wakeup_topics.VOTES)
    return (await work.connection.execute(_ADD, row)).rowcount > 0


async def get(work: UnitOfWork, vote: str) -> Vote | None:
    row = (await work.connection.execute(_GET, {"of": vote})).first()
    return _read_vote(row) if row else None


async def list_by_ids(work: UnitOfWork, votes: Iterable[str]) -> list[Vote]:
    """Those of these votes that are stored here."""
    return [_read_vote(row) for row in await work.connection.execute(_LIST_BY_IDS, {"ids": list(votes)})]


async def lock(work: UnitOfWork, vote: str) -> None:
    """Locks the vote until the transaction ends."""
    await work.connection.execute(_GET_FOR_UPDATE, {"of": vote})


async def list_live(work: UnitOfWork) -> list[Vote]:
    return [_read_vote(row) for row in await work.connection.execute(_LIVE)]


async def mark_handed_over(work: UnitOfWork, vote: str) -> None:
    await work.connection.execute(_UPDATE, {"of": vote, "taken": True})


async def request_ready(work: UnitOfWork, vote: str) -> None:
    await work.connection.execute(_UPDATE, {"of": vote, "ready_wanted": True})
    work.wakes.add(wakeup_topics.VOTES)


async def set_published_state(work: UnitOfWork, vote: str, state: str) -> None:
    await work.connection.execute(_UPDATE, {"of": vote, "told": state})


async def save_outcome(work: UnitOfWork, vote: str, revision: int, outcome: bytes) -> None:
    await work.connection.execute(_UPDATE, {"of": vote, "outcome_revision": revision, "outcome": outcome})


async def mark_signed(work: UnitOfWork, vote: str, revision: int) -> bool:
    """Returns whether this revision was not signed before: one outcome for a revision, ever."""
    return (await work.connection.execute(_MARK_SIGNED, {"of": vote, "revised": revision})).rowcount > 0


async def archive(work: UnitOfWork, vote: str) -> None:
    """Marks a vote as over: it is still shown and served, but no longer advanced."""
    await work.connection.execute(_UPDATE, {"of": vote, "archived": True})


async def add_identity(work: UnitOfWork, vote: str, co_op: str, document: bytes) -> None:
    await work.connection.execute(_ADD_IDENTITY, {"vote": vote, "co_op": co_op, "document": document})
    work.wakes.add(wakeup_topics.VOTES)


async def get_identities(work: UnitOfWork, vote: str) -> Mapping[str, bytes]:
    """The identity documents of the parties as used in the vote, by co-op."""
    return dict((await work.connection.execute(_IDENTITIES, {"of": vote})).tuples().all())


async def list_identity_documents(work: UnitOfWork, vote: str) -> list[tuple[str, bytes]]:
    """The documents that came with the vote, and newer ones of our peers and ourselves."""
    return [(row.co_op, bytes(row.document)) for row in await work.connection.execute(_DOCUMENTS, {"vote": vote})]


async def find_parties_with_revoked_keys(work: UnitOfWork, terms: VoteTerms) -> set[str]:
    """Parties whose newest identity document revokes a key used in this vote: nothing more of theirs is witnessed."""
    co_ops: set[str] = set()
    for co_op, document in await list_identity_documents(work, terms.vote):
        party = terms.by_id.get(co_op)
        if party is not None and _revoked_keys(document) & {party.statement, party.board, party.witness, party.signer, party.root}:
            co_ops.add(co_op)
    return co_ops


async def get_party_names(work: UnitOfWork, vote: str) -> dict[str, str]:
    """The parties' names, from their identity documents."""
    names: dict[str, str] = {}
    for co_op, document in await list_identity_documents(work, vote):
        with contextlib.suppress(DocumentError):
            names[co_op] = read_identity(document).name
    return names


@lru_cache(maxsize=500)
def _revoked_keys(document: bytes) -> frozenset[bytes]:
    try:
        return frozenset(read_identity(document).revoked)
    except DocumentError:
        return frozenset()


@lru_cache(maxsize=200)
def _read_terms_cached(data: bytes) -> VoteTerms:
    """Terms never change; parsing them each time would cost milliseconds."""
    return read_terms(data)
