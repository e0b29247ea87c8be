"""Whom a vote can be put to: the co-ops we are peers with. Who is none would never send its keys, and everybody waited for it in vain."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from kith.federation.v1 import federation_pb2 as federation
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door

_PAGE = 200
_NOT_YET = {
    federation.PEER_STATE_INVITED: "is no peer of ours yet: the codes have not been compared",
    federation.PEER_STATE_CONFIRMED: "is no peer of ours yet: it has not said yes",
    federation.PEER_STATE_SUSPENDED: "is suspended",
    federation.PEER_STATE_SEVERED: "is no peer of ours any more",
}


async def require_peers(open_door: Door, asked: Iterable[str]) -> None:
    """Raises CommandError naming everybody asked who is no active peer; our own co-op needs to be none."""
    known = {one.co_op: one.state for one in await _peers(open_door)}
    wrong = strangers(known, (one for one in asked if one != open_door.instance.co_op.id))
    if wrong:
        raise CommandError("No vote was drafted.", " ".join(wrong), "See the co-ops there are: kith peer list", ExitCode.USAGE)


def strangers(known: Mapping[str, "federation.PeerState.ValueType"], asked: Iterable[str]) -> list[str]:
    """A sentence for each that a vote cannot be put to."""
    active = [one for one, state in known.items() if state == federation.PEER_STATE_ACTIVE]
    return [_sentence(one, known, active) for one in dict.fromkeys(asked) if one not in active]


def _sentence(one: str, known: Mapping[str, "federation.PeerState.ValueType"], active: list[str]) -> str:
    if one in known:
        return f'"{one}" {_NOT_YET.get(known[one], "is no peer of ours")}.'
    near = get_close_matches(one.casefold(), active, n=1)
    return f'"{one}" is no peer of ours.' + (f' Did you mean "{near[0]}"?' if near else "")


async def _peers(open_door: Door) -> list[federation.Peer]:
    found: list[federation.Peer] = []
    token = ""
    while True:
        asked = federation.ListPeersRequest(page_size=_PAGE, page_token=token)
        answer = await ask(open_door.federation.ListPeers, asked, open_door.secretary())
        found += answer.peers
        token = answer.next_page_token
        if not token:
            return found
