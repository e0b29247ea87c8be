"""Other co-ops: what we hold of them, where we stand with them, and the log of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text

from libs.boards import identity
from libs.boards.identity import IdentityDocument
from libs.database.engine import Work
from services.federation.domain.invitation import Invitation
from services.federation.domain.pairing import PeerState

_COLUMNS = """
  p.id, p.root, p.name, p.endpoint, p.document, p.seq, p.state, p.contact, p.compared, p.decided, p.suspended_by_us, p.suspended_by_them,
  p.our_half, p.their_half, p.agreement, p.our_signature, p.their_signature, p.accepted_at, p.heard_at, p.unreachable, p.clock_off,
  p.failing, p.identity_held, p.letters_held"""
_ONE = text(f"select {_COLUMNS} from peer p where p.id = :id")  # noqa: S608 - our own columns
_HELD = text(f"select {_COLUMNS} from peer p where p.id = :id for update")  # noqa: S608 - our own columns
_ALL = text(f"select {_COLUMNS} from peer p order by p.id")  # noqa: S608 - our own columns
_PAGE = text(f"select {_COLUMNS} from peer p where p.id > :after order by p.id limit :limit")  # noqa: S608 - our own columns
_ACTIVE = text(f"select {_COLUMNS} from peer p where p.state = 'active' order by p.id")  # noqa: S608 - our own columns
_OF_CERTIFICATE = text(f"select {_COLUMNS} from peer p join peer_certificate c on c.peer = p.id where c.hash = :hash")  # noqa: S608 - our own columns
_ADD = text("""
insert into peer (id, root, name, endpoint, document, seq, state, accepted_at)
values (:id, :root, :name, :endpoint, :document, :seq, :state, :at)""")
_RENEW = text("update peer set name = :name, endpoint = :endpoint, document = :document, seq = :seq where id = :id")
_FORGET_CERTIFICATES = text("delete from peer_certificate where peer = :peer")
_ADD_CERTIFICATE = text("insert into peer_certificate (hash, peer, certificate) values (:hash, :peer, :certificate)")
_OTHERS_CERTIFICATE = text("select 1 from peer_certificate where hash = any(:hashes) and peer <> :peer")
_CERTIFICATES = text("select certificate from peer_certificate where peer = :peer order by hash")
_ROOTS = text("""
select certificate from peer_certificate c join peer p on p.id = c.peer where p.state <> 'severed' order by c.hash""")
_STAND = text("""
update peer set state = :state, compared = :compared, decided = :decided, contact = :contact, suspended_by_us = :suspended_by_us,
  suspended_by_them = :suspended_by_them, our_half = :our_half, their_half = :their_half, agreement = :agreement,
  our_signature = :our_signature, their_signature = :their_signature
where id = :id""")
_CONTACT = text("update peer set heard_at = :at, clock_off = :off, failing = '' where id = :id")
_FAILING = text("update peer set failing = :failing where id = :id and failing <> :failing")
_UNREACHABLE = text("update peer set unreachable = :unreachable where id = :id")
_IDENTITY_HELD = text("update peer set identity_held = :seq where id = :id")
_LETTERS_HELD = text("update peer set letters_held = :seq where id = :id")
_SILENT = text(f"""
select {_COLUMNS} from peer p
where p.state in ('active', 'suspended') and not p.unreachable and coalesce(p.heard_at, p.accepted_at) < :since
order by p.id""")  # noqa: S608 - our own columns
_EVENT = text("""
insert into peer_event (id, peer, at, what, decision_number, by_them, detail)
values (:id, :peer, :at, :what, :number, :by_them, :detail)""")
_EVENTS = text("select at, what, decision_number, by_them, detail from peer_event where peer = :peer order by id desc limit :limit")


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
        return identity.read(self.document)


@dataclass(frozen=True)
class Event:
    """A line of the log of a peering."""

    at: datetime
    what: str
    decision_number: int
    by_them: bool
    detail: str


async def one(work: Work, peer: str) -> Peer | None:
    row = (await work.connection.execute(_ONE, {"id": peer})).mappings().first()
    return None if row is None else _peer(row)


async def held(work: Work, peer: str) -> Peer | None:
    """The same, and nobody else changes it until the work ends."""
    row = (await work.connection.execute(_HELD, {"id": peer})).mappings().first()
    return None if row is None else _peer(row)


async def every(work: Work) -> list[Peer]:
    return [_peer(row) for row in (await work.connection.execute(_ALL)).mappings()]


async def page(work: Work, after: str, limit: int) -> list[Peer]:
    return [_peer(row) for row in (await work.connection.execute(_PAGE, {"after": after, "limit": limit})).mappings()]


async def active(work: Work) -> list[Peer]:
    """Those we hold votes with."""
    return [_peer(row) for row in (await work.connection.execute(_ACTIVE)).mappings()]


async def root_of(work: Work, peer: str) -> bytes | None:
    """The root key that people compared; None for who is no peer of ours."""
    found = await one(work, peer)
    return None if found is None or not found.compared else found.root


async def of_certificate(work: Work, certificate_hash: bytes) -> Peer | None:
    """Who shows exactly this certificate."""
    row = (await work.connection.execute(_OF_CERTIFICATE, {"hash": certificate_hash})).mappings().first()
    return None if row is None else _peer(row)


async def certificates(work: Work, peer: str) -> list[bytes]:
    """Those of its identity document, DER."""
    return [bytes(row.certificate) for row in await work.connection.execute(_CERTIFICATES, {"peer": peer})]


async def roots(work: Work) -> list[bytes]:
    """The certificates that may finish a handshake with us, DER."""
    return [bytes(row.certificate) for row in await work.connection.execute(_ROOTS)]


async def add(work: Work, invitation: Invitation) -> None:
    document = invitation.document
    row = {"id": document.id, "root": document.root, "name": document.name, "endpoint": document.endpoint}
    kept = {"document": invitation.content, "seq": document.seq, "state": PeerState.INVITED.value, "at": work.now}
    await work.connection.execute(_ADD, row | kept)
    await _keep_certificates(work, invitation)


async def renew(work: Work, invitation: Invitation) -> None:
    """Its newer identity document, which took the place of the one before."""
    document = invitation.document
    row = {"id": document.id, "name": document.name, "endpoint": document.endpoint, "document": invitation.content, "seq": document.seq}
    await work.connection.execute(_RENEW, row)
    await _keep_certificates(work, invitation)


async def certificate_of_another(work: Work, invitation: Invitation) -> bool:
    """Whether another peer shows one of these certificates: then it would not be known who calls."""
    asked = {"hashes": list(invitation.document.tls), "peer": invitation.document.id}
    return (await work.connection.execute(_OTHERS_CERTIFICATE, asked)).first() is not None


async def stand(work: Work, peer: Peer) -> None:
    """Keeps where we stand: state, contact, what was compared and decided, the agreement."""
    await work.connection.execute(
        _STAND,
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


async def contacted(work: Work, peer: str, clock_off: int) -> None:
    """We heard from it just now; its clock is so many seconds ahead of ours."""
    await work.connection.execute(_CONTACT, {"id": peer, "at": work.now, "off": clock_off})


async def failing(work: Work, peer: str, reason: str) -> None:
    await work.connection.execute(_FAILING, {"id": peer, "failing": reason})


async def set_unreachable(work: Work, peer: str, *, unreachable: bool) -> None:
    await work.connection.execute(_UNREACHABLE, {"id": peer, "unreachable": unreachable})


async def holds_identity(work: Work, peer: str, seq: int) -> None:
    await work.connection.execute(_IDENTITY_HELD, {"id": peer, "seq": seq})


async def holds_letters(work: Work, peer: str, seq: int) -> None:
    await work.connection.execute(_LETTERS_HELD, {"id": peer, "seq": seq})


async def silent_since(work: Work, since: datetime) -> list[Peer]:
    """Nothing was heard of them since then, and nobody was told yet."""
    return [_peer(row) for row in (await work.connection.execute(_SILENT, {"since": since})).mappings()]


async def note(work: Work, peer: str, what: str, *, decision_number: int = 0, by_them: bool = False, detail: str = "") -> None:
    """A line of the log."""
    row = {"id": work.new_id(), "peer": peer, "at": work.now, "what": what, "number": decision_number, "by_them": by_them}
    await work.connection.execute(_EVENT, row | {"detail": detail})


async def events(work: Work, peer: str, limit: int = 200) -> list[Event]:
    """Newest first."""
    rows = await work.connection.execute(_EVENTS, {"peer": peer, "limit": limit})
    return [Event(row.at, row.what, row.decision_number, row.by_them, row.detail) for row in rows]


async def _keep_certificates(work: Work, invitation: Invitation) -> None:
    peer = invitation.document.id
    await work.connection.execute(_FORGET_CERTIFICATES, {"peer": peer})
    pairs: Sequence[tuple[bytes, bytes]] = list(zip(invitation.document.tls, invitation.certificates, strict=True))
    await work.connection.execute(_ADD_CERTIFICATE, [{"hash": one, "peer": peer, "certificate": der} for one, der in pairs])


def _peer(row: RowMapping) -> Peer:
    return Peer(**(dict(row) | {"state": PeerState(row["state"])}))
