"""Signed documents and members' documents: objections, settlements, receipts, cards and pins."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.boards import document_fields
from libs.boards.document_fields import CO_OP, HEX32, HEX64, REFERENCE, DocumentError, DocumentFields
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from libs.signing.statement import BadSignatureError

CUTS, ANNUL = "cuts", "annul"


def sign_object(kind: str, body: Mapping[str, Json], key: Ed25519PrivateKey) -> dict[str, Json]:
    """Signs a body: `{"body", "sig"}`."""
    return {"body": dict(body), "sig": statement.sign(key, kind, canonical.encode(dict(body))).hex()}


def verify_signed_object(kind: str, value: Json, key: bytes) -> DocumentFields:
    """The body of a signed object, after checking its signature with the public key. Raises `DocumentError`."""
    fields = DocumentFields(value, kind)
    body, sig = fields.take("body"), fields.hex64("sig")
    fields.reject_unknown()
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(key), kind, canonical.encode(body), sig)
    except BadSignatureError as error:
        raise DocumentError(f"{kind}: the signature is not good") from error
    return DocumentFields(body, kind)


@dataclass(frozen=True)
class Objection:
    """A participant objects to an outcome."""

    vote: str
    id: str
    at: int
    about: str

    def signed(self, key: Ed25519PrivateKey) -> dict[str, Json]:
        return sign_object("objection", {"vote": self.vote, "id": self.id, "at": self.at, "about": self.about}, key)


def objector_id(value: Json) -> str:
    """The id of the objecting co-op, whose key verifies the objection. Raises `DocumentError`."""
    body = DocumentFields(value, "objection").fields("body")
    return body.text("id", CO_OP)


def read_objection(value: Json, key: bytes) -> Objection:
    """Raises `DocumentError`."""
    body = verify_signed_object("objection", value, key)
    objection = Objection(body.text("vote", HEX32), body.text("id", CO_OP), body.number("at"), body.text("about", REFERENCE))
    body.reject_unknown()
    return objection


@dataclass(frozen=True)
class Settlement:
    """A settlement between the co-ops: the cut of each board, or that the vote is annulled."""

    vote: str
    revision: int
    kind: str
    cuts: tuple[tuple[str, int], ...]
    without: tuple[str, ...]

    def data(self) -> bytes:
        """The JSON bytes of the body, which every party signs, kind `settlement`."""
        return canonical.encode(self.json())

    def json(self) -> dict[str, Json]:
        return {
            "vote": self.vote,
            "revision": self.revision,
            "kind": self.kind,
            "cuts": document_fields.sort_items([[co_op, size] for co_op, size in self.cuts]),
            "without": document_fields.sort_items(list(self.without)),
        }


def read_settlement_body(data: bytes) -> Settlement:
    """Raises `DocumentError`."""
    return _settlement(document_fields.decode_json(data, "settlement"))


def read_settlement(value: Json) -> tuple[Settlement, dict[str, bytes]]:
    """Reads a settlement and its signatures by co-op, without checking them. Raises `DocumentError`."""
    fields = DocumentFields(value, "settlement")
    body = _settlement(fields.take("body"))
    sigs = fields.named("sigs", _sig)
    fields.reject_unknown()
    return body, sigs


def write_settlement(settlement: Settlement, sigs: Mapping[str, bytes]) -> dict[str, Json]:
    return {"body": settlement.json(), "sigs": document_fields.sort_items([[co_op, sig.hex()] for co_op, sig in sigs.items()])}


def is_signed(settlement: Settlement, sig: bytes, key: bytes) -> bool:
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(key), "settlement", settlement.data(), sig)
    except BadSignatureError:
        return False
    return True


def encode_receipt(vote: str, co_op: str, pseudonym: str, index: int, leaf: bytes, at: int, key: Ed25519PrivateKey) -> bytes:
    """JSON bytes of a receipt."""
    body: dict[str, Json] = {"vote": vote, "id": co_op, "pseudonym": pseudonym, "index": index, "leaf": leaf.hex(), "at": at}
    return canonical.encode(sign_object("receipt", body, key))


def encode_card(vote: str, co_op: str, pseudonym: str, group: str, identity: str, salt: bytes, fingerprints: Mapping[str, str]) -> bytes:
    """JSON bytes of a member's card."""
    return canonical.encode(
        {
            "v": 1,
            "vote": vote,
            "id": co_op,
            "pseudonym": pseudonym,
            "group": group,
            "identity": identity,
            "salt": salt.hex(),
            "pins": _pins(fingerprints),
        }
    )


def encode_pins(fingerprints: Mapping[str, str]) -> bytes:
    """JSON bytes of pins: the root fingerprint of each co-op, as the author knows it."""
    return canonical.encode({"v": 1, "pins": _pins(fingerprints)})


def _pins(fingerprints: Mapping[str, str]) -> list[Json]:
    return document_fields.sort_items([[co_op, fingerprint] for co_op, fingerprint in fingerprints.items()])


def _settlement(value: Json) -> Settlement:
    fields = DocumentFields(value, "settlement")
    settlement = Settlement(
        vote=fields.text("vote", HEX32),
        revision=fields.number("revision", 2),
        kind=fields.one_of("kind", CUTS, ANNUL),
        cuts=tuple(fields.named("cuts", _cut).items()),
        without=fields.list("without", lambda value: document_fields.parse_text(value, CO_OP, "settlement")),
    )
    fields.reject_unknown()
    if (settlement.kind == ANNUL) == bool(settlement.cuts):
        raise DocumentError("settlement: cuts are for cuts, and none for annul")
    return settlement


def _cut(value: Json) -> tuple[str, int]:
    co_op, size = document_fields.parse_items(value, 2, "cut")
    return document_fields.parse_text(co_op, CO_OP, "cut"), document_fields.parse_number(size, "cut")


def _sig(value: Json) -> tuple[str, bytes]:
    co_op, sig = document_fields.parse_items(value, 2, "signature")
    return document_fields.parse_text(co_op, CO_OP, "signature"), bytes.fromhex(document_fields.parse_text(sig, HEX64, "signature"))
