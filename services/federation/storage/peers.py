"""Other co-ops: their identity, the state of the peering, and its log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select, update

from kith.federation.v1.enums import PeerState
from libs.boards import identity_documents
from libs.boards.identity_documents import IdentityDocument
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import Conflict, NotFound, invalid
from services.federation.domain.agreement import covers_asks
from services.federation.domain.invitation import Invitation
from services.federation.storage import certificates, wakeup_topics
from services.federation.storage.tables import peer as table
from services.federation.storage.tables import peer_certificate as certificate
from services.federation.storage.tables import peer_event as log

_GET = select(table).where(table.c.id == bindparam("of"))
_LIST_ALL = select(table).order_by(table.c.id)
_ACTIVE = _LIST_ALL.where(table.c.state == PeerState.ACTIVE.value)
_OF_CERTIFICATE = select(table).join(certificate).where(certificate.c.hash == bindparam("hash"))
_LIST_SILENT = _LIST_ALL.where(
    table.c.state.in_((PeerState.ACTIVE.value, PeerState.SUSPENDED.value)),
    ~table.c.unreachable,
    func.coalesce(table.c.heard_at, table.c.accepted_at) < bindparam("since"),
)
_ADD = insert(table)
_UPDATE = update(table).where(table.c.id == bindparam("of"))
_RECORD_FAILURE = _UPDATE.where(table.c.failing != bindparam("reason")).values(failing=bindparam("reason"))
_DELETE_CERTIFICATES = delete(certificate).where(certificate.c.peer == bindparam("of"))
_ADD_CERTIFICATE = insert(certificate)
_HAS_CERTIFICATE_OF_ANOTHER = select(certificate.c.hash).where(among(certificate.c.hash, "hashes"), certificate.c.peer != bindparam("of"))
_CERTIFICATES = select(certificate.c.certificate).where(certificate.c.peer == bindparam("of")).order_by(certificate.c.hash)
_TRUSTED_CERTIFICATES = (
    select(certificate.c.certificate).join(table).where(table.c.state != PeerState.SEVERED.value).order_by(certificate.c.hash)
)
_ADD_LOG_ENTRY = insert(log)
_LIST_LOG_ENTRIES = select(log).where(log.c.peer == bindparam("of")).order_by(log.c.id.desc()).limit(bindparam("most"))
_PEERING_FIELDS = (
    "state",
    "compared",
    "decided",
    "contact",
    "suspended_by_us",
    "suspended_by_them",
    "our_half",
    "their_half",
    "agreement",
    "our_signature",
    "their_signature",
)


@dataclass(frozen=True)
class Peer:
    """Another co-op. Halves and the agreement are JSON bytes; `identity_held` is the `seq` of our identity document that it holds."""

    id: str
    root: bytes
    name: str
    endpoint: str
    document: bytes
    seq: int
    state: PeerState
    contact: str
    compared: bool
    decided: bool
    suspended_by_us: bool
    suspended_by_them: bool
    our_half: bytes | None
    their_half: bytes | None
    agreement: bytes | None
    our_signature: bytes | None
    their_signature: bytes | None
    accepted_at: datetime
    heard_at: datetime | None
    unreachable: bool
    clock_off: int
    failing: str
    identity_held: int
    letters_held: int

    @property
    def identity(self) -> IdentityDocument:
        return identity_documents.read_identity(self.document)

    @property
    def exchanges_asks(self) -> bool:
        """Whether the peering is active and both sides signed that it covers asks."""
        is_signed = self.our_signature is not None and self.their_signature is not None
        return self.state is PeerState.ACTIVE and is_signed and self.agreement is not None and covers_asks(self.agreement)


@dataclass(frozen=True)
class PeeringLogEntry:
    """An entry of the log of a peering."""

    at: datetime
    what: str
    decision_number: int
    by_them: bool
    detail: str


_read_peer = row_mapper(Peer)
_read_log_entry = row_mapper(PeeringLogEntry)


async def get(work: UnitOfWork, peer: str) -> Peer | None:
    return await _find(work, _GET, of=peer)


async def lock(work: UnitOfWork, peer: str) -> Peer | None:
    """The peer, locked until the transaction ends."""
    return await _find(work, _GET.with_for_update(), of=peer)


async def require(work: UnitOfWork, peer: str) -> Peer:
    """The peer, locked until the transaction ends. Raises NotFound PEER_UNKNOWN."""
    stored_peer = await lock(work, peer)
    if stored_peer is None:
        raise NotFound("PEER_UNKNOWN")
    return stored_peer


async def list_all(work: UnitOfWork) -> list[Peer]:
    return await _list(work, _LIST_ALL)


async def list_page(work: UnitOfWork, page: PageRequest) -> Page[Peer]:
    """By co-op id."""
    return (await paginate(work, select(table), page, by=(table.c.id,), name="list_peers")).map(_read_peer)


async def list_active(work: UnitOfWork) -> list[Peer]:
    """The peers with which we exchange votes."""
    return await _list(work, _ACTIVE)


async def get_compared_root(work: UnitOfWork, peer: str) -> bytes | None:
    """The root key that people compared; None when it is not a peer of ours."""
    stored_peer = await get(work, peer)
    return None if stored_peer is None or not stored_peer.compared else stored_peer.root


async def find_by_certificate(work: UnitOfWork, certificate_hash: bytes) -> Peer | None:
    """The peer with exactly this certificate."""
    return await _find(work, _OF_CERTIFICATE, hash=certificate_hash)


async def list_certificates(work: UnitOfWork, peer: str) -> list[bytes]:
    """The certificates of its identity document, DER."""
    return list((await work.connection.execute(_CERTIFICATES, {"of": peer})).scalars())


async def list_trusted_certificates(work: UnitOfWork) -> list[bytes]:
    """The certificates that may complete a handshake with us, DER."""
    return list((await work.connection.execute(_TRUSTED_CERTIFICATES)).scalars())


async def add(work: UnitOfWork, invitation: Invitation) -> None:
    document = invitation.document
    row = {"id": document.id, "root": document.root, "state": PeerState.INVITED.value, "accepted_at": work.now}
    await work.connection.execute(_ADD, row | _identity_values(invitation))
    await _replace_certificates(work, invitation)


async def save_identity(work: UnitOfWork, invitation: Invitation) -> None:
    """Replaces its identity document with a newer one."""
    await _update(work, invitation.document.id, **_identity_values(invitation))
    await _replace_certificates(work, invitation)


async def require_usable_certificates(work: UnitOfWork, invitation: Invitation) -> None:
    """Raises Invalid CERTIFICATE_UNUSABLE; Conflict CERTIFICATE_OF_ANOTHER, since the certificate alone says who calls."""
    if not all(certificates.is_usable(content) for content in invitation.certificates):
        raise invalid("invitation", "CERTIFICATE_UNUSABLE")
    parameters = {"hashes": list(invitation.document.tls), "of": invitation.document.id}
    if (await work.connection.execute(_HAS_CERTIFICATE_OF_ANOTHER, parameters)).first() is not None:
        raise Conflict("CERTIFICATE_OF_ANOTHER")


async def save_peering(work: UnitOfWork, peer: Peer) -> None:
    """Saves the state of the peering: contact, what was compared and decided, the agreement."""
    values = values_of(peer)
    await _update(work, peer.id, **{name: values[name] for name in _PEERING_FIELDS})
    work.wakes.add(wakeup_topics.PEERS)


async def record_contact(work: UnitOfWork, peer: Peer, clock_off: int) -> None:
    """Records a contact just now; the peer's clock is so many seconds ahead of ours."""
    await _update(work, peer.id, heard_at=work.now, clock_off=clock_off, failing="")
    if peer.failing:
        work.wakes.add(wakeup_topics.PEERS)


async def record_failure(work: UnitOfWork, peer: str, reason: str) -> None:
    await work.connection.execute(_RECORD_FAILURE, {"of": peer, "reason": reason})


async def set_unreachable(work: UnitOfWork, peer: str, *, unreachable: bool) -> None:
    await _update(work, peer, unreachable=unreachable)


async def set_identity_held(work: UnitOfWork, peer: str, seq: int) -> None:
    await _update(work, peer, identity_held=seq)


async def set_messages_held(work: UnitOfWork, peer: str, seq: int) -> None:
    await _update(work, peer, letters_held=seq)
    # A severed peer is called until it holds the message that says so.
    work.wakes.add(wakeup_topics.PEERS)


async def list_silent_since(work: UnitOfWork, since: datetime) -> list[Peer]:
    """Peers that were not heard since then and are not yet marked as unreachable."""
    return await _list(work, _LIST_SILENT, since=since)


async def add_log_entry(
    work: UnitOfWork, peer: str, what: str, *, decision_number: int = 0, by_them: bool = False, detail: str = ""
) -> None:
    """Adds an entry to the log of the peering."""
    entry = PeeringLogEntry(work.now, what, decision_number, by_them, detail)
    await work.connection.execute(_ADD_LOG_ENTRY, {"id": work.new_id(), "peer": peer, **values_of(entry)})


async def list_log_entries(work: UnitOfWork, peer: str, limit: int = 200) -> list[PeeringLogEntry]:
    """Newest first."""
    return [_read_log_entry(row) for row in await work.connection.execute(_LIST_LOG_ENTRIES, {"of": peer, "most": limit})]


async def _find(work: UnitOfWork, statement: Select[Any], **parameters: object) -> Peer | None:
    row = (await work.connection.execute(statement, parameters)).first()
    return None if row is None else _read_peer(row)


async def _list(work: UnitOfWork, statement: Select[Any], **parameters: object) -> list[Peer]:
    return [_read_peer(row) for row in await work.connection.execute(statement, parameters)]


async def _update(work: UnitOfWork, peer: str, **values: object) -> None:
    await work.connection.execute(_UPDATE, {"of": peer, **values})


async def _replace_certificates(work: UnitOfWork, invitation: Invitation) -> None:
    peer = invitation.document.id
    pairs = zip(invitation.document.tls, invitation.certificates, strict=True)
    await work.connection.execute(_DELETE_CERTIFICATES, {"of": peer})
    await work.connection.execute(_ADD_CERTIFICATE, [{"hash": hash_, "peer": peer, "certificate": der} for hash_, der in pairs])
    work.wakes.add(wakeup_topics.PEERS)


def _identity_values(invitation: Invitation) -> dict[str, object]:
    document = invitation.document
    return {"name": document.name, "endpoint": document.endpoint, "document": invitation.content, "seq": document.seq}
