"""Finds members by what somebody types of their name, as choices of a form."""

from kith.identity.v1 import record_pb2 as record
from libs.refusals import Invalid, NotAllowed
from services.web.page_context import FormProblem, PageContext

_FOUND = 10
_FOR_MEMBERS = "NAMES_FOR_MEMBERS"


async def find_members(ctx: PageContext, typed: str, *, with_oneself: bool = False) -> tuple[list[dict[str, str]], FormProblem | None]:
    """Members with such a name; or what is wrong with the name."""
    if not typed:
        return [], None
    request = record.SearchMembersRequest(text=typed, page_size=_FOUND)
    try:
        response: record.SearchMembersResponse = await ctx.call(ctx.state.services.records.SearchMembers, request)
    except (Invalid, NotAllowed) as refusal:
        if isinstance(refusal, NotAllowed) and refusal.reason != _FOR_MEMBERS:
            raise
        return [], ctx.refusal_problem("q", refusal.reason)
    found = [name for name in response.names if with_oneself or name.person_id != ctx.person_id]
    return [{"value": name.person_id, "text": name.full_name, "hint": ""} for name in found], None
