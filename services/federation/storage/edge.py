"""What federation must know of this co-op: who it says it is, and where its keys are."""

from dataclasses import dataclass
from pathlib import Path

from libs.boards.identity import IdentityDocument
from libs.database.engine import Work
from libs.refusals import NotNow
from services.federation.storage import identity_kept, keys
from services.federation.storage.identity_kept import OwnIdentity
from services.federation.storage.keys import OwnKey
from services.federation.storage.vault import Vault


@dataclass(frozen=True)
class Edge:
    """`endpoint` is where others reach us, empty = no inbound port."""

    co_op: str
    name: str
    endpoint: str
    vault: Vault
    root_file: Path


async def identity_of(work: Work) -> OwnIdentity:
    """Raises NotNow IDENTITY_NOT_READY before the root key has signed one."""
    found = await identity_kept.own(work)
    if found is None:
        raise NotNow("IDENTITY_NOT_READY")
    return found


async def signing_key(work: Work, edge: Edge) -> OwnKey:
    """Raises NotNow IDENTITY_NOT_READY."""
    found = await keys.signing(work, edge.vault)
    if found is None:
        raise NotNow("IDENTITY_NOT_READY")
    return found


def says_the_same(document: IdentityDocument, edge: Edge) -> bool:
    """Whether the document says what the settings say."""
    return (document.id, document.name, document.endpoint) == (edge.co_op, edge.name, edge.endpoint)
