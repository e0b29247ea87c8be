"""Letters to and from peers. What was written goes out in the order of writing; `domain/letters.py` has the law of the stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from libs.database.engine import Work
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from services.federation.domain import letters as law
from services.federation.domain.letters import Judgement, Letter

_WRITE = text("insert into letter_waiting (peer, kind, payload, expires, at) values (:peer, :kind, :payload, :expires, :at)")
_WAITING = text("""
select id, kind, payload, expires from letter_waiting where peer = :peer and (:every or kind = any(:kinds)) order by id limit :limit
for update""")
_SENT_OFF = text("delete from letter_waiting where id = :id")
_LAST_OUT = text("select seq, hash from letter_out where peer = :peer order by seq desc limit 1")
_OUT_AT = text("select hash from letter_out where peer = :peer and seq = :seq")
_OUT = text("select seq, body from letter_out where peer = :peer and seq > :after order by seq limit :limit")
_ADD_OUT = text("insert into letter_out (peer, seq, body, hash, at, taken_back) values (:peer, :seq, :body, :hash, :at, :taken_back)")
_LAST_IN = text("select seq, hash from letter_in where peer = :peer order by seq desc limit 1")
_IN_AT = text("select hash from letter_in where peer = :peer and seq = :seq")
_IN = text("select content from letter_in where peer = :peer and seq > :after order by seq limit :limit")
_ADD_IN = text("""
insert into letter_in (peer, seq, content, hash, at, judged, reason) values (:peer, :seq, :content, :hash, :at, :judged, :reason)""")
_CONFLICT = text("""
insert into letter_conflict (peer, seq, hash, content, at) values (:peer, :seq, :hash, :content, :at) on conflict do nothing""")
_UNHEARD = text("""
select (select count(*) from letter_waiting where peer = :peer) + (select count(*) from letter_out where peer = :peer and seq > :held)""")

_TO_TELL = text("""
select exists (select from letter_waiting where peer = :peer and kind = :kind)
  or exists (select from letter_out where peer = :peer and seq > :held)""")


@dataclass(frozen=True)
class Last:
    """The last letter of a stream: its number and hash; 0 and empty where there is none."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Waiting:
    """Written, and without a number yet."""

    id: int
    kind: str
    payload: Mapping[str, Json]
    expires: int


async def write(work: Work, peer: str, kind: str, payload: Mapping[str, Json], expires: int = 0) -> None:
    """A letter to a peer, sent when it can be reached. `expires` is in seconds since 1970; 0 = never."""
    row = {"peer": peer, "kind": kind, "payload": canonical.encode(dict(payload)), "expires": expires, "at": work.now}
    await work.connection.execute(_WRITE, row)


async def waiting(work: Work, peer: str, kinds: frozenset[str] | None, limit: int) -> list[Waiting]:
    """The oldest without a number, of these kinds; None = all."""
    asked = {"peer": peer, "every": kinds is None, "kinds": sorted(kinds or ()), "limit": limit}
    rows = await work.connection.execute(_WAITING, asked)
    return [Waiting(row.id, row.kind, cast("dict[str, Json]", canonical.decode(bytes(row.payload))), row.expires) for row in rows]


async def give_number(work: Work, waiting_id: int, letter: Letter) -> Last:
    """From now on it has its place in the stream."""
    body = letter.body()
    await work.connection.execute(_SENT_OFF, {"id": waiting_id})
    return await _add_out(work, letter, body, taken_back=False)


async def take_back(work: Work, letter: Letter, body: bytes) -> Last:
    """A letter of ours that the other side kept and we had lost."""
    return await _add_out(work, letter, body, taken_back=True)


async def last_out(work: Work, peer: str) -> Last:
    row = (await work.connection.execute(_LAST_OUT, {"peer": peer})).first()
    return Last(0, "") if row is None else Last(row.seq, row.hash)


async def out_hash(work: Work, peer: str, seq: int) -> str | None:
    found = await work.connection.execute(_OUT_AT, {"peer": peer, "seq": seq})
    return cast("str | None", found.scalar())


async def out_after(work: Work, peer: str, seq: int, limit: int = law.MOST_IN_BATCH) -> list[bytes]:
    """The bodies of numbered letters after `seq`, in order."""
    rows = await work.connection.execute(_OUT, {"peer": peer, "after": seq, "limit": limit})
    return [bytes(row.body) for row in rows]


async def last_in(work: Work, peer: str) -> Last:
    row = (await work.connection.execute(_LAST_IN, {"peer": peer})).first()
    return Last(0, "") if row is None else Last(row.seq, row.hash)


async def in_hash(work: Work, peer: str, seq: int) -> str | None:
    found = await work.connection.execute(_IN_AT, {"peer": peer, "seq": seq})
    return cast("str | None", found.scalar())


async def in_after(work: Work, peer: str, seq: int, limit: int = law.MOST_IN_BATCH) -> list[bytes]:
    """Letters of theirs after `seq` as they signed them, in order."""
    rows = await work.connection.execute(_IN, {"peer": peer, "after": seq, "limit": limit})
    return [bytes(row.content) for row in rows]


async def take(work: Work, letter: Letter, content: bytes, body: bytes, judged: Judgement, reason: str) -> Last:
    """Keeps a letter of theirs and what was decided about it."""
    hash_ = law.hash_of(body)
    row = {"peer": letter.sender, "seq": letter.seq, "content": content, "hash": hash_, "at": work.now}
    await work.connection.execute(_ADD_IN, row | {"judged": judged.value, "reason": reason})
    return Last(letter.seq, hash_)


async def keep_conflict(work: Work, letter: Letter, content: bytes, body: bytes) -> bool:
    """Keeps the proof that the sender signed two letters for one place; whether it is new."""
    row = {"peer": letter.sender, "seq": letter.seq, "hash": law.hash_of(body), "content": content, "at": work.now}
    return (await work.connection.execute(_CONFLICT, row)).rowcount > 0


async def unheard(work: Work, peer: str, held: int) -> int:
    """How many letters they do not hold yet."""
    return int((await work.connection.execute(_UNHEARD, {"peer": peer, "held": held})).scalar_one())


async def to_tell(work: Work, peer: str, held: int, kind: str) -> bool:
    """Whether a letter of this kind waits, or any that has its number and that they do not hold."""
    return bool((await work.connection.execute(_TO_TELL, {"peer": peer, "held": held, "kind": kind})).scalar_one())


def seal(body: bytes, key: Ed25519PrivateKey) -> bytes:
    """The letter as it leaves."""
    return canonical.encode({"body": canonical.decode(body), "sig": statement.sign(key, law.KIND, body).hex()})


def within(contents: Sequence[bytes], most_bytes: int = law.BATCH_BYTES) -> list[bytes]:
    """As many from the beginning as fit, one at least."""
    found: list[bytes] = []
    size = 0
    for content in contents:
        size += len(content)
        if found and size > most_bytes:
            break
        found.append(content)
    return found


async def _add_out(work: Work, letter: Letter, body: bytes, *, taken_back: bool) -> Last:
    hash_ = law.hash_of(body)
    row = {"peer": letter.receiver, "seq": letter.seq, "body": body, "hash": hash_, "at": work.now, "taken_back": taken_back}
    await work.connection.execute(_ADD_OUT, row)
    return Last(letter.seq, hash_)
