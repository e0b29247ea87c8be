"""A dispute in plain words: what was found, what the software will not do, and what people can do."""

from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from libs.boards.papers import ANNUL, CUTS, Settlement, read_settlement_body
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.deeds import choices, chosen_of, passed
from services.web.pages.votes import evidence
from services.web.pages.votes.evidence import Evidence
from services.web.pages.votes.view import VoteView, fetch, in_fours, unbroken
from services.web.visit import Problem, Visit

SETTLE = "vote-settle"
AGREE = "agree"
_WHY = {"two_outcomes", "split", "misconduct", "not_concluded"}
_MISCONDUCT = {"fork", "double_outcome", "late_cosignature", "falling_dates"}


async def show(visit: Visit) -> Response:
    """For every member; only the secretary has the ways to act."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    pending = read_settlement_body(found.settlement) if found and found.settlement else None
    return visit.page(
        "votes/dispute",
        vote=vote,
        evidence=found,
        why=found.why if found and found.why in _WHY else "",
        misconduct=[_misconduct(visit, found, line) for line in found.misconduct] if found else [],
        signed=[(unbroken(one.name or one.co_op), in_fours(one.outcome_hash[:16])) for one in found.participants if one.outcome_hash]
        if found
        else [],
        cuts=[[unbroken(one.name or one.co_op), one.cut_at_close] for one in found.participants] if found else [],
        pending=pending.kind if pending else "",
        settled_by=found.named(found.settled_by) if found else "",
        objections=found.named(found.objections) if found else "",
        settlers=vote.terms.settlers if vote.terms else "",
        secretary=bool(visit.session and visit.session.wears("secretary")),
        done=visit.query("done") if visit.query("done") in {"objected", "settled"} else "",
    )


async def show_settle(visit: Visit) -> Response:
    """Choose what to agree to and name our decision; then check."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    return await _settle(visit, vote, found, visit.query("kind"), visit.query("decision"), [])


async def settle(visit: Visit, form: Form) -> Response:
    """This co-op agrees. It holds once every co-op without proven misconduct has agreed to the same."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    kind = form.text("kind")
    decision = chosen_of(await passed(visit), form.text("decision"))
    settlement = _settlement(vote, found, kind) if found else None
    if decision is None or settlement is None:
        return visit.go(f"{vote.path}/settle")
    request = pb.SettleVoteRequest(request_id=form.request_id, vote_id=vote.id, decision_number=decision.number, settlement=settlement)
    try:
        await visit.ask(visit.front.services.votes.SettleVote, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _settle(visit, vote, found, kind, str(decision.number), visit.problems(refusal))
    return visit.go(f"{vote.path}/dispute?done=settled")


async def _settle(visit: Visit, vote: VoteView, found: Evidence | None, kind: str, number: str, problems: list[Problem]) -> Response:
    decisions = await passed(visit)
    chosen = chosen_of(decisions, number)
    kinds = _kinds(found)
    asked = "decision" in visit.request.query_params
    if asked and not problems:
        problems = [visit.problem("kind", "settle.kind_missing")] if kind not in kinds else []
        problems += [visit.problem("decision", "deed.decision_missing")] if chosen is None else []
    ready = kind in kinds and chosen is not None
    return visit.page(
        "votes/settle",
        422 if problems else 200,
        problems=problems,
        vote=vote,
        ready=ready,
        kind=kind if kind in kinds else "",
        chosen=chosen,
        kinds=[{"value": one, "text": visit.say(f"settle.{one}"), "hint": visit.say(f"settle.{one}_hint")} for one in kinds],
        decisions=choices(decisions),
        cuts=[[unbroken(one.name or one.co_op), one.cut_at_close] for one in found.participants] if found else [],
        form=SETTLE,
    )


def _kinds(found: Evidence | None) -> list[str]:
    """Agreeing to what others have signed comes first."""
    if found is None:
        return []
    return [AGREE] if found.settlement else [CUTS, ANNUL]


def _settlement(vote: VoteView, found: Evidence, kind: str) -> bytes | None:
    """The body's bytes; the cuts are those that the page has shown."""
    if kind not in _kinds(found):
        return None
    if kind == AGREE:
        return found.settlement
    cuts = tuple((one.co_op, one.cut_at_close) for one in found.participants) if kind == CUTS else ()
    without = {line.split()[-1] for line in found.misconduct if line.split()} & {one.co_op for one in found.participants}
    return Settlement(vote.id, found.revision + 1, kind, tuple(sorted(cuts)), tuple(sorted(without))).data()


def _misconduct(visit: Visit, found: Evidence, line: str) -> str:
    """One line is a kind and a co-op id."""
    kind, _, co_op = line.partition(" ")
    key = f"misconduct.{kind}" if kind in _MISCONDUCT else "misconduct.other"
    return str(visit.say(key, co_op=found.names.get(co_op, co_op)))
