"""What two co-ops agree to: both compose the same bytes from both halves, and both sign them (kind `agreement`).

What it covers is fixed by the version of Kith, so that no text has to be negotiated: the data categories are what can cross at all.
"""

from dataclasses import dataclass

from libs.boards import forms
from libs.boards.forms import DocumentError, Fields
from libs.signing import canonical
from libs.signing.canonical import Json

KIND = "agreement"
VERSION = 1
CATEGORIES = ("votes",)
"""Votes between co-ops: terms, boards and what witnesses sign. No record of a person's care, ever."""
EXIT_TERMS = "kith/exit/1"
"""Either side leaves by a decision of its own. Papers of votes held together stay with both, so that they can be checked; everything else
that was received is returned or deleted when the leaving side asks for it."""
BODIES = ("general_meeting", "board", "circle")
LONGEST_CONTACT = 200


@dataclass(frozen=True)
class Decision:
    """Which decision at home says that we want it: the body that took it, its date (YYYY-MM-DD), its number or id in the log."""

    body: str
    date: str
    reference: str


@dataclass(frozen=True)
class Half:
    """One side of an agreement. `contact` is a role and a number, not a person."""

    id: str
    name: str
    root: str
    contact: str
    decision: Decision
    versions: tuple[int, ...]


def half_to_json(half: Half) -> dict[str, Json]:
    return {
        "id": half.id,
        "name": half.name,
        "root": half.root,
        "contact": half.contact,
        "decision": {"body": half.decision.body, "date": half.decision.date, "reference": half.decision.reference},
        "versions": list(half.versions),
    }


def half_from_json(value: Json) -> Half:
    """Raises `DocumentError`."""
    about = "a half of an agreement"
    fields = Fields(value, about)
    decision = fields.fields("decision")
    half = Half(
        id=fields.text("id", forms.CO_OP),
        name=fields.words("name", 200),
        root=fields.text("root", forms.HEX32),
        contact=fields.words("contact", LONGEST_CONTACT),
        decision=Decision(decision.one_of("body", *BODIES), decision.text("date", forms.DATE), decision.text("reference", forms.REFERENCE)),
        versions=fields.list("versions", lambda one: forms.number(one, about, 1)),
    )
    decision.done()
    fields.done()
    return half


def compose(ours: Half, theirs: Half) -> bytes:
    """The JSON bytes of the body, the same on both sides. Raises `DocumentError` when no version of the protocol is common."""
    versions = sorted(set(ours.versions) & set(theirs.versions))
    if not versions:
        raise DocumentError("no version of the protocol is known to both")
    return canonical.encode({
        "v": VERSION,
        "parties": forms.in_order([half_to_json(ours), half_to_json(theirs)]),
        "categories": list(CATEGORIES),
        "versions": list(versions),
        "exit": EXIT_TERMS,
    })  # fmt: skip
