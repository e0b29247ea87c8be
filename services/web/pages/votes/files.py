"""What anybody needs to check a result without us: the bundle, and the pins that say which co-op is which."""

import re
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from kith.federation.v1 import federation_pb2 as pb
from services.web.visit import Visit

_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")
_USUAL_NAME = "shared-vote.kith"


async def download_bundle(visit: Visit) -> Response:
    """In pieces: a bundle may be larger than what we want to hold."""
    vote_id = visit.part("vote")
    first = await piece(visit, vote_id, 0)

    async def pieces() -> AsyncIterator[bytes]:
        sent = len(first.piece)
        yield first.piece
        while sent < first.total:
            following = await piece(visit, vote_id, sent)
            if not following.piece:
                return
            sent += len(following.piece)
            yield following.piece

    headers = {"content-disposition": f'attachment; filename="{name_of(first)}"', "content-length": str(first.total)}
    return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)


async def download_pins(visit: Visit) -> Response:
    """The root fingerprints we know the co-ops by."""
    first = await piece(visit, visit.part("vote"), 0)
    return visit.file(first.pins, "pins.json", "application/json")


def name_of(first: pb.GetBundleResponse) -> str:
    """The service's file name where it needs no quoting."""
    return first.name if _NAME.fullmatch(first.name) else _USUAL_NAME


async def piece(visit: Visit, vote_id: str, offset: int) -> pb.GetBundleResponse:
    """A part of the bundle, from this byte on."""
    answer: pb.GetBundleResponse = await visit.ask(
        visit.front.services.evidence.GetBundle, pb.GetBundleRequest(vote_id=vote_id, offset=offset)
    )
    return answer
