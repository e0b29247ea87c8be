"""The interface through which an exchange synchronises votes."""

from collections.abc import Sequence
from typing import Protocol

from kith.peer.v1 import peer_pb2 as pb


class VoteSync(Protocol):
    """Opens its own transactions. Used for active peers only."""

    async def list_holdings(self, peer: str) -> list[pb.VoteHave]:
        """What we hold of the votes we share with this peer."""
        ...

    async def find_missing(self, peer: str, holdings_of_peer: Sequence[pb.VoteHave]) -> tuple[list[pb.BoardPart], list[pb.VotePaper]]:
        """What we hold and the peer lacks, about 2 MB at most."""
        ...

    async def accept(self, peer: str, boards: Sequence[pb.BoardPart], papers: Sequence[pb.VotePaper]) -> bool:
        """Stores what is proven. Returns whether something was new, which others want too."""
        ...
