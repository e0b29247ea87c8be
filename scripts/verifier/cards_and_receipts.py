"""Check 18: the documents of a voter: pins, card and receipt."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from scripts.verifier import entries, outcome, signatures
from scripts.verifier.boards import Board
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode
from scripts.verifier.entries import Ballot, Choice
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
from scripts.verifier.terms import VoteTerms


@dataclass(frozen=True)
class VoterCard:
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


def read_card(data: bytes) -> VoterCard:
    fields = parse_object(decode(data), "v vote id pseudonym group identity salt pins")
    parse_integer(fields["v"], 1, 1)
    identity = fields["identity"]
    if not isinstance(identity, str):
        raise MalformedError("it has no identity")
    require_nfc(identity)
    return VoterCard(
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


def check_card(card: VoterCard, terms: VoteTerms, boards: dict[str, Board], cuts: dict[str, int] | None) -> str:
    """A sentence about the ballot that counted for this card; `cuts` is None if the vote is annulled. Raises `CheckFailedError` 18."""
    if card.vote != terms.vote or card.id not in terms.participants:
        raise CheckFailedError(18, "the card is of another vote, or of a co-op that takes no part in this one")
    row = boards[card.id].rows.get(card.pseudonym)
    if row is None or row.group != card.group:
        raise CheckFailedError(18, f"the board of {card.id} has no row with the pseudonym and the group of the card")
    if row_commitment(card) != row.commitment:
        raise CheckFailedError(
            18, "the card does not open its row: the row was made for somebody else, or the card is not as it was given out"
        )
    if cuts is None:
        return f"the card opens its row at {card.id}; nothing was counted"
    counted = outcome.counted_ballots(boards[card.id], cuts[card.id]).get(card.pseudonym)
    if counted is None:
        return f"the card opens its row at {card.id}; no ballot was counted for it"
    index, choice = counted
    return f"the card opens its row at {card.id}; entry {index} was counted for it: {_choice_text(choice)}"


def check_receipt(
    receipt: Receipt, terms: VoteTerms, read_entries: Callable[[str], list[bytes]], cuts: dict[str, int] | None, boards: dict[str, Board]
) -> str:
    """A sentence about the receipt's ballot. `read_entries` returns the entries of a board. Raises `CheckFailedError` 18."""
    if receipt.vote != terms.vote or receipt.id not in terms.participants:
        raise CheckFailedError(18, "the receipt is of another vote, or of a co-op that takes no part in this one")
    if not receipt.signed.is_signed_by(terms.parties[receipt.id].statement):
        raise CheckFailedError(18, f"the receipt is not signed by the statement key of {receipt.id}")
    tree = boards[receipt.id].tree
    if receipt.index >= tree.size or tree.leaf(receipt.index) != receipt.leaf:
        raise CheckFailedError(18, f"{receipt.id} signed this receipt, and its board does not have that ballot at entry {receipt.index}")
    if not _is_ballot_of(receipt.pseudonym, read_entries(receipt.id)[receipt.index]):
        raise CheckFailedError(18, f"{receipt.id} signed this receipt for an entry that is no ballot of its row")
    if cuts is None:
        return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}"
    counted = outcome.counted_ballots(boards[receipt.id], cuts[receipt.id]).get(receipt.pseudonym)
    if counted is not None and counted[0] == receipt.index:
        return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}, and it was counted"
    late = receipt.index >= cuts[receipt.id]
    why = "it was not witnessed in time" if late else "a later ballot took its place, or it was not allowed"
    return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}; it was not counted: {why}"


def _is_ballot_of(pseudonym: str, data: bytes) -> bool:
    """Whether the entry is a ballot of this row, counted or not."""
    try:
        entry = entries.read_entry(decode(data))
    except (MalformedError, NotCanonicalJsonError):
        return False
    return isinstance(entry, Ballot) and entry.pseudonym == pseudonym


def row_commitment(card: VoterCard) -> str:
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
