"""The invitation that people carry: a document and the certificates its hashes name."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.boards import identity_documents
from libs.boards.document_fields import DocumentError
from libs.boards.identity_documents import IdentityDocument, SigningKey
from libs.signing import canonical
from libs.signing.canonical import Json
from services.federation.domain import invitation
from services.federation.storage import certificates

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
SHOWN = (certificates.create_tls_key("elm-row", NOW), certificates.create_tls_key("elm-row", NOW))
CONTENT = identity_documents.sign_identity(
    IdentityDocument(
        id="elm-row",
        name="Elm Row Care",
        root=ROOT.public_key().public_bytes_raw(),
        seq=1,
        issued=0,
        endpoint="",
        keys=(SigningKey(b"\x01" * 32, 0, 10),),
        tls=tuple(one.hash for one in SHOWN),
        versions=(1,),
        revoked=(),
    ),
    ROOT,
)
DER = [one.certificate for one in SHOWN]


def test_an_invitation_is_read_as_it_was_written() -> None:
    found = invitation.read(invitation.write(CONTENT, DER))

    assert found.content == CONTENT
    assert found.certificates == tuple(DER)


@pytest.mark.parametrize("given", [[DER[1], DER[0]], [DER[0]], [], [DER[0], certificates.create_tls_key("elm-row", NOW).certificate]])
def test_certificates_that_the_document_does_not_name_are_refused(given: list[bytes]) -> None:
    with pytest.raises(DocumentError):
        invitation.write(CONTENT, given)


def test_base64_in_another_form_is_refused() -> None:
    value = canonical.decode(invitation.write(CONTENT, DER))
    assert isinstance(value, dict)
    plain = [base64.b64encode(one).decode() for one in DER]
    odds: list[Json] = [[one.rstrip("=") + "\n" for one in plain], [f" {one}" for one in plain], [1, 2], "text"]
    for odd in odds:
        with pytest.raises(DocumentError):
            invitation.read(canonical.encode({**value, "certificates": odd}))


def test_text_that_is_no_invitation_is_refused() -> None:
    for text in (b"", b"hello", b"{}", b"x" * 200_000, CONTENT):
        with pytest.raises(DocumentError):
            invitation.read(text)


def test_a_certificate_is_usable_when_it_can_sign_no_other() -> None:
    assert certificates.is_usable(DER[0])
    assert not certificates.is_usable(b"\x30\x00")
    assert not certificates.is_usable(DER[0][:-1] + bytes([DER[0][-1] ^ 1]))
