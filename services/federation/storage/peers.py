"""Other co-ops: their identity, the state of the peering, and its log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text

from libs.boards import identity_documents
from libs.boards.identity_documents import IdentityDocument
from libs.database.engine import UnitOfWork
from services.federation.domain.invitation import Invitation
from services.federation.domain.peering import PeerState

_COLUMNS = """
  p.id, p.root, p.name, p.endpoint, p.document, p.seq, p.state, p.contact, p.compared, p.decided, p.suspended_by_us, p.suspended_by_them,
  p.our_half, p.their_half, p.agreement, p.our_signature, p.their_signature, p.accepted_at, p.heard_at, p.unreachable, p.clock_off,
  p.failing, p.identity_held, p.letters_held"""
_GET = text(f"select {_COLUMNS} from peer p where p.id = :id")  # noqa: S608 - our own columns
_GET_FOR_UPDATE = text(f"select {_COLUMNS} from peer p where p.id = :id for update")  # noqa: S608 - our own columns
_LIST_ALL = text(f"select {_COLUMNS} from peer p order by p.id")  # noqa: S608 - our own columns
_PAGE = text(f"select {_COLUMNS} from peer p where p.id > :after order by p.id limit :limit")  # noqa: S608 - our own columns
_ACTIVE = text(f"select {_COLUMNS} from peer p where p.state = 'active' order by p.id")  # noqa: S608 - our own columns
_OF_CERTIFICATE = text(f"select {_COLUMNS} from peer p join peer_certificate c on c.peer = p.id where c.hash = :hash")  # noqa: S608 - our own columns
_ADD = text("""
insert into peer (id, root, name, endpoint, document, seq, state, accepted_at)
values (:id, :root, :name, :endpoint, :document, :seq, :state, :at)""")
_SAVE_IDENTITY = text("update peer set name = :name, endpoint = :endpoint, document = :document, seq = :seq where id = :id")
_DELETE_CERTIFICATES = text("delete from peer_certificate where peer = :peer")
_ADD_CERTIFICATE = text("insert into peer_certificate (hash, peer, certificate) values (:hash, :peer, :certificate)")
_HAS_CERTIFICATE_OF_ANOTHER = text("select 1 from peer_certificate where hash = any(:hashes) and peer <> :peer")
_CERTIFICATES = text("select certificate from peer_certificate where peer = :peer order by hash")
_TRUSTED_CERTIFICATES = text("""
select certificate from peer_certificate c join peer p on p.id = c.peer where p.state <> 'severed' order by c.hash""")
_SAVE_PEERING = text("""
update peer set state = :state, compared = :compared, decided = :decided, contact = :contact, suspended_by_us = :suspended_by_us,
  suspended_by_them = :suspended_by_them, our_half = :our_half, their_half = :their_half, agreement = :agreement,
  our_signature = :our_signature, their_signature = :their_signature
where id = :id""")
_RECORD_CONTACT = text("update peer set heard_at = :at, clock_off = :off, failing = '' where id = :id")
_RECORD_FAILURE = text("update peer set failing = :failing where id = :id and failing <> :failing")
_UNREACHABLE = text("update peer set unreachable = :unreachable where id = :id")
_IDENTITY_HELD = text("update peer set identity_held = :seq where id = :id")
_LETTERS_HELD = text("update peer set letters_held = :seq where id = :id")
_LIST_SILENT = text(f"""
select {_COLUMNS} from peer p
where p.state in ('active', 'suspended') and not p.unreachable and coalesce(p.heard_at, p.accepted_at) < :since
order by p.id""")  # noqa: S608 - our own columns
_ADD_LOG_ENTRY = text("""
insert into peer_event (id, peer, at, what, decision_number, by_them, detail)
values (:id, :peer, :at, :what, :number, :by_them, :detail)""")
_LIST_LOG_ENTRIES = text(
    "select at, what, decision_number, by_them, detail from peer_event where peer = :peer order by id desc limit :limit"
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


@dataclass(frozen=True)
class PeeringLogEntry:
    """An entry of the log of a peering."""

    at: datetime
    what: str
    decision_number: int
    by_them: bool
    detail: str


async def get(work: UnitOfWork, peer: str) -> Peer | None:
    row = (await work.connection.execute(_GET, {"id": peer})).mappings().first()
    return None if row is None else _peer_from_row(row)


async def lock(work: UnitOfWork, peer: str) -> Peer | None:
    """The peer, locked until the transaction ends."""
    row = (await work.connection.execute(_GET_FOR_UPDATE, {"id": peer})).mappings().first()
    return None if row is None else _peer_from_row(row)


async def list_all(work: UnitOfWork) -> list[Peer]:
    return [_peer_from_row(row) for row in (await work.connection.execute(_LIST_ALL)).mappings()]


async def list_page(work: UnitOfWork, after: str, limit: int) -> list[Peer]:
    return [_peer_from_row(row) for row in (await work.connection.execute(_PAGE, {"after": after, "limit": limit})).mappings()]


async def list_active(work: UnitOfWork) -> list[Peer]:
    """The peers with which we exchange votes."""
    return [_peer_from_row(row) for row in (await work.connection.execute(_ACTIVE)).mappings()]


async def get_compared_root(work: UnitOfWork, peer: str) -> bytes | None:
    """The root key that people compared; None when it is not a peer of ours."""
    stored_peer = await get(work, peer)
    return None if stored_peer is None or not stored_peer.compared else stored_peer.root


async def find_by_certificate(work: UnitOfWork, certificate_hash: bytes) -> Peer | None:
    """The peer with exactly this certificate."""
    row = (await work.connection.execute(_OF_CERTIFICATE, {"hash": certificate_hash})).mappings().first()
    return None if row is None else _peer_from_row(row)


async def list_certificates(work: UnitOfWork, peer: str) -> list[bytes]:
    """The certificates of its identity document, DER."""
    return [bytes(row.certificate) for row in await work.connection.execute(_CERTIFICATES, {"peer": peer})]


async def list_trusted_certificates(work: UnitOfWork) -> list[bytes]:
    """The certificates that may complete a handshake with us, DER."""
    return [bytes(row.certificate) for row in await work.connection.execute(_TRUSTED_CERTIFICATES)]


async def add(work: UnitOfWork, invitation: Invitation) -> None:
    document = invitation.document
    row = {"id": document.id, "root": document.root, "name": document.name, "endpoint": document.endpoint}
    values = {"document": invitation.content, "seq": document.seq, "state": PeerState.INVITED.value, "at": work.now}
    await work.connection.execute(_ADD, row | values)
    await _replace_certificates(work, invitation)


async def save_identity(work: UnitOfWork, invitation: Invitation) -> None:
    """Replaces its identity document with a newer one."""
    document = invitation.document
    row = {"id": document.id, "name": document.name, "endpoint": document.endpoint, "document": invitation.content, "seq": document.seq}
    await work.connection.execute(_SAVE_IDENTITY, row)
    await _replace_certificates(work, invitation)


async def has_certificate_of_another(work: UnitOfWork, invitation: Invitation) -> bool:
    """Whether another peer has one of these certificates: then the caller would be ambiguous."""
    parameters = {"hashes": list(invitation.document.tls), "peer": invitation.document.id}
    return (await work.connection.execute(_HAS_CERTIFICATE_OF_ANOTHER, parameters)).first() is not None


async def save_peering(work: UnitOfWork, peer: Peer) -> None:
    """Saves the state of the peering: contact, what was compared and decided, the agreement."""
    await work.connection.execute(
        _SAVE_PEERING,
        {
            "id": peer.id,
            "state": peer.state.value,
            "compared": peer.compared,
            "decided": peer.decided,
            "contact": peer.contact,
            "suspended_by_us": peer.suspended_by_us,
            "suspended_by_them": peer.suspended_by_them,
            "our_half": peer.our_half,
            "their_half": peer.their_half,
            "agreement": peer.agreement,
            "our_signature": peer.our_signature,
            "their_signature": peer.their_signature,
        },
    )


async def record_contact(work: UnitOfWork, peer: str, clock_off: int) -> None:
    """Records a contact just now; the peer's clock is so many seconds ahead of ours."""
    await work.connection.execute(_RECORD_CONTACT, {"id": peer, "at": work.now, "off": clock_off})


async def record_failure(work: UnitOfWork, peer: str, reason: str) -> None:
    await work.connection.execute(_RECORD_FAILURE, {"id": peer, "failing": reason})


async def set_unreachable(work: UnitOfWork, peer: str, *, unreachable: bool) -> None:
    await work.connection.execute(_UNREACHABLE, {"id": peer, "unreachable": unreachable})


async def set_identity_held(work: UnitOfWork, peer: str, seq: int) -> None:
    await work.connection.execute(_IDENTITY_HELD, {"id": peer, "seq": seq})


async def set_messages_held(work: UnitOfWork, peer: str, seq: int) -> None:
    await work.connection.execute(_LETTERS_HELD, {"id": peer, "seq": seq})


async def list_silent_since(work: UnitOfWork, since: datetime) -> list[Peer]:
    """Peers that were not heard since then and are not yet marked as unreachable."""
    return [_peer_from_row(row) for row in (await work.connection.execute(_LIST_SILENT, {"since": since})).mappings()]


async def add_log_entry(
    work: UnitOfWork, peer: str, what: str, *, decision_number: int = 0, by_them: bool = False, detail: str = ""
) -> None:
    """Adds an entry to the log of the peering."""
    row = {"id": work.new_id(), "peer": peer, "at": work.now, "what": what, "number": decision_number, "by_them": by_them}
    await work.connection.execute(_ADD_LOG_ENTRY, row | {"detail": detail})


async def list_log_entries(work: UnitOfWork, peer: str, limit: int = 200) -> list[PeeringLogEntry]:
    """Newest first."""
    rows = await work.connection.execute(_LIST_LOG_ENTRIES, {"peer": peer, "limit": limit})
    return [PeeringLogEntry(row.at, row.what, row.decision_number, row.by_them, row.detail) for row in rows]


async def _replace_certificates(work: UnitOfWork, invitation: Invitation) -> None:
    peer = invitation.document.id
    await work.connection.execute(_DELETE_CERTIFICATES, {"peer": peer})
    pairs: Sequence[tuple[bytes, bytes]] = list(zip(invitation.document.tls, invitation.certificates, strict=True))
    await work.connection.execute(
        _ADD_CERTIFICATE, [{"hash": certificate_hash, "peer": peer, "certificate": der} for certificate_hash, der in pairs]
    )


def _peer_from_row(row: RowMapping) -> Peer:
    return Peer(**(dict(row) | {"state": PeerState(row["state"])}))
