"""A peer as the pages show it."""

from dataclasses import dataclass
from datetime import datetime

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1.enums import PeerState
from libs.refusals import FailedPrecondition, Unavailable
from libs.rpc.enums import known_word
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.motion_view import StatusLabel
from services.web.pages.paging import fetch_all

_STATUS_KINDS = {"invited": "wait", "confirmed": "wait", "active": "yes", "suspended": "no", "severed": "no"}
_CODE_GROUP = 4


@dataclass(frozen=True)
class PeerView:
    """A peer's plain values for a template."""

    id: str
    name: str
    state: str
    status: StatusLabel
    fingerprint: str
    code: str
    contact: str
    heard_at: datetime | None
    unreachable: bool
    decided: bool
    suspended_by_them: bool
    waiting: int
    endpoint: str
    asks: bool

    @property
    def path(self) -> str:
        """The path of the peer's page."""
        return f"/co-ops/{self.id}"


def peer_view(ctx: PageContext, peer: pb.Peer) -> PeerView:
    """The peer's values for a template."""
    state = known_word(pb.PeerState, PeerState, peer.state, PeerState.INVITED)
    return PeerView(
        id=peer.co_op,
        name=peer.name or peer.co_op,
        state=state,
        status=StatusLabel(_STATUS_KINDS[state], ctx.say(f"co_op_state.{state}")),
        fingerprint=_in_groups(peer.fingerprint),
        code=_in_groups(peer.code),
        contact=peer.contact,
        heard_at=utc_datetime(peer.heard_at) if peer.HasField("heard_at") else None,
        unreachable=peer.unreachable,
        decided=peer.decided,
        suspended_by_them=peer.suspended_by_them,
        waiting=peer.waiting,
        endpoint=peer.endpoint,
        asks=peer.asks,
    )


async def list_peers(ctx: PageContext) -> list[pb.Peer]:
    """All peers."""
    return await fetch_all(ctx, ctx.state.services.federation.ListPeers, pb.ListPeersRequest(), lambda response: response.peers)


async def fetch_own_identity(ctx: PageContext) -> pb.GetOwnIdentityResponse:
    """Our own identity as peers see it."""
    response: pb.GetOwnIdentityResponse = await ctx.call(ctx.state.services.federation.GetOwnIdentity, pb.GetOwnIdentityRequest())
    return response


async def co_op_names(ctx: PageContext) -> dict[str, str]:
    """Names of our own co-op and its peers by id; empty when federation is unavailable, and pages then show ids."""
    try:
        ours = await fetch_own_identity(ctx)
        names = {peer.co_op: peer.name for peer in await list_peers(ctx) if peer.name}
    except (Unavailable, FailedPrecondition):
        return {}
    return names | ({ours.co_op: ours.name} if ours.name else {})


def _in_groups(code: str) -> str:
    """The code in groups of four; one that is grouped already stays as it is."""
    if not code or " " in code or "-" in code:
        return code
    return " ".join(code[at : at + _CODE_GROUP] for at in range(0, len(code), _CODE_GROUP))
