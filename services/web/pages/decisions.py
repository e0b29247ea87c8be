"""The decision log, and the rulebook under which decisions are made."""

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from services.web.localisation import counting_rules
from services.web.localisation.dates import format_short
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.rulebook_lookup import class_names, fetch_rulebook

_PAGE_SIZE = 30
_EFFECTS = {"rulebook_adopted", "outcome_replaced", "vote_annulled"}


async def show(ctx: PageContext) -> Response:
    """The decision log, newest first."""
    request = pb.ListDecisionsRequest(page_size=_PAGE_SIZE, page_token=ctx.query_param("page"))
    response: pb.ListDecisionsResponse = await ctx.call(ctx.state.services.governance.ListDecisions, request)
    zone = ctx.state.co_op.zone
    rows = [
        {
            "number": decision.number,
            "title": ctx.say("decisions.founding") if decision.kind == "founding" else decision.title,
            "path": _decision_path(decision),
            "kind": "yes" if decision.passed else "no",
            "outcome": ctx.say("status.passed" if decision.passed else "status.not_passed"),
            "when": format_short(utc_datetime(decision.decided_at), zone),
            "effect": ctx.say(f"decisions.{decision.effect}") if decision.effect in _EFFECTS else "",
        }
        for decision in response.decisions
    ]
    return ctx.render("decisions", rows=rows, more=ctx.next_page(response.next_page_token))


def _decision_path(decision: pb.Decision) -> str:
    if decision.vote_id:
        return f"/votes/{decision.vote_id}/result"
    return f"/motions/{decision.motion_id}/result" if decision.motion_id else "/rulebook"


async def show_rulebook(ctx: PageContext) -> Response:
    """The rulebook in force: in words first, the exact text below."""
    rules = await fetch_rulebook(ctx, ctx.query_param("hash"))
    names = class_names(rules)
    easy = ctx.preferences.easy
    return ctx.render(
        "rulebook",
        adopted_at=utc_datetime(rules.adopted_at),
        hash=rules.rulebook_hash,
        text=rules.text,
        classes=[
            {
                "name": member_class.name,
                "votes": member_class.votes,
                "text": (easy and member_class.easy_description) or member_class.description,
            }
            for member_class in rules.classes
        ],
        kinds=[
            {
                "name": kind.name,
                "text": (easy and kind.easy_explanation) or kind.explanation,
                "rule": counting_rules.describe_rule(ctx.catalogue, kind.counting, names),
                "changes": kind.changes_rulebook,
                "second_meeting": kind.needs_second_meeting,
            }
            for kind in rules.resolution_types
        ],
        credentials=[
            {
                "name": credential.name,
                "text": (easy and credential.easy_description) or credential.description,
                "gates": ", ".join(ctx.say(f"gate.{gate}") for gate in credential.gates if ctx.catalogue.has(f"gate.{gate}")),
            }
            for credential in rules.credentials
        ],
    )
