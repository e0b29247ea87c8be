"""The first steps of a new co-op: a checklist on the secretary's home page until all are done, and the pages of two of the steps.

Three steps can be seen in what the services hold. How others reach these pages and a first backup happen outside: the secretary ticks them
off, unless the address shows that it is not this machine's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kith.governance.v1 import governance_pb2 as governance
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import NotFound
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage

ADDRESS, BACKUP = "address", "backup"
_ALL = "all"
"""Stored once every step is done, so that the home page asks no more."""


@dataclass(frozen=True)
class FirstStep:
    """One step; `path` leads to where it is done."""

    name: str
    path: str
    done: bool


async def list_first_steps(ctx: PageContext) -> list[FirstStep]:
    """The steps with what is done; empty once all are, and for everybody but the secretary."""
    if not ctx.has_hat("secretary"):
        return []
    ticked = await ctx.state.first_steps.list_ticked()
    if _ALL in ticked:
        return []
    is_member = await _is_member(ctx)
    steps = [
        FirstStep("own", f"/members/{ctx.person_id}/admit", is_member),
        FirstStep(ADDRESS, "/first-steps/address", ADDRESS in ticked or not ctx.state.co_op.is_local),
        FirstStep("members", "/members/new", await _count_members(ctx) > is_member),
        FirstStep("motion", "/motions/new", await has_motions(ctx)),
        FirstStep(BACKUP, "/first-steps/backup", BACKUP in ticked),
    ]
    if all(step.done for step in steps):
        await ctx.state.first_steps.tick(ctx.person_id, _ALL)
        return []
    return steps


async def has_motions(ctx: PageContext) -> bool:
    """Whether a question was ever put to the members."""
    for state in (governance.MOTION_FILTER_OPEN, governance.MOTION_FILTER_CLOSED):
        request = governance.ListMotionsRequest(filter=state, page_size=1)
        response: governance.ListMotionsResponse = await ctx.call(ctx.state.services.governance.ListMotions, request)
        if response.motions:
            return True
    return False


async def _step_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    co_op, ticked = ctx.state.co_op, await ctx.state.first_steps.list_ticked()
    return {"public_url": co_op.public_url, "is_local": co_op.is_local, "ticked": ticked}


def _step_page(step: str) -> FormPage:
    async def tick(ctx: PageContext, _fields: Fields, _request_id: str) -> str:
        await ctx.state.first_steps.tick(ctx.person_id, step)
        return "/"

    return FormPage(f"first-{step}", f"first_steps/{step}", _step_values, tick)


async def _is_member(ctx: PageContext) -> bool:
    request = membership.GetMemberRequest(person_id=ctx.person_id)
    try:
        response: membership.GetMemberResponse = await ctx.call(ctx.state.services.membership.GetMember, request)
    except NotFound:
        return False
    return bool(response.member.member_class)


async def _count_members(ctx: PageContext) -> int:
    request = membership.CountMembersRequest()
    sizes: membership.CountMembersResponse = await ctx.call(ctx.state.services.membership.CountMembers, request, "secretary")
    return sum(size.members for size in sizes.classes)


STEP_PAGES = {step: _step_page(step) for step in (ADDRESS, BACKUP)}
"""The pages of the steps that happen outside, each with a button that ticks it off."""
