"""The invitation: an identity document and the certificates its hashes name, as people carry it from one co-op to the other.

There is nothing secret in it. docs/formats/federated-vote.md, "Invitation", says what every byte is.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from libs.boards import forms, identity
from libs.boards.forms import DocumentError, Fields
from libs.boards.identity import IdentityDocument
from libs.signing import canonical
from libs.signing.canonical import Json

LARGEST = 128 * 1024
LARGEST_CERTIFICATE = 8 * 1024


@dataclass(frozen=True)
class Invitation:
    """`content` are the document's own bytes; certificates are in DER, in the order of the document's `tls`."""

    document: IdentityDocument
    content: bytes
    certificates: tuple[bytes, ...]


def write(content: bytes, certificates: Sequence[bytes]) -> bytes:
    """JSON bytes. Raises `DocumentError` when the certificates are not those of the document."""
    document: Json = forms.decoded(content, "the identity")
    made = canonical.encode({"document": document, "certificates": [base64.b64encode(one).decode() for one in certificates]})
    read(made)
    return made


def read(text: bytes) -> Invitation:
    """With every hash and signature good; what is in the certificates is looked at by whoever keeps them. Raises `DocumentError`."""
    if len(text) > LARGEST:
        raise DocumentError("the invitation is too long")
    fields = Fields(forms.decoded(text, "the invitation"), "the invitation")
    content = canonical.encode(fields.take("document"))
    certificates = fields.list("certificates", _certificate, is_sorted=False)
    fields.done()
    document = identity.read(content)
    if tuple(hashlib.sha256(one).digest() for one in certificates) != document.tls:
        raise DocumentError("the certificates are not those of the identity")
    return Invitation(document, content, certificates)


def is_fresh(document: IdentityDocument, now: datetime) -> bool:
    """Whether it has a key that may sign now: a document of long ago was carried too late."""
    return any(document.key_at(one.key, int(now.timestamp())) for one in document.keys)


def _certificate(value: Json) -> bytes:
    if not isinstance(value, str):
        raise DocumentError("a certificate is base64 of DER")
    try:
        found = base64.b64decode(value, validate=True)
    except ValueError:
        raise DocumentError("a certificate is base64 of DER") from None
    if len(found) > LARGEST_CERTIFICATE or base64.b64encode(found).decode() != value:
        raise DocumentError("a certificate is too long, or not in its one form")
    return found
