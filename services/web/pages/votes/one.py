"""One vote: what it is about, who takes part, how it is counted, where it stands; and for who runs it the one thing to do next."""

from starlette.responses import Response

from libs.rulebook.counting import Basis
from services.web.pages.votes import evidence, marks, steps
from services.web.pages.votes.ballot import mine
from services.web.pages.votes.evidence import Evidence
from services.web.pages.votes.view import VoteView, fetch, in_fours
from services.web.visit import Visit
from services.web.words import counting
from services.web.words.catalogue import Line


async def show(visit: Visit) -> Response:
    """For every member; the acts are for the secretary and the scrutineers."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    ballot = await mine(visit, vote) if vote.has_voted else None
    choice = marks.of_ballot(ballot)
    session = visit.session
    done = visit.query("done")
    return visit.page(
        "votes/one",
        vote=vote,
        done=done if done in steps.DONE else "",
        chosen=marks.said(visit, vote, choice.marks) if choice else "",
        evidence=found,
        state=found.state if found else "",
        left=found.left if found and found.state == "left" else "",
        where=evidence.drawing(visit, found) if found else "",
        rows=evidence.rows(visit, found) if found else [],
        convener=found.names.get(vote.convener, vote.convener) if found else vote.convener,
        parties=[found.names.get(one, one) if found else one for one in vote.participants],
        observers=[one.name or one.co_op for one in found.boards if one.observer] if found else [],
        options=[] if vote.method in {"yes_no_abstain", "consent"} else vote.options,
        rule=vote.rule + _by_co_op(visit, vote, found),
        basis=_basis(vote),
        secretary=bool(session and session.wears("secretary")),
        scrutineer=bool(session and session.wears("scrutineer")),
        next=steps.next_step(vote, left=bool(found and found.state == "left")),
        may_withdraw=steps.may_withdraw(vote),
        vote_id=in_fours(vote.id),
    )


def _by_co_op(visit: Visit, vote: VoteView, found: Evidence | None) -> list[Line]:
    """How many must take part in a co-op that has a number of its own."""
    quorums = vote.terms.rule.co_op_quorums if vote.terms else {}
    names = found.names if found else {}
    said = (counting.co_op_quorum(visit.words, names.get(co_op, co_op), one.fraction, one.count) for co_op, one in quorums.items())
    return [line for lines in said for line in lines]


def _basis(vote: VoteView) -> str:
    return (vote.terms.rule.counting.basis if vote.terms else Basis.POOLED).value
