"""Check 18: the documents of a voter: pins, card and receipt."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from scripts.verifier import signatures
from scripts.verifier.board import Board
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode
from scripts.verifier.entries import Choice
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.json_values import (
    PSEUDONYM,
    MalformedError,
    parse_co_op_id,
    parse_group,
    parse_hash,
    parse_integer,
    parse_list_of,
    parse_matching,
    parse_object,
    parse_sorted_list,
    require_nfc,
)
from scripts.verifier.merkle import leaf_hash
from scripts.verifier.terms import Terms

Counted: TypeAlias = Mapping[tuple[str, str], tuple[int, Choice]]
"""By (co-op id, pseudonym): index and choice of the ballot that counts."""
# No key of a member is on a ballot, so that nothing on a board tells who made it.
_NOT_BY_YOU = "If you did not cast one: this shows that your co-op changed it, not that you did"


@dataclass(frozen=True)
class Card:
    vote: str
    id: str
    pseudonym: str
    group: str
    identity: str
    salt: bytes
    pins: dict[str, str]


@dataclass(frozen=True)
class Receipt:
    vote: str
    id: str
    pseudonym: str
    index: int
    leaf: str
    signed: signatures.SignedObject


def read_pins(data: bytes) -> dict[str, str]:
    """Root key fingerprints by co-op id. Raises MalformedError or NotCanonicalJsonError, like all readers in this module."""
    fields = parse_object(decode(data), "v pins")
    parse_integer(fields["v"], 1, 1)
    return _parse_pins(fields["pins"])


def read_card(data: bytes) -> Card:
    fields = parse_object(decode(data), "v vote id pseudonym group identity salt pins")
    parse_integer(fields["v"], 1, 1)
    identity = fields["identity"]
    if not isinstance(identity, str):
        raise MalformedError("it has no identity")
    require_nfc(identity)
    return Card(
        vote=parse_hash(fields["vote"]),
        id=parse_co_op_id(fields["id"]),
        pseudonym=parse_matching(_correct_typing(fields["pseudonym"]), PSEUDONYM, "pseudonym"),
        group=parse_group(fields["group"]),
        identity=identity,
        salt=bytes.fromhex(parse_hash(fields["salt"])),
        pins=_parse_pins(fields["pins"]),
    )


def read_receipt(data: bytes) -> Receipt:
    signed = signatures.read_signed_object(decode(data), "receipt", "vote id pseudonym index leaf at")
    parse_integer(signed.body["at"])
    return Receipt(
        vote=parse_hash(signed.body["vote"]),
        id=parse_co_op_id(signed.body["id"]),
        pseudonym=parse_matching(signed.body["pseudonym"], PSEUDONYM, "pseudonym"),
        index=parse_integer(signed.body["index"]),
        leaf=parse_hash(signed.body["leaf"]),
        signed=signed,
    )


def check_card(card: Card, terms: Terms, boards: dict[str, Board], counted: Counted | None) -> str:
    """A sentence about the ballot that counted for this card; `counted` is None if the vote is annulled. Raises `CheckFailedError` 18."""
    if card.vote != terms.vote or card.id not in terms.participants:
        raise CheckFailedError(18, "the card is of another vote, or of a co-op that takes no part in this one")
    row = boards[card.id].opened_rows.get(card.pseudonym)
    if row is None or row.group != card.group:
        raise CheckFailedError(18, f"the board of {card.id} has no row with the pseudonym and the group of the card")
    if row_commitment(card) != row.commitment:
        raise CheckFailedError(
            18, "the card does not open its row: the row was made for somebody else, or the card is not as it was given out"
        )
    if counted is None:
        return f"the card opens its row at {card.id}; nothing was counted"
    ballot = counted.get((card.id, card.pseudonym))
    if ballot is None:
        return f"the card opens its row at {card.id}; no ballot was counted for it"
    index, choice = ballot
    return f"the card opens its row at {card.id}; entry {index} was counted for it: {_choice_text(choice)}"


def check_receipt(receipt: Receipt, terms: Terms, boards: dict[str, Board], counted: Counted | None, cuts: Mapping[str, int]) -> str:
    """A sentence about the receipt's ballot; `counted` is None if the vote is annulled. Raises `CheckFailedError` 18."""
    if receipt.vote != terms.vote or receipt.id not in terms.participants:
        raise CheckFailedError(18, "the receipt is of another vote, or of a co-op that takes no part in this one")
    if not receipt.signed.is_signed_by(terms.parties[receipt.id].statement):
        raise CheckFailedError(18, f"the receipt is not signed by the statement key of {receipt.id}")
    entry = boards[receipt.id].watched_entries.get(receipt.index)
    if entry is None or leaf_hash(entry) != receipt.leaf:
        raise CheckFailedError(18, f"{receipt.id} signed this receipt, and its board does not have that ballot at entry {receipt.index}")
    if not _is_ballot_of(receipt.pseudonym, entry):
        raise CheckFailedError(18, f"{receipt.id} signed this receipt for an entry that is no ballot of its row")
    if counted is None:
        return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}"
    ballot = counted.get((receipt.id, receipt.pseudonym))
    if ballot is not None and ballot[0] == receipt.index:
        return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}, and it was counted"
    if receipt.index >= cuts[receipt.id]:
        why = "it was not witnessed in time"
    elif ballot is not None and ballot[0] > receipt.index:
        why = f"a later ballot took its place, entry {ballot[0]}. {_NOT_BY_YOU}"
    else:
        why = f"a later ballot took it back, or it was not allowed. {_NOT_BY_YOU}"
    return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}; it was not counted: {why}"


def _is_ballot_of(pseudonym: str, data: bytes) -> bool:
    """Whether the entry is a ballot of this row, with or without a code, even of bad form."""
    try:
        value = decode(data)
    except NotCanonicalJsonError:
        return False
    return isinstance(value, dict) and value.get("kind") == "ballot" and value.get("pseudonym") == pseudonym


def row_commitment(card: Card) -> str:
    hashed = hashlib.sha256(b"kith/row/1")
    for part in (card.vote, card.pseudonym, card.group, card.identity):
        data = part.encode()
        hashed.update(len(data).to_bytes(4, "big") + data)
    hashed.update(card.salt)
    return hashed.hexdigest()


def _correct_typing(value: Json) -> Json:
    """Corrects a pseudonym copied by hand: lower case becomes upper case, and O, I, L the digits they resemble."""
    return value.upper().translate(str.maketrans("OIL", "011")) if isinstance(value, str) else value


def _parse_pins(value: Json) -> dict[str, str]:
    pairs = parse_sorted_list(value, lambda item: parse_list_of(item, 2))
    pins = {parse_co_op_id(item): parse_hash(pin) for item, pin in pairs}
    if len(pins) != len(pairs):
        raise MalformedError("a co-op is pinned twice")
    return pins


def _choice_text(choice: Choice) -> str:
    if isinstance(choice, str):
        return choice
    if isinstance(choice, list):
        return ", ".join(choice) or "nothing marked"
    return ", ".join(f"{option}: {points}" for option, points in choice.items()) or "nothing marked"
