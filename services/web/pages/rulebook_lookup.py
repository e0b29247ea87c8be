"""Looks up the rulebook."""

from kith.governance.v1 import governance_pb2 as pb
from services.web.page_context import PageContext


async def fetch_rulebook(ctx: PageContext, rulebook_hash: str = "") -> pb.GetRulebookResponse:
    """The rulebook with this hash, or the one in force."""
    request = pb.GetRulebookRequest(rulebook_hash=rulebook_hash)
    rules: pb.GetRulebookResponse = await ctx.call(ctx.state.services.governance.GetRulebook, request)
    return rules


def class_names(rules: pb.GetRulebookResponse) -> dict[str, str]:
    """Names of the classes by key."""
    return {member_class.key: member_class.name for member_class in rules.classes}
