"""A dispute in plain words: what was found, what the software will not do, and what people can do."""

from starlette.responses import Response

from services.web.pages.votes import evidence, settle
from services.web.pages.votes.evidence import Evidence
from services.web.pages.votes.view import fetch, in_fours, unbroken
from services.web.visit import Visit

_WHY = {"two_outcomes", "split", "misconduct", "not_concluded"}
_MISCONDUCT = {"fork", "double_outcome", "late_cosignature", "falling_dates"}


async def show(visit: Visit) -> Response:
    """For every member; only the secretary has the ways to act."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    pending = settle.pending(found)
    return visit.page(
        "votes/dispute",
        vote=vote,
        evidence=found,
        why=found.why if found and found.why in _WHY else "",
        misconduct=[_misconduct(visit, found, line) for line in found.misconduct] if found else [],
        signed=[(unbroken(one.name or one.co_op), in_fours(one.outcome_hash[:16])) for one in found.participants if one.outcome_hash]
        if found
        else [],
        cuts=settle.table(visit, found, {one.co_op: one.cut_at_close for one in found.participants}) if found else [],
        pending=pending.kind if pending else "",
        pending_cuts=settle.table(visit, found, dict(pending.cuts)) if found and pending else [],
        settled_by=found.named(found.settled_by) if found else "",
        objections=found.named(found.objections) if found else "",
        settlers=vote.terms.settlers if vote.terms else "",
        secretary=bool(visit.session and visit.session.wears("secretary")),
        done=visit.query("done") if visit.query("done") in {"objected", "settled"} else "",
    )


def _misconduct(visit: Visit, found: Evidence, line: str) -> str:
    """One line is a kind and a co-op id."""
    kind, _, co_op = line.partition(" ")
    key = f"misconduct.{kind}" if kind in _MISCONDUCT else "misconduct.other"
    return str(visit.say(key, co_op=found.names.get(co_op, co_op)))
