"""Papers of people: objections, settlements, receipts, cards and pins."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.boards import forms
from libs.boards.forms import CO_OP, HEX32, HEX64, REFERENCE, DocumentError, Fields
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from libs.signing.statement import BadSignatureError

CUTS, ANNUL = "cuts", "annul"


def signed_object(kind: str, body: Mapping[str, Json], key: Ed25519PrivateKey) -> dict[str, Json]:
    """`{"body", "sig"}`."""
    return {"body": dict(body), "sig": statement.sign(key, kind, canonical.encode(dict(body))).hex()}


def open_signed(kind: str, value: Json, key: bytes) -> Fields:
    """The body of a signed object whose signature is good under the public key. Raises `DocumentError`."""
    fields = Fields(value, kind)
    body, sig = fields.take("body"), fields.hex64("sig")
    fields.done()
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(key), kind, canonical.encode(body), sig)
    except BadSignatureError as error:
        raise DocumentError(f"{kind}: the signature is not good") from error
    return Fields(body, kind)


@dataclass(frozen=True)
class Objection:
    """A participant objects to an outcome."""

    vote: str
    id: str
    at: int
    about: str

    def signed(self, key: Ed25519PrivateKey) -> dict[str, Json]:
        return signed_object("objection", {"vote": self.vote, "id": self.id, "at": self.at, "about": self.about}, key)


def objector(value: Json) -> str:
    """Whose key to open it with. Raises `DocumentError`."""
    body = Fields(value, "objection").fields("body")
    return body.text("id", CO_OP)


def read_objection(value: Json, key: bytes) -> Objection:
    """Raises `DocumentError`."""
    body = open_signed("objection", value, key)
    found = Objection(body.text("vote", HEX32), body.text("id", CO_OP), body.number("at"), body.text("about", REFERENCE))
    body.done()
    return found


@dataclass(frozen=True)
class Settlement:
    """What people settled: the cut of each board, or that the vote is annulled."""

    vote: str
    revision: int
    kind: str
    cuts: tuple[tuple[str, int], ...]
    without: tuple[str, ...]

    def data(self) -> bytes:
        """JSON bytes of the body: what every signature is over, kind `settlement`."""
        return canonical.encode(self.json())

    def json(self) -> dict[str, Json]:
        return {
            "vote": self.vote,
            "revision": self.revision,
            "kind": self.kind,
            "cuts": forms.in_order([[co_op, size] for co_op, size in self.cuts]),
            "without": forms.in_order(list(self.without)),
        }


def read_settlement_body(data: bytes) -> Settlement:
    """Raises `DocumentError`."""
    return _settlement(forms.decoded(data, "settlement"))


def read_settlement(value: Json) -> tuple[Settlement, dict[str, bytes]]:
    """The settlement and its signatures, by co-op; they are not checked here. Raises `DocumentError`."""
    fields = Fields(value, "settlement")
    body = _settlement(fields.take("body"))
    sigs = fields.named("sigs", _sig)
    fields.done()
    return body, sigs


def write_settlement(settlement: Settlement, sigs: Mapping[str, bytes]) -> dict[str, Json]:
    return {"body": settlement.json(), "sigs": forms.in_order([[co_op, sig.hex()] for co_op, sig in sigs.items()])}


def is_signed(settlement: Settlement, sig: bytes, key: bytes) -> bool:
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(key), "settlement", settlement.data(), sig)
    except BadSignatureError:
        return False
    return True


def receipt(vote: str, co_op: str, pseudonym: str, index: int, leaf: bytes, at: int, key: Ed25519PrivateKey) -> bytes:
    """JSON bytes of a receipt."""
    body: dict[str, Json] = {"vote": vote, "id": co_op, "pseudonym": pseudonym, "index": index, "leaf": leaf.hex(), "at": at}
    return canonical.encode(signed_object("receipt", body, key))


def card(vote: str, co_op: str, pseudonym: str, group: str, identity: str, salt: bytes, fingerprints: Mapping[str, str]) -> bytes:
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


def pins(fingerprints: Mapping[str, str]) -> bytes:
    """JSON bytes: the root fingerprint of each co-op, as whoever wrote this knows it."""
    return canonical.encode({"v": 1, "pins": _pins(fingerprints)})


def _pins(fingerprints: Mapping[str, str]) -> list[Json]:
    return forms.in_order([[co_op, one] for co_op, one in fingerprints.items()])


def _settlement(value: Json) -> Settlement:
    fields = Fields(value, "settlement")
    found = Settlement(
        vote=fields.text("vote", HEX32),
        revision=fields.number("revision", 2),
        kind=fields.one_of("kind", CUTS, ANNUL),
        cuts=tuple(fields.named("cuts", _cut).items()),
        without=fields.list("without", lambda one: forms.text(one, CO_OP, "settlement")),
    )
    fields.done()
    if (found.kind == ANNUL) == bool(found.cuts):
        raise DocumentError("settlement: cuts are for cuts, and none for annul")
    return found


def _cut(value: Json) -> tuple[str, int]:
    co_op, size = forms.items(value, 2, "cut")
    return forms.text(co_op, CO_OP, "cut"), forms.number(size, "cut")


def _sig(value: Json) -> tuple[str, bytes]:
    co_op, sig = forms.items(value, 2, "signature")
    return forms.text(co_op, CO_OP, "signature"), bytes.fromhex(forms.text(sig, HEX64, "signature"))
