"""This co-op's own identity for federation: its id, name and endpoint from the settings, and where its keys are."""

from dataclasses import dataclass
from pathlib import Path

from libs.boards.identity_documents import IdentityDocument
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.federation.storage import own_identity, own_keys
from services.federation.storage.identity_anchor import IdentityAnchor
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.own_identity import OwnIdentity
from services.federation.storage.own_keys import OwnSigningKey


@dataclass(frozen=True)
class LocalIdentity:
    """This co-op as the settings describe it. `endpoint` is where peers call us, empty = no inbound port."""

    co_op: str
    name: str
    endpoint: str
    cipher: KeyCipher
    root_key_file: Path
    anchor: IdentityAnchor | None = None
    """What is known of our documents outside the database; none = nothing."""

    def seq_after(self, document: IdentityDocument | None) -> int:
        """The number of the document that follows this one: never one that a lost document has."""
        anchored = self.anchor.largest_number() if self.anchor is not None else 0
        return max(document.seq if document is not None else 0, anchored) + 1


async def require_identity(work: UnitOfWork) -> OwnIdentity:
    """The newest identity document. Raises FailedPrecondition IDENTITY_NOT_READY before the root key has signed one."""
    identity = await own_identity.get_latest(work)
    if identity is None:
        raise FailedPrecondition("IDENTITY_NOT_READY")
    return identity


async def require_signing_key(work: UnitOfWork, local_identity: LocalIdentity) -> OwnSigningKey:
    """Raises FailedPrecondition IDENTITY_NOT_READY."""
    key = await own_keys.get_signing_key(work, local_identity.cipher)
    if key is None:
        raise FailedPrecondition("IDENTITY_NOT_READY")
    return key


def matches_settings(document: IdentityDocument, local_identity: LocalIdentity) -> bool:
    """Whether the document agrees with the settings."""
    return (document.id, document.name, document.endpoint) == (local_identity.co_op, local_identity.name, local_identity.endpoint)
