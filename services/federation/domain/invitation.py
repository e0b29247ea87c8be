"""The invitation: an identity document and the certificates that its hashes name, as people pass it from one co-op to the other.

It contains nothing secret. docs/formats/federated-vote.md, "Invitation", defines every byte.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from libs.boards import document_fields, identity_documents
from libs.boards.document_fields import DocumentError, DocumentFields
from libs.boards.identity_documents import IdentityDocument
from libs.refusals import invalid
from libs.signing import canonical
from libs.signing.canonical import Json

MAX_BYTES = 128 * 1024
MAX_CERTIFICATE_BYTES = 8 * 1024


@dataclass(frozen=True)
class Invitation:
    """`content` are the document's own bytes; certificates are in DER, in the order of the document's `tls`."""

    document: IdentityDocument
    content: bytes
    certificates: tuple[bytes, ...]


def write(content: bytes, certificates: Sequence[bytes]) -> bytes:
    """JSON bytes. Raises `DocumentError` when the certificates are not those of the document."""
    document: Json = document_fields.decode_json(content, "the identity")
    content_bytes = canonical.encode(
        {"document": document, "certificates": [base64.b64encode(certificate).decode() for certificate in certificates]}
    )
    read(content_bytes)
    return content_bytes


def read(text: bytes) -> Invitation:
    """Parses an invitation and checks every hash and signature, but not the content of the certificates. Raises `DocumentError`."""
    if len(text) > MAX_BYTES:
        raise DocumentError("the invitation is too long")
    fields = DocumentFields(document_fields.decode_json(text, "the invitation"), "the invitation")
    content = canonical.encode(fields.take("document"))
    certificates = fields.list("certificates", _parse_certificate, is_sorted=False)
    fields.reject_unknown()
    document = identity_documents.read_identity(content)
    if tuple(hashlib.sha256(certificate).digest() for certificate in certificates) != document.tls:
        raise DocumentError("the certificates are not those of the identity")
    return Invitation(document, content, certificates)


def parse(text: bytes) -> Invitation:
    """An invitation as a person or a peer gave it. Raises Invalid INVITATION_UNREADABLE."""
    try:
        return read(text)
    except DocumentError:
        raise invalid("invitation", "INVITATION_UNREADABLE") from None


def _parse_certificate(value: Json) -> bytes:
    if not isinstance(value, str):
        raise DocumentError("a certificate is base64 of DER")
    try:
        certificate = base64.b64decode(value, validate=True)
    except ValueError:
        raise DocumentError("a certificate is base64 of DER") from None
    if len(certificate) > MAX_CERTIFICATE_BYTES or base64.b64encode(certificate).decode() != value:
        raise DocumentError("a certificate is too long, or not in its one form")
    return certificate
