"""The decision log, and the rulebook that decisions are made under."""

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from services.web.visit import Visit, utc
from services.web.words import counting
from services.web.words.dates import short

_PAGE = 30
_EFFECTS = {"rulebook_adopted", "outcome_replaced", "vote_annulled"}


async def show(visit: Visit) -> Response:
    """Newest first."""
    request = pb.ListDecisionsRequest(page_size=_PAGE, page_token=visit.query("page"))
    answer: pb.ListDecisionsResponse = await visit.ask(visit.front.services.governance.ListDecisions, request)
    zone = visit.front.co_op.zone
    rows = [
        {
            "number": one.number,
            "title": visit.say("decisions.founding") if one.kind == "founding" else one.title,
            "path": _path(one),
            "kind": "yes" if one.passed else "no",
            "outcome": visit.say("status.passed" if one.passed else "status.not_passed"),
            "when": short(utc(one.decided_at), zone),
            "effect": visit.say(f"decisions.{one.effect}") if one.effect in _EFFECTS else "",
        }
        for one in answer.decisions
    ]
    return visit.page("decisions", rows=rows, more=f"/decisions?page={answer.next_page_token}" if answer.next_page_token else "")


def _path(one: pb.Decision) -> str:
    if one.vote_id:
        return f"/votes/{one.vote_id}/result"
    return f"/motions/{one.motion_id}/result" if one.motion_id else "/rulebook"


async def show_rulebook(visit: Visit) -> Response:
    """What is in force: in words first, the exact text below."""
    request = pb.GetRulebookRequest(rulebook_hash=visit.query("hash"))
    rules: pb.GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, request)
    names = {one.key: one.name for one in rules.classes}
    easy = visit.comfort.easy
    return visit.page(
        "rulebook",
        adopted_at=utc(rules.adopted_at),
        hash=rules.rulebook_hash,
        text=rules.text,
        classes=[
            {"name": one.name, "votes": one.votes, "text": (easy and one.easy_description) or one.description} for one in rules.classes
        ],
        kinds=[
            {
                "name": one.name,
                "text": (easy and one.easy_explanation) or one.explanation,
                "rule": counting.rule(visit.words, one.counting, names),
                "changes": one.changes_rulebook,
            }
            for one in rules.resolution_types
        ],
    )
