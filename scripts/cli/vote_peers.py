"""Checks that all co-ops of a vote are active peers: any other would never send its keys, and the vote would wait for ever."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from kith.federation.v1 import federation_pb2 as federation
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.peer import list_peers

_NOT_YET = {
    federation.PEER_STATE_INVITED: "is no peer of ours yet: the codes have not been compared",
    federation.PEER_STATE_CONFIRMED: "is no peer of ours yet: it has not said yes",
    federation.PEER_STATE_SUSPENDED: "is suspended",
    federation.PEER_STATE_SEVERED: "is no peer of ours any more",
}


async def require_active_peers(co_op: Connection, invited: Iterable[str]) -> None:
    """Raises CommandError naming every invited co-op that is not an active peer, apart from our own."""
    known = {peer.co_op: peer.state for peer in await list_peers(co_op)}
    problems = non_peer_messages(known, (party for party in invited if party != co_op.instance.co_op.id))
    if problems:
        raise CommandError("No vote was drafted.", " ".join(problems), "See the co-ops there are: kith peer list", ExitCode.USAGE)


def non_peer_messages(known: Mapping[str, "federation.PeerState.ValueType"], invited: Iterable[str]) -> list[str]:
    """A sentence for each invited co-op that is not an active peer."""
    active = [co_op for co_op, state in known.items() if state == federation.PEER_STATE_ACTIVE]
    return [_sentence(co_op, known, active) for co_op in dict.fromkeys(invited) if co_op not in active]


def _sentence(co_op: str, known: Mapping[str, "federation.PeerState.ValueType"], active: list[str]) -> str:
    if co_op in known:
        return f'"{co_op}" {_NOT_YET.get(known[co_op], "is no peer of ours")}.'
    near = get_close_matches(co_op.casefold(), active, n=1)
    return f'"{co_op}" is no peer of ours.' + (f' Did you mean "{near[0]}"?' if near else "")
