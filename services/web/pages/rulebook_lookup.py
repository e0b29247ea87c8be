"""Looks up the rulebook."""

from kith.governance.v1 import governance_pb2 as pb
from libs.access import hat_names
from services.web.page_context import PageContext

DRAFT_HATS = (hat_names.SECRETARY, hat_names.WEEK_PLANNER)
"""One of them has weeks drafted for others: which, says the rulebook."""


async def fetch_rulebook(ctx: PageContext, rulebook_hash: str = "") -> pb.GetRulebookResponse:
    """The rulebook with this hash, or the one in force."""
    request = pb.GetRulebookRequest(rulebook_hash=rulebook_hash)
    rules: pb.GetRulebookResponse = await ctx.call(ctx.state.services.governance.GetRulebook, request)
    return rules


async def link_hat(ctx: PageContext) -> str:
    """Which makes somebody the Link, by the rulebook in force. Who does not wear it is refused when they claim it."""
    return (await fetch_rulebook(ctx)).link_hat or hat_names.SECRETARY


async def draft_hat(ctx: PageContext) -> str:
    """In which weeks are drafted for all who agreed to it, by the rulebook in force; empty for who does not have it here."""
    if ctx.acting or not any(map(ctx.has_hat, DRAFT_HATS)):
        return ""
    hat = (await fetch_rulebook(ctx)).draft_hat or hat_names.SECRETARY
    return hat if ctx.has_hat(hat) else ""


def class_names(rules: pb.GetRulebookResponse) -> dict[str, str]:
    """Names of the classes by key."""
    return {member_class.key: member_class.name for member_class in rules.classes}
