"""The way out in each notice: one page with one button, and the same by one POST of a mail program (RFC 8058). Nobody signs in for it.

Opening it stops nothing: mail scanners open every link.
"""

from uuid import UUID

from starlette.responses import Response

from kith.identity.v1 import notices_pb2 as pb
from kith.identity.v1.enums import NoticeTopic
from libs.refusals import NotFound
from libs.rpc.enums import to_wire
from services.web.http.forms import Form, new_request_id
from services.web.page_context import PageContext


async def show(ctx: PageContext) -> Response:
    """What pressing the button stops."""
    _, topic = _read(ctx)
    return ctx.render("stop_notices", topic=ctx.say(f"notice.topic.{topic.value}"), done=False)


async def stop(ctx: PageContext, _: Form) -> Response:
    """Stop it; again changes nothing."""
    person, topic = _read(ctx)
    request = pb.StopNoticesRequest(request_id=new_request_id(), person_id=str(person), topic=to_wire(pb.NoticeTopic, topic))
    await ctx.state.services.call(ctx.state.services.notices.StopNotices, request, ctx.state.service_token())
    return ctx.render("stop_notices", topic=ctx.say(f"notice.topic.{topic.value}"), done=True)


def _read(ctx: PageContext) -> tuple[UUID, NoticeTopic]:
    """Raises NotFound STOP_LINK_UNKNOWN for a link that we did not sign."""
    read = ctx.state.renderer.stop_links.read(ctx.path_param("token"))
    if read is None:
        raise NotFound("STOP_LINK_UNKNOWN")
    return read
