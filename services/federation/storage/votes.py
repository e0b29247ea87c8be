"""Stored votes, their drafts and our keys for them."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row, text

from libs.boards.document_fields import DocumentError
from libs.boards.identity_documents import read_identity
from libs.boards.terms import Terms, read_terms
from libs.database.engine import UnitOfWork
from services.federation.storage.key_cipher import KeyCipher

_COLUMNS = """id, terms, came_at, taken, ready_wanted, told, revision, outcome, outcome_revision, signed_revision, settled, archived"""
_ADD_DRAFT = text("""
insert into vote_draft (draft, participants, observers) values (:draft, :participants, :observers) on conflict do nothing""")
_DRAFTS = text("select draft, participants, observers, asked from vote_draft where vote is null order by draft")
_MARK_KEYS_REQUESTED = text("update vote_draft set asked = true where draft = :draft")
_MARK_COMPOSED = text("update vote_draft set vote = :vote where draft = :draft")
_IS_DRAFT = text("select 1 from vote_draft where draft = :draft and vote is null and :co_op = any(participants || observers)")
_ADD_PARTY = text("""
insert into vote_draft_party (draft, co_op, party, classes) values (:draft, :co_op, :party, :classes) on conflict do nothing""")
_PARTIES = text("select co_op, party, classes from vote_draft_party where draft = :draft order by co_op")

_ADD_KEYS = text("""
insert into vote_key (draft, convener, kind, party, statement, board, witness)
values (:draft, :convener, :kind, :party, :statement, :board, :witness) on conflict do nothing""")
_KEYS = text("select party, statement, board, witness from vote_key where draft = :draft and convener = :convener")
_UNANSWERED = text("select draft, convener, party from vote_key where not answered order by draft")
_MARK_ANSWERED = text("update vote_key set answered = true where draft = :draft and convener = :convener")

_ADD = text("insert into vote (id, terms, came_at, close) values (:id, :terms, :at, :close) on conflict do nothing")
_GET = text(f"select {_COLUMNS} from vote where id = :id")  # noqa: S608 - column names of our own
_GET_FOR_UPDATE = text(f"select {_COLUMNS} from vote where id = :id for no key update")  # noqa: S608 - as above; papers of it may come meanwhile
_LIST_BY_IDS = text(f"select {_COLUMNS} from vote where id = any(:ids) order by id")  # noqa: S608 - as above
_LIVE = text(f"select {_COLUMNS} from vote where not archived order by id")  # noqa: S608 - as above
_ALL = text("select id from vote order by came_at desc limit 500")
_MARK_HANDED_OVER = text("update vote set taken = true where id = :id")
_REQUEST_READY = text("update vote set ready_wanted = true where id = :id")
_SET_PUBLISHED_STATE = text("update vote set told = :told where id = :id")
_SAVE_OUTCOME = text("update vote set outcome = :outcome, outcome_revision = :revision where id = :id")
_MARK_SIGNED = text("update vote set signed_revision = :revision where id = :id and signed_revision < :revision")
_SAVE_SETTLEMENT = text("update vote set settled = :settled, revision = :revision where id = :id")
_ARCHIVE = text("update vote set archived = true where id = :id")
_ADD_IDENTITY = text("""
insert into vote_identity (vote, co_op, document) values (:vote, :co_op, :document) on conflict do nothing""")
_DOCUMENTS = text("""
select co_op, document from vote_identity where vote = :vote
union all select p.id, p.document from peer p join board b on b.vote = :vote and b.co_op = p.id
union all select b.co_op, o.document from own_identity o, board b
  where o.seq = (select max(seq) from own_identity) and b.vote = :vote
  and cast(convert_from(o.document, 'utf8') as jsonb) -> 'body' ->> 'id' = b.co_op""")
_IDENTITIES = text("select co_op, document from vote_identity where vote = :vote")


@dataclass(frozen=True)
class Draft:
    """A draft that waits for the keys of its parties."""

    id: str
    participants: tuple[str, ...]
    observers: tuple[str, ...]
    keys_requested: bool


@dataclass(frozen=True)
class Vote:
    """A row of table `vote`. `published_state` is the last state that was published as an event."""

    id: str
    terms: Terms
    received_at: datetime
    handed_over: bool
    ready_requested: bool
    published_state: str
    revision: int
    outcome: bytes | None
    outcome_revision: int
    signed_revision: int
    settled: bytes | None
    archived: bool


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


async def add_draft(work: UnitOfWork, draft: str, participants: Sequence[str], observers: Sequence[str]) -> None:
    await work.connection.execute(_ADD_DRAFT, {"draft": draft, "participants": list(participants), "observers": list(observers)})


async def list_drafts(work: UnitOfWork) -> list[Draft]:
    """Drafts that have no terms yet."""
    rows = (await work.connection.execute(_DRAFTS)).all()
    return [Draft(row.draft, tuple(row.participants), tuple(row.observers), row.asked) for row in rows]


async def mark_keys_requested(work: UnitOfWork, draft: str) -> None:
    await work.connection.execute(_MARK_KEYS_REQUESTED, {"draft": draft})


async def mark_composed(work: UnitOfWork, draft: str, vote: str) -> None:
    await work.connection.execute(_MARK_COMPOSED, {"draft": draft, "vote": vote})


async def is_waiting_for_keys(work: UnitOfWork, draft: str, co_op: str) -> bool:
    """Whether it is a draft of ours that waits for keys, and this co-op is a party to it."""
    return (await work.connection.execute(_IS_DRAFT, {"draft": draft, "co_op": co_op})).first() is not None


async def add_party(work: UnitOfWork, draft: str, co_op: str, party: bytes, classes: bytes) -> None:
    await work.connection.execute(_ADD_PARTY, {"draft": draft, "co_op": co_op, "party": party, "classes": classes})


async def list_parties(work: UnitOfWork, draft: str) -> dict[str, tuple[bytes, bytes]]:
    """Party and classes, JSON bytes, by co-op."""
    rows = (await work.connection.execute(_PARTIES, {"draft": draft})).all()
    return {row.co_op: (bytes(row.party), bytes(row.classes)) for row in rows}


async def add_keys(work: UnitOfWork, cipher: KeyCipher, draft: str, convener: str, kind: str, party: bytes, keys: VoteKeys) -> None:
    """Stores our keys, encrypted; a second time changes nothing."""
    sealed = {
        name: cipher.encrypt(f"vote-{name}", draft, key.private_bytes_raw())
        for name, key in (("statement", keys.statement), ("board", keys.board), ("witness", keys.witness))
    }
    await work.connection.execute(_ADD_KEYS, {"draft": draft, "convener": convener, "kind": kind, "party": party, **sealed})


async def get_keys(work: UnitOfWork, cipher: KeyCipher, draft: str, convener: str) -> tuple[bytes, VoteKeys] | None:
    """Our party as the terms have it, and the private keys."""
    row = (await work.connection.execute(_KEYS, {"draft": draft, "convener": convener})).first()
    if row is None:
        return None

    def opened(name: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(cipher.decrypt(f"vote-{name}", draft, bytes(getattr(row, name))))

    return bytes(row.party), VoteKeys(opened("statement"), opened("board"), opened("witness"))


async def list_unanswered_key_requests(work: UnitOfWork) -> list[tuple[str, str, bytes]]:
    """(draft, convener, our party) of key requests that we have not answered yet."""
    return [(row.draft, row.convener, bytes(row.party)) for row in (await work.connection.execute(_UNANSWERED)).all()]


async def mark_key_request_answered(work: UnitOfWork, draft: str, convener: str) -> None:
    await work.connection.execute(_MARK_ANSWERED, {"draft": draft, "convener": convener})


async def add(work: UnitOfWork, terms: Terms) -> bool:
    """Returns whether it is new."""
    row = {"id": terms.vote, "terms": terms.data, "at": work.now, "close": terms.close}
    return (await work.connection.execute(_ADD, row)).rowcount > 0


async def get(work: UnitOfWork, vote: str) -> Vote | None:
    row = (await work.connection.execute(_GET, {"id": vote})).first()
    return _vote_from_row(row) if row else None


async def list_by_ids(work: UnitOfWork, votes: Iterable[str]) -> list[Vote]:
    """Those of these votes that are stored here."""
    return [_vote_from_row(row) for row in (await work.connection.execute(_LIST_BY_IDS, {"ids": list(votes)})).all()]


async def lock(work: UnitOfWork, vote: str) -> Vote | None:
    """The vote, locked until the transaction ends."""
    row = (await work.connection.execute(_GET_FOR_UPDATE, {"id": vote})).first()
    return _vote_from_row(row) if row else None


async def list_live(work: UnitOfWork) -> list[Vote]:
    return [_vote_from_row(row) for row in (await work.connection.execute(_LIVE)).all()]


async def list_ids(work: UnitOfWork) -> list[str]:
    return list((await work.connection.execute(_ALL)).scalars())


async def mark_handed_over(work: UnitOfWork, vote: str) -> None:
    await work.connection.execute(_MARK_HANDED_OVER, {"id": vote})


async def request_ready(work: UnitOfWork, vote: str) -> None:
    await work.connection.execute(_REQUEST_READY, {"id": vote})


async def set_published_state(work: UnitOfWork, vote: str, state: str) -> None:
    await work.connection.execute(_SET_PUBLISHED_STATE, {"id": vote, "told": state})


async def save_outcome(work: UnitOfWork, vote: str, revision: int, outcome: bytes) -> None:
    await work.connection.execute(_SAVE_OUTCOME, {"id": vote, "revision": revision, "outcome": outcome})


async def mark_signed(work: UnitOfWork, vote: str, revision: int) -> bool:
    """Returns whether this revision was not signed before: one outcome for a revision, ever."""
    return (await work.connection.execute(_MARK_SIGNED, {"id": vote, "revision": revision})).rowcount > 0


async def save_settlement(work: UnitOfWork, vote: str, settled: bytes, revision: int) -> None:
    await work.connection.execute(_SAVE_SETTLEMENT, {"id": vote, "settled": settled, "revision": revision})


async def archive(work: UnitOfWork, vote: str) -> None:
    """Marks a vote as over: it is still shown and served, but no longer advanced."""
    await work.connection.execute(_ARCHIVE, {"id": vote})


async def add_identity(work: UnitOfWork, vote: str, co_op: str, document: bytes) -> None:
    await work.connection.execute(_ADD_IDENTITY, {"vote": vote, "co_op": co_op, "document": document})


async def get_identities(work: UnitOfWork, vote: str) -> Mapping[str, bytes]:
    return {row.co_op: bytes(row.document) for row in (await work.connection.execute(_IDENTITIES, {"vote": vote})).all()}


async def list_identity_documents(work: UnitOfWork, vote: str) -> list[tuple[str, bytes]]:
    """The documents that came with the vote, and newer ones of our peers and ourselves."""
    rows = (await work.connection.execute(_DOCUMENTS, {"vote": vote})).all()
    return [(row.co_op, bytes(row.document)) for row in rows]


async def find_parties_with_revoked_keys(work: UnitOfWork, terms: Terms) -> set[str]:
    """Parties whose newest identity document revokes a key used in this vote: nothing more of theirs is witnessed."""
    co_ops: set[str] = set()
    for co_op, document in await list_identity_documents(work, terms.vote):
        party = terms.by_id.get(co_op)
        if party is not None and _revoked_keys(document) & {party.statement, party.board, party.witness, party.signer, party.root}:
            co_ops.add(co_op)
    return co_ops


@lru_cache(maxsize=500)
def _revoked_keys(document: bytes) -> frozenset[bytes]:
    try:
        return frozenset(read_identity(document).revoked)
    except DocumentError:
        return frozenset()


async def get_party_names(work: UnitOfWork, vote: str) -> dict[str, str]:
    """The parties' names, from their identity documents."""
    names: dict[str, str] = {}
    for co_op, document in await list_identity_documents(work, vote):
        with contextlib.suppress(DocumentError):
            names[co_op] = read_identity(document).name
    return names


def _vote_from_row(row: Row[Any]) -> Vote:
    return Vote(
        id=row.id,
        terms=_read_terms_cached(bytes(row.terms)),
        received_at=row.came_at,
        handed_over=row.taken,
        ready_requested=row.ready_wanted,
        published_state=row.told,
        revision=row.revision,
        outcome=bytes(row.outcome) if row.outcome is not None else None,
        outcome_revision=row.outcome_revision,
        signed_revision=row.signed_revision,
        settled=bytes(row.settled) if row.settled is not None else None,
        archived=row.archived,
    )


_TERMS_CACHE: dict[bytes, Terms] = {}


def _read_terms_cached(data: bytes) -> Terms:
    """Terms never change; parsing them each time would cost milliseconds."""
    terms = _TERMS_CACHE.get(data)
    if terms is None:
        if len(_TERMS_CACHE) > 200:
            _TERMS_CACHE.clear()
        terms = _TERMS_CACHE[data] = read_terms(data)
    return terms
