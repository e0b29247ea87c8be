"""The source of exactly the running version, packed by the instance itself.

AGPL-3.0 section 13 requires it of everybody who changes Kith and lets others use it, so a changed Kith offers its changed source without
further work.
"""

from collections.abc import AsyncIterator

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from services.web.http.etags import has_current
from services.web.http.shared_rate import SharedRate
from services.web.page_context import PageContext

_CHUNK_BYTES = 64 * 1024
_RETRY_SECONDS = "30"


async def show(ctx: PageContext) -> Response:
    """The source as a gzipped tar file; nothing for a browser that has these very bytes."""
    name = f"kith-{ctx.state.co_op.version}"
    packed = await ctx.state.source_archive.get(name)
    headers = {"etag": packed.etag, "cache-control": "public, no-cache"}
    if has_current(ctx.request.headers.get("if-none-match", ""), packed.etag):
        return Response(status_code=304, headers=headers)
    if ctx.state.source_rate.is_busy:
        return PlainTextResponse("Too many people are downloading this at once. Please try again.\n", 503, {"retry-after": _RETRY_SECONDS})
    headers |= {"content-disposition": f'attachment; filename="{name}.tar.gz"', "content-length": str(len(packed.data))}
    return StreamingResponse(_chunks(packed.data, ctx.state.source_rate), media_type="application/gzip", headers=headers)


async def _chunks(data: bytes, rate: SharedRate) -> AsyncIterator[bytes]:
    """In pieces, so that a client that reads slowly holds a piece of it and not a copy of the whole, and all downloads share one rate."""
    for start in range(0, len(data), _CHUNK_BYTES):
        await rate.wait_for(min(_CHUNK_BYTES, len(data) - start))
        yield data[start : start + _CHUNK_BYTES]
