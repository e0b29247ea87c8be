"""What of votes goes through an exchange: implemented beside the boards, and asked by the exchange."""

from collections.abc import Sequence
from typing import Protocol

from kith.peer.v1 import peer_pb2 as pb


class VoteTraffic(Protocol):
    """Each call opens its own work. Only active peers are asked about and brought votes."""

    async def have(self, peer: str) -> list[pb.VoteHave]:
        """What we hold of the votes we share with this peer."""
        ...

    async def lacking(self, peer: str, theirs: Sequence[pb.VoteHave]) -> tuple[list[pb.BoardPart], list[pb.VotePaper]]:
        """What we hold and they do not, about 2 MB at most."""
        ...

    async def take(self, peer: str, boards: Sequence[pb.BoardPart], papers: Sequence[pb.VotePaper]) -> bool:
        """Whether something was new, which others want to hear as well."""
        ...
