"""Pair streams: what goes from one co-op to another and is no vote, numbered from 1, each letter naming the hash of the one before.

    a letter comes          what it is      what is done
    seq = held + 1          next            taken; its effect happens unless it has expired, is refused, or its kind is unknown
    seq <= held, same       duplicate       nothing
    seq <= held, different  conflict        kept as evidence: two letters under one number, both signed by their sender
    seq = held + 1, other   conflict        kept as evidence: it follows another letter than the one we hold
      hash of the one before
    seq > held + 1          gap             nothing; the sender hears from us what we hold and sends again

A number is given when a letter leaves and not when it is written, and only once the other side has said what it holds of us. A co-op that
was set back takes its own signed letters back first, and goes on after them: so a number is never given twice.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from libs.boards import forms
from libs.boards.forms import DocumentError, Fields
from libs.signing import canonical, statement
from libs.signing.canonical import Json

KIND = "letter"
LARGEST = 64 * 1024
MOST_IN_BATCH = 200
BATCH_BYTES = 1024 * 1024

AGREE, SIGNED, SUSPEND, RESUME, SEVER = "agree", "signed", "suspend", "resume", "sever"
"""Kinds of letters about the peering itself."""
WHILE_SUSPENDED = frozenset({SUSPEND, RESUME, SEVER})
BEFORE_ACTIVE = frozenset({AGREE, SIGNED, *WHILE_SUSPENDED})


class Coming(StrEnum):
    """What a letter is to the stream it comes in."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    GAP = "gap"


class Judgement(StrEnum):
    """What became of a letter that was taken; decided once, by its receiver."""

    EFFECTIVE = "effective"
    EXPIRED = "expired"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Of a kind this version does not know."""


@dataclass(frozen=True)
class Letter:
    """`expires` is in seconds since 1970, 0 = never; `prev` the hash of the letter before, hex, empty for the first."""

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


def hash_of(body: bytes) -> str:
    """Of the signed body: the same letter signed with a newer key is the same letter."""
    return hashlib.sha256(body).hexdigest()


def unseal(content: bytes, keys: Sequence[bytes], sender: str, receiver: str) -> tuple[Letter, bytes]:
    """The letter and its body's bytes, signed by one of `keys`. Raises `DocumentError`."""
    if len(content) > LARGEST:
        raise DocumentError("the letter is too long")
    outer = Fields(forms.decoded(content, "a letter"), "a letter")
    value, signature = outer.take("body"), outer.hex64("sig")
    outer.done()
    body = canonical.encode(value)
    letter = _read(value)
    if (letter.sender, letter.receiver) != (sender, receiver):
        raise DocumentError("the letter is between others")
    if not any(statement.is_by(key, KIND, body, signature) for key in keys):
        raise DocumentError("the sender did not sign the letter")
    return letter, body


def coming(letter: Letter, body: bytes, held: int, held_hash: str, before: str | None) -> Coming:
    """What it is to the stream. `before` is the hash of the letter we hold under its number, if we hold one."""
    if letter.seq <= held:
        return Coming.DUPLICATE if before == hash_of(body) else Coming.CONFLICT
    if letter.seq > held + 1:
        return Coming.GAP
    return Coming.NEXT if letter.prev == held_hash else Coming.CONFLICT


def _read(value: Json) -> Letter:
    fields = Fields(value, "a letter")
    if fields.number("v") != 1:
        raise DocumentError("a letter: v is not 1")
    payload = fields.take("payload")
    if not isinstance(payload, dict):
        raise DocumentError("a letter: payload is no object")
    prev = fields.take("prev")
    letter = Letter(
        sender=fields.text("from", forms.CO_OP),
        receiver=fields.text("to", forms.CO_OP),
        seq=fields.number("seq", 1),
        prev="" if prev == "" else forms.text(prev, forms.HEX32, "a letter: prev"),
        expires=fields.number("expires"),
        kind=fields.text("kind", forms.GROUP),
        payload=payload,
    )
    fields.done()
    if (letter.seq == 1) != (letter.prev == ""):
        raise DocumentError("a letter: only the first follows none")
    return letter
