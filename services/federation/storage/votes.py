"""Votes, their drafts and their keys, as they are kept."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row, text

from libs.boards import identity
from libs.boards.forms import DocumentError
from libs.boards.terms import Terms, read_terms
from libs.database.engine import Work
from services.federation.storage.vault import Vault

_COLUMNS = """id, terms, came_at, taken, ready_wanted, told, revision, outcome, outcome_revision, signed_revision, settled, archived"""
_ADD_DRAFT = text("""
insert into vote_draft (draft, participants, observers) values (:draft, :participants, :observers) on conflict do nothing""")
_DRAFTS = text("select draft, participants, observers, asked from vote_draft where vote is null order by draft")
_ASKED = text("update vote_draft set asked = true where draft = :draft")
_COMPOSED = text("update vote_draft set vote = :vote where draft = :draft")
_IS_DRAFT = text("select 1 from vote_draft where draft = :draft and vote is null and :co_op = any(participants || observers)")
_ADD_PARTY = text("""
insert into vote_draft_party (draft, co_op, party, classes) values (:draft, :co_op, :party, :classes) on conflict do nothing""")
_PARTIES = text("select co_op, party, classes from vote_draft_party where draft = :draft order by co_op")

_ADD_KEYS = text("""
insert into vote_key (draft, convener, kind, party, statement, board, witness)
values (:draft, :convener, :kind, :party, :statement, :board, :witness) on conflict do nothing""")
_KEYS = text("select party, statement, board, witness from vote_key where draft = :draft and convener = :convener")
_UNANSWERED = text("select draft, convener, party from vote_key where not answered order by draft")
_ANSWERED = text("update vote_key set answered = true where draft = :draft and convener = :convener")

_ADD = text("insert into vote (id, terms, came_at, close) values (:id, :terms, :at, :close) on conflict do nothing")
_ONE = text(f"select {_COLUMNS} from vote where id = :id")  # noqa: S608 - column names of our own
_HOLD = text(f"select {_COLUMNS} from vote where id = :id for no key update")  # noqa: S608 - as above; papers of it may come meanwhile
_SOME = text(f"select {_COLUMNS} from vote where id = any(:ids) order by id")  # noqa: S608 - as above
_LIVE = text(f"select {_COLUMNS} from vote where not archived order by id")  # noqa: S608 - as above
_ALL = text("select id from vote order by came_at desc limit 500")
_TAKEN = text("update vote set taken = true where id = :id")
_WANT_READY = text("update vote set ready_wanted = true where id = :id")
_TOLD = text("update vote set told = :told where id = :id")
_COUNTED = text("update vote set outcome = :outcome, outcome_revision = :revision where id = :id")
_SIGNED = text("update vote set signed_revision = :revision where id = :id and signed_revision < :revision")
_SETTLED = text("update vote set settled = :settled, revision = :revision where id = :id")
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
    """Waits for the keys of its parties."""

    draft: str
    participants: tuple[str, ...]
    observers: tuple[str, ...]
    asked: bool


@dataclass(frozen=True)
class Vote:
    """A vote's row. `told` is the last state that was stated as a fact."""

    id: str
    terms: Terms
    came_at: datetime
    taken: bool
    ready_wanted: bool
    told: str
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
    def made(cls) -> Self:
        """Three new ones."""
        return cls(*(Ed25519PrivateKey.generate() for _ in range(3)))


async def add_draft(work: Work, draft: str, participants: Sequence[str], observers: Sequence[str]) -> None:
    await work.connection.execute(_ADD_DRAFT, {"draft": draft, "participants": list(participants), "observers": list(observers)})


async def drafts(work: Work) -> list[Draft]:
    """Those that have no terms yet."""
    rows = (await work.connection.execute(_DRAFTS)).all()
    return [Draft(row.draft, tuple(row.participants), tuple(row.observers), row.asked) for row in rows]


async def asked(work: Work, draft: str) -> None:
    await work.connection.execute(_ASKED, {"draft": draft})


async def composed(work: Work, draft: str, vote: str) -> None:
    await work.connection.execute(_COMPOSED, {"draft": draft, "vote": vote})


async def awaits(work: Work, draft: str, co_op: str) -> bool:
    """Whether it is a draft of ours that waits for keys, and this co-op is a party of it."""
    return (await work.connection.execute(_IS_DRAFT, {"draft": draft, "co_op": co_op})).first() is not None


async def add_party(work: Work, draft: str, co_op: str, party: bytes, classes: bytes) -> None:
    await work.connection.execute(_ADD_PARTY, {"draft": draft, "co_op": co_op, "party": party, "classes": classes})


async def parties(work: Work, draft: str) -> dict[str, tuple[bytes, bytes]]:
    """Party and classes, JSON bytes, by co-op."""
    rows = (await work.connection.execute(_PARTIES, {"draft": draft})).all()
    return {row.co_op: (bytes(row.party), bytes(row.classes)) for row in rows}


async def add_keys(work: Work, vault: Vault, draft: str, convener: str, kind: str, party: bytes, keys: VoteKeys) -> None:
    """Keeps our keys, sealed; a second time changes nothing."""
    sealed = {
        name: vault.seal(f"vote-{name}", draft, key.private_bytes_raw())
        for name, key in (("statement", keys.statement), ("board", keys.board), ("witness", keys.witness))
    }
    await work.connection.execute(_ADD_KEYS, {"draft": draft, "convener": convener, "kind": kind, "party": party, **sealed})


async def keys(work: Work, vault: Vault, draft: str, convener: str) -> tuple[bytes, VoteKeys] | None:
    """Our party as the terms have it, and the private halves."""
    row = (await work.connection.execute(_KEYS, {"draft": draft, "convener": convener})).first()
    if row is None:
        return None

    def opened(name: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(vault.open(f"vote-{name}", draft, bytes(getattr(row, name))))

    return bytes(row.party), VoteKeys(opened("statement"), opened("board"), opened("witness"))


async def unanswered(work: Work) -> list[tuple[str, str, bytes]]:
    """(draft, convener, our party) of those whose convener has not got our keys yet."""
    return [(row.draft, row.convener, bytes(row.party)) for row in (await work.connection.execute(_UNANSWERED)).all()]


async def answered(work: Work, draft: str, convener: str) -> None:
    await work.connection.execute(_ANSWERED, {"draft": draft, "convener": convener})


async def add(work: Work, terms: Terms) -> bool:
    """Whether it is new here."""
    row = {"id": terms.vote, "terms": terms.data, "at": work.now, "close": terms.close}
    return (await work.connection.execute(_ADD, row)).rowcount > 0


async def one(work: Work, vote: str) -> Vote | None:
    row = (await work.connection.execute(_ONE, {"id": vote})).first()
    return _vote(row) if row else None


async def some(work: Work, votes: Iterable[str]) -> list[Vote]:
    """Those of these that are here."""
    return [_vote(row) for row in (await work.connection.execute(_SOME, {"ids": list(votes)})).all()]


async def hold(work: Work, vote: str) -> Vote | None:
    """For us alone until we commit."""
    row = (await work.connection.execute(_HOLD, {"id": vote})).first()
    return _vote(row) if row else None


async def live(work: Work) -> list[Vote]:
    return [_vote(row) for row in (await work.connection.execute(_LIVE)).all()]


async def all_ids(work: Work) -> list[str]:
    return list((await work.connection.execute(_ALL)).scalars())


async def mark_taken(work: Work, vote: str) -> None:
    await work.connection.execute(_TAKEN, {"id": vote})


async def want_ready(work: Work, vote: str) -> None:
    await work.connection.execute(_WANT_READY, {"id": vote})


async def tell(work: Work, vote: str, state: str) -> None:
    await work.connection.execute(_TOLD, {"id": vote, "told": state})


async def keep_outcome(work: Work, vote: str, revision: int, outcome: bytes) -> None:
    await work.connection.execute(_COUNTED, {"id": vote, "revision": revision, "outcome": outcome})


async def mark_signed(work: Work, vote: str, revision: int) -> bool:
    """Whether this revision was not signed before: one outcome for a revision, ever."""
    return (await work.connection.execute(_SIGNED, {"id": vote, "revision": revision})).rowcount > 0


async def settle(work: Work, vote: str, settled: bytes, revision: int) -> None:
    await work.connection.execute(_SETTLED, {"id": vote, "settled": settled, "revision": revision})


async def archive(work: Work, vote: str) -> None:
    """Nothing more is expected; it is shown and served, and not driven."""
    await work.connection.execute(_ARCHIVE, {"id": vote})


async def add_identity(work: Work, vote: str, co_op: str, document: bytes) -> None:
    await work.connection.execute(_ADD_IDENTITY, {"vote": vote, "co_op": co_op, "document": document})


async def identities(work: Work, vote: str) -> Mapping[str, bytes]:
    return {row.co_op: bytes(row.document) for row in (await work.connection.execute(_IDENTITIES, {"vote": vote})).all()}


async def identity_documents(work: Work, vote: str) -> list[tuple[str, bytes]]:
    """Those that came with the vote, and those our peers showed since."""
    rows = (await work.connection.execute(_DOCUMENTS, {"vote": vote})).all()
    return [(row.co_op, bytes(row.document)) for row in rows]


async def revokers(work: Work, terms: Terms) -> set[str]:
    """Parties whose newest identity document revokes a key that this vote stands on: nothing more is witnessed of theirs."""
    found: set[str] = set()
    for co_op, document in await identity_documents(work, terms.vote):
        party = terms.by_id.get(co_op)
        if party is not None and _revoked(document) & {party.statement, party.board, party.witness, party.signer, party.root}:
            found.add(co_op)
    return found


@lru_cache(maxsize=500)
def _revoked(document: bytes) -> frozenset[bytes]:
    try:
        return frozenset(identity.read(document).revoked)
    except DocumentError:
        return frozenset()


async def names(work: Work, vote: str) -> dict[str, str]:
    """What the parties call themselves, by their identity documents."""
    found: dict[str, str] = {}
    for co_op, document in await identity_documents(work, vote):
        with contextlib.suppress(DocumentError):
            found[co_op] = identity.read(document).name
    return found


def _vote(row: Row[Any]) -> Vote:
    return Vote(
        id=row.id,
        terms=_terms(bytes(row.terms)),
        came_at=row.came_at,
        taken=row.taken,
        ready_wanted=row.ready_wanted,
        told=row.told,
        revision=row.revision,
        outcome=bytes(row.outcome) if row.outcome is not None else None,
        outcome_revision=row.outcome_revision,
        signed_revision=row.signed_revision,
        settled=bytes(row.settled) if row.settled is not None else None,
        archived=row.archived,
    )


_READ: dict[bytes, Terms] = {}


def _terms(data: bytes) -> Terms:
    """Terms never change; reading them anew for every look would cost milliseconds each time."""
    found = _READ.get(data)
    if found is None:
        if len(_READ) > 200:
            _READ.clear()
        found = _READ[data] = read_terms(data)
    return found
