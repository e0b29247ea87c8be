"""Looks up members by number, and the classes in which somebody can be a member."""

from kith.governance.v1.governance_pb2 import MemberClass
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Invalid
from services.web.page_context import PageContext
from services.web.pages.rulebook_lookup import fetch_rulebook


async def find_person_id(ctx: PageContext, number: str) -> str:
    """The id of the person with this member number; empty when there is none."""
    return next((str(member.person_id) for member in await find_by_number(ctx, number)), "")


async def find_by_number(ctx: PageContext, number: str, as_of: str = "") -> list[membership.Member]:
    """The member with this number on that day, or nobody."""
    request = membership.ListMembersRequest(member_number=number, as_of=as_of)
    try:
        response: membership.ListMembersResponse = await ctx.call(ctx.state.services.membership.ListMembers, request)
    except Invalid:
        # Not a valid member number, so nobody has it.
        return []
    return list(response.members)


async def list_member_classes(ctx: PageContext) -> list[MemberClass]:
    """The classes of the rulebook in force."""
    return list((await fetch_rulebook(ctx)).classes)
