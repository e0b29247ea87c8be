"""Looks up a person by member number."""

from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Invalid
from services.web.page_context import PageContext


async def find_person_id(ctx: PageContext, number: str) -> str:
    """The id of the person with this member number; empty when there is none."""
    request = membership.ListMembersRequest(member_number=number)
    try:
        response: membership.ListMembersResponse = await ctx.call(ctx.state.services.membership.ListMembers, request)
    except Invalid:
        # Not a valid member number, so nobody has it.
        return ""
    return next((str(member.person_id) for member in response.members), "")
