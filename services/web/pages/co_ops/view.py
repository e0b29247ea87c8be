"""Another co-op as the pages show it."""

from dataclasses import dataclass
from datetime import datetime

from kith.federation.v1 import federation_pb2 as pb
from libs.refusals import Elsewhere, NotNow
from services.web.pages.motion_view import Status
from services.web.visit import Visit, utc

_PAGE = 100
_STATES = {
    pb.PEER_STATE_INVITED: "invited",
    pb.PEER_STATE_CONFIRMED: "confirmed",
    pb.PEER_STATE_ACTIVE: "active",
    pb.PEER_STATE_SUSPENDED: "suspended",
    pb.PEER_STATE_SEVERED: "severed",
}
_KINDS = {"invited": "wait", "confirmed": "wait", "active": "yes", "suspended": "no", "severed": "no"}
_CODE_GROUP = 4


@dataclass(frozen=True)
class CoOpView:
    """Plain values for a template."""

    id: str
    name: str
    state: str
    status: Status
    fingerprint: str
    code: str
    contact: str
    heard_at: datetime | None
    unreachable: bool
    decided: bool
    suspended_by_them: bool
    waiting: int
    endpoint: str

    @property
    def path(self) -> str:
        """Its own page."""
        return f"/co-ops/{self.id}"


def view(visit: Visit, peer: pb.Peer) -> CoOpView:
    """The peer in words."""
    state = _STATES.get(peer.state, "invited")
    return CoOpView(
        id=peer.co_op,
        name=peer.name or peer.co_op,
        state=state,
        status=Status(_KINDS[state], visit.say(f"co_op_state.{state}")),
        fingerprint=_in_groups(peer.fingerprint),
        code=_in_groups(peer.code),
        contact=peer.contact,
        heard_at=utc(peer.heard_at) if peer.HasField("heard_at") else None,
        unreachable=peer.unreachable,
        decided=peer.decided,
        suspended_by_them=peer.suspended_by_them,
        waiting=peer.waiting,
        endpoint=peer.endpoint,
    )


async def peers(visit: Visit) -> list[pb.Peer]:
    """All of them."""
    found: list[pb.Peer] = []
    token = ""
    while True:
        answer: pb.ListPeersResponse = await visit.ask(
            visit.front.services.federation.ListPeers, pb.ListPeersRequest(page_size=_PAGE, page_token=token)
        )
        found += answer.peers
        token = answer.next_page_token
        if not token:
            return found


async def own(visit: Visit) -> pb.GetOwnIdentityResponse:
    """Who we are towards others."""
    answer: pb.GetOwnIdentityResponse = await visit.ask(visit.front.services.federation.GetOwnIdentity, pb.GetOwnIdentityRequest())
    return answer


async def names_of_co_ops(visit: Visit) -> dict[str, str]:
    """What the co-ops we know are called, with our own; empty when it cannot be had just now, and ids stand in their place."""
    try:
        ours = await own(visit)
        known = {one.co_op: one.name for one in await peers(visit) if one.name}
    except (Elsewhere, NotNow):
        return {}
    return known | ({ours.co_op: ours.name} if ours.name else {})


def _in_groups(code: str) -> str:
    """A code may come with its groups already."""
    if not code or " " in code or "-" in code:
        return code
    return " ".join(code[at : at + _CODE_GROUP] for at in range(0, len(code), _CODE_GROUP))
