"""Identity documents are read strictly: who signs for a co-op must have one answer."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.boards import identity_documents
from libs.boards.document_fields import DocumentError
from libs.boards.identity_documents import IdentityDocument, SigningKey
from libs.signing import canonical, statement
from libs.signing.canonical import Json

ROOT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = ROOT.public_key().public_bytes_raw()
DOCUMENT = IdentityDocument(
    id="elm-row",
    name="Elm Row Care",
    root=PUBLIC,
    seq=3,
    issued=1_760_000_000,
    endpoint="kith.elm-row.example:8443",
    keys=(SigningKey(b"\x02" * 32, 10, 20), SigningKey(b"\x01" * 32, 20, 40)),
    tls=(b"\x07" * 32, b"\x03" * 32),
    versions=(1,),
    revoked=(b"\x02" * 32,),
)


def test_a_document_is_read_as_it_was_signed() -> None:
    found = identity_documents.read_identity(identity_documents.sign_identity(DOCUMENT, ROOT))

    assert found == DOCUMENT
    assert found.fingerprint == identity_documents.fingerprint_of(PUBLIC)
    assert found.trusted_keys() == [b"\x01" * 32]


@pytest.mark.parametrize("versions", [(1,), (1, 2), (1, 10, 2), tuple(sorted(range(1, 17), key=str))])
def test_a_later_kith_may_know_more_versions(versions: tuple[int, ...]) -> None:
    assert (
        identity_documents.read_identity(identity_documents.sign_identity(replace(DOCUMENT, versions=versions), ROOT)).versions == versions
    )


def test_a_key_is_good_in_its_time_and_until_it_is_revoked() -> None:
    assert DOCUMENT.is_valid_key(b"\x01" * 32, 20)
    assert not DOCUMENT.is_valid_key(b"\x01" * 32, 19)
    assert not DOCUMENT.is_valid_key(b"\x01" * 32, 40)
    assert not DOCUMENT.is_valid_key(b"\x02" * 32, 15)
    assert not DOCUMENT.is_valid_key(b"\x09" * 32, 30)


def test_another_root_signs_nothing_of_this_co_op() -> None:
    with pytest.raises(DocumentError):
        identity_documents.sign_identity(DOCUMENT, Ed25519PrivateKey.generate())


def test_a_signature_of_another_kind_is_none() -> None:
    body = identity_documents.identity_body(DOCUMENT)
    with pytest.raises(DocumentError, match="root did not sign"):
        identity_documents.attach_signature(body, statement.sign(ROOT, "letter", body))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("v", 2),
        ("v", True),
        ("id", "Elm"),
        ("id", "el"),
        ("id", "elm row"),
        ("name", ""),
        ("name", "Elm\nRow"),
        ("name", "x" * 201),
        ("root", "AB" * 32),
        ("seq", 0),
        ("seq", True),
        ("endpoint", "elm.example"),
        ("endpoint", "elm.example:70000"),
        ("endpoint", "elm.example:0443"),
        ("endpoint", "http://elm.example:443"),
        ("keys", [{"key": "01" * 32, "from": 5, "to": 5}]),
        ("keys", [{"key": "01" * 32, "from": 5, "to": 6, "use": "all"}]),
        ("keys", [{"from": 1, "key": "01" * 32, "to": 2}, {"from": 0, "key": "01" * 32, "to": 2}]),
        ("keys", [{"from": 0, "key": "01" * 32, "to": 2}, {"from": 1, "key": "01" * 32, "to": 2}]),
        ("tls", []),
        ("tls", ["03" * 32, "03" * 32]),
        ("tls", ["03" * 32, "04" * 32, "05" * 32]),
        ("versions", []),
        ("versions", [0, 1]),
        ("versions", [2]),
        ("versions", [1, 1]),
        ("versions", [2, 1]),
        ("versions", list(range(1, 18))),
        ("name", "e\u0301"),
        ("root", "01" + "00" * 31),
        ("keys", [{"key": "00" * 32, "from": 5, "to": 6}]),
        ("revoked", ["05" * 32, "04" * 32]),
        ("revoked", ["04" * 32, "04" * 32]),
    ],
)
def test_what_the_page_does_not_allow_is_refused_though_the_root_signed_it(key: str, value: Json) -> None:
    with pytest.raises(DocumentError):
        identity_documents.read_identity(_sign_body({**_identity_body(), key: value}))


def test_a_key_more_or_less_is_refused() -> None:
    more, less = {**_identity_body(), "mood": "good"}, _identity_body()
    del less["revoked"]
    for body in (more, less):
        with pytest.raises(DocumentError):
            identity_documents.read_identity(_sign_body(body))


def test_bytes_in_another_form_are_refused() -> None:
    content = identity_documents.sign_identity(DOCUMENT, ROOT)
    for changed in (content + b"\n", json.dumps(json.loads(content)).encode(), content[:-1], b"", b"\x00" * 70_000):
        with pytest.raises(DocumentError):
            identity_documents.read_identity(changed)


def test_every_changed_byte_is_noticed() -> None:
    content = identity_documents.sign_identity(DOCUMENT, ROOT)
    for at in range(len(content)):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with pytest.raises(DocumentError):
            identity_documents.read_identity(changed)


def _identity_body() -> dict[str, Json]:
    body = json.loads(identity_documents.identity_body(DOCUMENT))
    assert isinstance(body, dict)
    return body


def _sign_body(body: dict[str, Json]) -> bytes:
    content = canonical.encode(body)
    return canonical.encode({"body": body, "sig": statement.sign(ROOT, identity_documents.KIND, content).hex()})
