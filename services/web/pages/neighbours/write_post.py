"""Writing a post: what somebody can help with as a neighbour, or would like help with."""

from collections.abc import Mapping

from kith.matching.v1 import peer_posts_pb2 as pb
from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page
from services.web.pages.neighbours.board import PATH
from services.web.pages.neighbours.post_views import chosen

_LONG_BODY = 32 * 1024
"""1,740 letters, nine bytes each once they are in a form."""
_FIELDS = ("side", "kind", "words", "experience", "place", "times", "until_day", "others_agreed")


async def _values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    nothing = {"value": "", "text": ""}
    return {
        "sides": choices(ctx, "neighbour_write", list(PeerPostSide)),
        "kinds": [nothing, *choices(ctx, "neighbour_kind", list(PeerHelpKind))],
    }


async def _write(ctx: PageContext, fields: Fields, request_id: str) -> str:
    post = pb.PeerPost(
        side=chosen(pb.PeerPostSide, PeerPostSide, fields["side"]),
        kind=chosen(pb.PeerHelpKind, PeerHelpKind, fields["kind"]),
        words=fields["words"],
        experience=fields["experience"],
        place=fields["place"],
        times=fields["times"],
        until_day=fields["until_day"],
    )
    request = pb.WritePeerPostRequest(request_id=request_id, post=post, others_agreed=fields["others_agreed"] == "on")
    await ctx.call(ctx.state.services.peer_posts.WritePeerPost, request)
    return f"{PATH}/mine?done=written"


WRITE = FormPage(
    "neighbour-post",
    "neighbours/write",
    _values,
    _write,
    fields=_FIELDS,
    input_by_field={name: name for name in _FIELDS},
    max_body=_LONG_BODY,
)
PAGE = form_page(f"{PATH}/new", WRITE, Access.MEMBER)
