"""Downloads with which anybody can verify a result without us: the bundle, and the pins that identify the co-ops."""

import re
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from kith.federation.v1 import federation_pb2 as pb
from services.web.page_context import PageContext

_SAFE_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")
_USUAL_NAME = "shared-vote.kith"


async def download_bundle(ctx: PageContext) -> Response:
    """The bundle, streamed in chunks: it may be larger than we want to hold in memory."""
    vote_id = ctx.path_param("vote")
    first = await fetch_bundle_chunk(ctx, vote_id, 0)

    async def pieces() -> AsyncIterator[bytes]:
        sent = len(first.piece)
        yield first.piece
        while sent < first.total:
            chunk = await fetch_bundle_chunk(ctx, vote_id, sent)
            if not chunk.piece:
                return
            sent += len(chunk.piece)
            yield chunk.piece

    headers = {"content-disposition": f'attachment; filename="{bundle_file_name(first)}"', "content-length": str(first.total)}
    return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)


async def download_pins(ctx: PageContext) -> Response:
    """The pins: the root fingerprints by which we know the co-ops."""
    first = await fetch_bundle_chunk(ctx, ctx.path_param("vote"), 0)
    return ctx.file_response(first.pins, "pins.json", "application/json")


def bundle_file_name(first: pb.GetBundleResponse) -> str:
    """The service's file name, or the usual one where it would need quoting."""
    return first.name if _SAFE_NAME.fullmatch(first.name) else _USUAL_NAME


async def fetch_bundle_chunk(ctx: PageContext, vote_id: str, offset: int) -> pb.GetBundleResponse:
    """A chunk of the bundle from this byte offset."""
    response: pb.GetBundleResponse = await ctx.call(
        ctx.state.services.evidence.GetBundle, pb.GetBundleRequest(vote_id=vote_id, offset=offset)
    )
    return response
