"""The agreement of two co-ops: both compose the same bytes from both halves, and both sign them (kind `agreement`).

The versions that both know fix its content, so that no text has to be negotiated: the data categories are everything that can be exchanged.
"""

from dataclasses import dataclass

from libs.boards import document_fields
from libs.boards.document_fields import DocumentError, DocumentFields
from libs.signing import canonical
from libs.signing.canonical import Json

KIND = "agreement"
VERSION = 1
VOTES, ASKS = "votes", "asks"
"""Federated votes: terms, boards and what witnesses sign. Asks: closed words, counts in steps and random numbers. Never a record of a
person's care, and nobody's name.
"""
ASKS_FROM = 2
"""The version of the protocol that has asks: an agreement covers them where both sides know it."""
EXIT_TERMS = "kith/exit/1"
"""Either side leaves by a decision of its own. Documents of shared votes stay with both, so that they can be checked; everything else
received is returned or deleted when the leaving side requests it.
"""
DECIDING_BODIES = ("general_meeting", "board", "circle")
MAX_CONTACT_LENGTH = 200


@dataclass(frozen=True)
class DecisionReference:
    """The decision of its members by which a side wants the peering: the body that took it, its date (YYYY-MM-DD), its number or id in the
    log.
    """

    body: str
    date: str
    reference: str


@dataclass(frozen=True)
class AgreementHalf:
    """One side of an agreement. `contact` is a role and a number, not a person."""

    id: str
    name: str
    root: str
    contact: str
    decision: DecisionReference
    versions: tuple[int, ...]


def half_to_json(half: AgreementHalf) -> dict[str, Json]:
    return {
        "id": half.id,
        "name": half.name,
        "root": half.root,
        "contact": half.contact,
        "decision": {"body": half.decision.body, "date": half.decision.date, "reference": half.decision.reference},
        "versions": list(half.versions),
    }


def half_from_json(value: Json) -> AgreementHalf:
    """Raises `DocumentError`."""
    about = "a half of an agreement"
    fields = DocumentFields(value, about)
    decision = fields.fields("decision")
    half = AgreementHalf(
        id=fields.text("id", document_fields.CO_OP),
        name=fields.words("name", 200),
        root=fields.text("root", document_fields.HEX32),
        contact=fields.words("contact", MAX_CONTACT_LENGTH),
        decision=DecisionReference(
            decision.one_of("body", *DECIDING_BODIES),
            decision.text("date", document_fields.DATE),
            decision.text("reference", document_fields.REFERENCE),
        ),
        versions=fields.list("versions", lambda version: document_fields.parse_number(version, about, 1)),
    )
    decision.reject_unknown()
    fields.reject_unknown()
    return half


def compose(our_half: AgreementHalf, their_half: AgreementHalf) -> bytes:
    """The JSON bytes of the body, the same on both sides. Raises `DocumentError` when no version of the protocol is common."""
    versions = sorted(set(our_half.versions) & set(their_half.versions))
    if not versions:
        raise DocumentError("no version of the protocol is known to both")
    return canonical.encode({
        "v": VERSION,
        "parties": document_fields.sort_items([half_to_json(our_half), half_to_json(their_half)]),
        "categories": [ASKS, VOTES] if ASKS_FROM in versions else [VOTES],
        "versions": list(versions),
        "exit": EXIT_TERMS,
    })  # fmt: skip


def covers_asks(content: bytes) -> bool:
    """Whether the members of both sides agreed to asks: an agreement of before is about votes alone."""
    agreed = canonical.decode(content)
    categories = agreed.get("categories") if isinstance(agreed, dict) else None
    return isinstance(categories, list) and ASKS in categories
