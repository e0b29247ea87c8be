"""Check 18, and what a person brings along: pins, a card, a receipt."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from scripts.verifier import entries, outcome, seals, shapes
from scripts.verifier.boards import Board
from scripts.verifier.canonical import Json, NotJsonBytesError, decode
from scripts.verifier.entries import Ballot, Choice
from scripts.verifier.shapes import MalformedError
from scripts.verifier.terms import Terms
from scripts.verifier.wrong import Wrong


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
    seal: seals.Signed


def read_pins(data: bytes) -> dict[str, str]:
    """Fingerprints of root keys by co-op id. Raises MalformedError or NotJsonBytesError, as the other readers here do."""
    there = shapes.fields(decode(data), "v pins")
    shapes.whole(there["v"], 1, 1)
    return _pins(there["pins"])


def read_card(data: bytes) -> Card:
    there = shapes.fields(decode(data), "v vote id pseudonym group identity salt pins")
    shapes.whole(there["v"], 1, 1)
    identity = there["identity"]
    if not isinstance(identity, str):
        raise MalformedError("it has no identity")
    shapes.normal(identity)
    return Card(
        vote=shapes.hexed(there["vote"]),
        id=shapes.co_op(there["id"]),
        pseudonym=shapes.matching(_typed(there["pseudonym"]), shapes.PSEUDONYM, "pseudonym"),
        group=shapes.group(there["group"]),
        identity=identity,
        salt=bytes.fromhex(shapes.hexed(there["salt"])),
        pins=_pins(there["pins"]),
    )


def read_receipt(data: bytes) -> Receipt:
    seal = seals.signed(decode(data), "receipt", "vote id pseudonym index leaf at")
    shapes.whole(seal.body["at"])
    return Receipt(
        vote=shapes.hexed(seal.body["vote"]),
        id=shapes.co_op(seal.body["id"]),
        pseudonym=shapes.matching(seal.body["pseudonym"], shapes.PSEUDONYM, "pseudonym"),
        index=shapes.whole(seal.body["index"]),
        leaf=shapes.hexed(seal.body["leaf"]),
        seal=seal,
    )


def check_card(card: Card, terms: Terms, boards: dict[str, Board], cuts: dict[str, int] | None) -> str:
    """What counted for this card, in a sentence; `cuts` is None where the vote is annulled. Raises `Wrong` 18."""
    if card.vote != terms.vote or card.id not in terms.participants:
        raise Wrong(18, "the card is of another vote, or of a co-op that takes no part in this one")
    row = boards[card.id].rows.get(card.pseudonym)
    if row is None or row.group != card.group:
        raise Wrong(18, f"the board of {card.id} has no row with the pseudonym and the group of the card")
    if commitment(card) != row.commitment:
        raise Wrong(18, "the card does not open its row: the row was made for somebody else, or the card is not as it was given out")
    if cuts is None:
        return f"the card opens its row at {card.id}; nothing was counted"
    found = outcome.counted_ballots(boards[card.id], cuts[card.id]).get(card.pseudonym)
    if found is None:
        return f"the card opens its row at {card.id}; no ballot was counted for it"
    index, choice = found
    return f"the card opens its row at {card.id}; entry {index} was counted for it: {_said(choice)}"


def check_receipt(
    receipt: Receipt, terms: Terms, content: Callable[[str], list[bytes]], cuts: dict[str, int] | None, boards: dict[str, Board]
) -> str:
    """`content` has the entries of a board. Raises `Wrong` 18."""
    if receipt.vote != terms.vote or receipt.id not in terms.participants:
        raise Wrong(18, "the receipt is of another vote, or of a co-op that takes no part in this one")
    if not receipt.seal.good(terms.parties[receipt.id].statement):
        raise Wrong(18, f"the receipt is not signed by the statement key of {receipt.id}")
    tree = boards[receipt.id].tree
    if receipt.index >= tree.size or tree.leaf(receipt.index) != receipt.leaf:
        raise Wrong(18, f"{receipt.id} signed this receipt, and its board does not have that ballot at entry {receipt.index}")
    if not _is_ballot_of(receipt.pseudonym, content(receipt.id)[receipt.index]):
        raise Wrong(18, f"{receipt.id} signed this receipt for an entry that is no ballot of its row")
    if cuts is None:
        return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}"
    found = outcome.counted_ballots(boards[receipt.id], cuts[receipt.id]).get(receipt.pseudonym)
    if found is not None and found[0] == receipt.index:
        return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}, and it was counted"
    late = receipt.index >= cuts[receipt.id]
    why = "it was not witnessed in time" if late else "a later ballot took its place, or it was not allowed"
    return f"the ballot of the receipt is entry {receipt.index} of the board of {receipt.id}; it was not counted: {why}"


def _is_ballot_of(pseudonym: str, data: bytes) -> bool:
    """Whether it counts is said elsewhere."""
    try:
        entry = entries.read(decode(data))
    except (MalformedError, NotJsonBytesError):
        return False
    return isinstance(entry, Ballot) and entry.pseudonym == pseudonym


def commitment(card: Card) -> str:
    hashed = hashlib.sha256(b"kith/row/1")
    for one in (card.vote, card.pseudonym, card.group, card.identity):
        data = one.encode()
        hashed.update(len(data).to_bytes(4, "big") + data)
    hashed.update(card.salt)
    return hashed.hexdigest()


def _typed(value: Json) -> Json:
    """People copy cards by hand: small letters are meant as large ones, and o, i, l as the digits they look like."""
    return value.upper().translate(str.maketrans("OIL", "011")) if isinstance(value, str) else value


def _pins(value: Json) -> dict[str, str]:
    pairs = shapes.ordered(value, lambda one: shapes.parts(one, 2))
    pins = {shapes.co_op(one): shapes.hexed(pin) for one, pin in pairs}
    if len(pins) != len(pairs):
        raise MalformedError("a co-op is pinned twice")
    return pins


def _said(choice: Choice) -> str:
    if isinstance(choice, str):
        return choice
    if isinstance(choice, list):
        return ", ".join(choice) or "nothing marked"
    return ", ".join(f"{option}: {points}" for option, points in choice.items()) or "nothing marked"
