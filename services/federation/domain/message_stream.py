"""Pair streams: messages from one co-op to another that are not votes, numbered from 1, each with the hash of the one before.

    received message        position        what happens
    seq = held + 1          next            stored; it takes effect unless it has expired, is refused, or its kind is unknown
    seq <= held, same       duplicate       nothing
    seq <= held, different  conflict        kept as evidence: two messages under one number, both signed by their sender
    seq = held + 1, other   conflict        kept as evidence: it follows another message than the one we hold
      hash of the one before
    seq > held + 1          gap             nothing; the sender learns what we hold and sends again

A message gets its number when it leaves, not when it is queued, and only after the peer has told what it holds. A co-op that was rolled
back restores its own signed messages first, and continues after them: so no number is ever used twice.

The wire format and the tables call a message a letter.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kith.federation.v1.enums import PeerState
from libs.boards import document_fields
from libs.boards.document_fields import DocumentError, DocumentFields
from libs.signing import canonical, statement
from libs.signing.canonical import Json

KIND = "letter"
MAX_BYTES = 64 * 1024
MAX_IN_BATCH = 200
MAX_BATCH_BYTES = 1024 * 1024

AGREE, SIGNED, SUSPEND, RESUME, SEVER = "agree", "signed", "suspend", "resume", "sever"
"""Kinds of messages about the peering itself."""
KEYS_REQUEST, KEYS, TERMS, IDENTITY = "vote_keys_wanted", "vote_keys", "terms", "vote_identity"
"""Kinds of messages about votes."""
ASK, ASK_ENDED, ASK_COUNT = "ask", "ask_ended", "ask_count"
ASK_REPLY, ASK_REPLY_ENDED, ASK_AGREED = "ask_reply", "ask_reply_ended", "ask_agreed"
"""Kinds of messages about asks, for peers whose agreement covers them (`libs/asks/documents.py`)."""
KINDS_WHILE_SUSPENDED = frozenset({SUSPEND, RESUME, SEVER})
KINDS_BEFORE_ACTIVE = frozenset({AGREE, SIGNED, *KINDS_WHILE_SUSPENDED})


class StreamPosition(StrEnum):
    """The position of a received message in its stream."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    GAP = "gap"


class MessageOutcome(StrEnum):
    """The outcome of a received message; decided once, by its receiver."""

    EFFECTIVE = "effective"
    EXPIRED = "expired"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Of a kind this version does not know."""


@dataclass(frozen=True)
class PeerMessage:
    """A message of a pair stream. `expires` is in seconds since 1970, 0 = never; `prev` is the hash of the message before, hex, empty for
    the first.
    """

    sender: str
    receiver: str
    seq: int
    prev: str
    expires: int
    kind: str
    payload: Mapping[str, Json]

    def body(self) -> bytes:
        """The JSON bytes that are signed. Raises `DocumentError` for a payload that cannot be."""
        try:
            return canonical.encode({
                "v": 1,
                "from": self.sender,
                "to": self.receiver,
                "seq": self.seq,
                "prev": self.prev,
                "expires": self.expires,
                "kind": self.kind,
                "payload": dict(self.payload),
            })  # fmt: skip
        except canonical.NotCanonicalError as error:
            raise DocumentError(str(error)) from None


def allowed_kinds(state: PeerState) -> frozenset[str] | None:
    """The kinds of messages exchanged with a peer in this state; None = all."""
    match state:
        case PeerState.ACTIVE:
            return None
        case PeerState.CONFIRMED:
            return KINDS_BEFORE_ACTIVE
        case _:
            return KINDS_WHILE_SUSPENDED


def is_kind_allowed(state: PeerState, kind: str) -> bool:
    kinds = allowed_kinds(state)
    return kinds is None or kind in kinds


def body_hash(body: bytes) -> str:
    """Hash of the signed body: the same message signed with a newer key has the same hash."""
    return hashlib.sha256(body).hexdigest()


def parse_and_verify(content: bytes, keys: Sequence[bytes], sender: str, receiver: str) -> tuple[PeerMessage, bytes]:
    """The message and its body's bytes, signed by one of `keys`. Raises `DocumentError`."""
    if len(content) > MAX_BYTES:
        raise DocumentError("the letter is too long")
    outer = DocumentFields(document_fields.decode_json(content, "a letter"), "a letter")
    value, signature = outer.take("body"), outer.hex64("sig")
    outer.reject_unknown()
    body = canonical.encode(value)
    message = _parse(value)
    if (message.sender, message.receiver) != (sender, receiver):
        raise DocumentError("the letter is between others")
    if not any(statement.is_signed_by(key, KIND, body, signature) for key in keys):
        raise DocumentError("the sender did not sign the letter")
    return message, body


def classify(message: PeerMessage, body: bytes, held: int, held_hash: str, before: str | None) -> StreamPosition:
    """The message's position in the stream. `before` is the hash of the stored message with the same number, if there is one."""
    if message.seq <= held:
        return StreamPosition.DUPLICATE if before == body_hash(body) else StreamPosition.CONFLICT
    if message.seq > held + 1:
        return StreamPosition.GAP
    return StreamPosition.NEXT if message.prev == held_hash else StreamPosition.CONFLICT


def _parse(value: Json) -> PeerMessage:
    fields = DocumentFields(value, "a letter")
    if fields.number("v") != 1:
        raise DocumentError("a letter: v is not 1")
    payload = fields.take("payload")
    if not isinstance(payload, dict):
        raise DocumentError("a letter: payload is no object")
    prev = fields.take("prev")
    message = PeerMessage(
        sender=fields.text("from", document_fields.CO_OP),
        receiver=fields.text("to", document_fields.CO_OP),
        seq=fields.number("seq", 1),
        prev="" if prev == "" else document_fields.parse_text(prev, document_fields.HEX32, "a letter: prev"),
        expires=fields.number("expires"),
        kind=fields.text("kind", document_fields.GROUP),
        payload=payload,
    )
    fields.reject_unknown()
    if (message.seq == 1) != (message.prev == ""):
        raise DocumentError("a letter: only the first follows none")
    return message
