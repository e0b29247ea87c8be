"""Voters from the member register: member number and full name, fetched each time and never stored."""

from kith.governance.v1 import votes_pb2 as pb
from kith.membership.v1 import membership_pb2 as membership
from libs.boards.pseudonyms import commitment_identity
from services.web.page_context import PageContext
from services.web.pages.paging import fetch_all


async def list_voters(ctx: PageContext) -> list[pb.RowIdentity]:
    """Everybody with a vote today. The identity text goes into a row's commitment (docs/formats/federated-vote.md)."""
    numbers = await member_numbers(ctx)
    names = await ctx.person_names(numbers)
    return [
        pb.RowIdentity(person_id=person, identity=commitment_identity(number, names[person].full)) for person, number in numbers.items()
    ]


async def member_numbers(ctx: PageContext) -> dict[str, str]:
    """Member numbers of everybody with a vote today, by person id."""
    list_members = ctx.state.services.membership.ListMembers
    members = await fetch_all(ctx, list_members, membership.ListMembersRequest(), lambda response: response.members)
    return {member.person_id: member.member_number for member in members if member.may_vote}
