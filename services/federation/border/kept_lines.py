"""An open line to each peer, kept from one conversation to the next: greeting anew costs both sides more than most conversations do."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from kith.peer.v1.peer_pb2_grpc import PeerServiceStub
from services.federation.border import calling
from services.federation.border.calling import Way


@dataclass(frozen=True)
class _Line:
    way: Way
    stub: PeerServiceStub
    held: AsyncExitStack


class KeptLines:
    """One conversation with a peer at a time. Who called is decided anew for each call, so a kept line is no kept trust."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    def has(self, peer: str, way: Way) -> bool:
        """Whether a line is open that leads this way, with these certificates."""
        kept = self._lines.get(peer)
        return kept is not None and kept.way == way

    @asynccontextmanager
    async def to(self, peer: str, way: Way) -> AsyncIterator[PeerServiceStub]:
        """Kept when all went well; whatever went wrong on it, the next conversation begins on another."""
        if not self.has(peer, way):
            await self.close(peer)
            held = AsyncExitStack()
            self._lines[peer] = _Line(way, await held.enter_async_context(calling.called(way)), held)
        try:
            yield self._lines[peer].stub
        except BaseException:
            await self.close(peer)
            raise

    async def close(self, peer: str) -> None:
        kept = self._lines.pop(peer, None)
        if kept is not None:
            await kept.held.aclose()

    async def close_all(self) -> None:
        for peer in list(self._lines):
            await self.close(peer)
