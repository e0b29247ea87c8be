"""The page of one federated vote: its question, who takes part, how it is counted, its state; and the next step for those who run it."""

from starlette.responses import Response

from libs.rulebook.counting import Basis
from services.web.localisation import counting_rules
from services.web.localisation.catalogue import Sentence
from services.web.page_context import PageContext
from services.web.pages.ballots.federated import FederatedBallots
from services.web.pages.federated_votes import choice_fields, evidence, vote_steps
from services.web.pages.federated_votes.evidence import EvidenceView
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote_view, group_by_four


async def show(ctx: PageContext) -> Response:
    """The vote, for every member; the actions are for the secretary and the scrutineers."""
    vote = await fetch_vote_view(ctx)
    vote_evidence = await evidence.fetch_evidence(ctx, vote.id)
    ballot = await FederatedBallots().fetch_my_ballot(ctx, vote) if vote.has_voted else None
    choice = ballot.choice if ballot else None
    done = ctx.query_param("done")
    return ctx.render(
        "votes/one",
        vote=vote,
        done=done if done in vote_steps.DONE_MESSAGES else "",
        chosen=choice_fields.describe_choice(ctx, vote, choice.marks) if choice else "",
        evidence=vote_evidence,
        state=vote_evidence.state if vote_evidence else "",
        left=vote_evidence.withdrawn_names if vote_evidence and vote_evidence.state == "left" else "",
        where=evidence.progress_drawing(ctx, vote_evidence) if vote_evidence else "",
        rows=evidence.co_op_rows(ctx, vote_evidence) if vote_evidence else [],
        convener=vote_evidence.names_by_id.get(vote.convener, vote.convener) if vote_evidence else vote.convener,
        parties=[vote_evidence.names_by_id.get(co_op, co_op) if vote_evidence else co_op for co_op in vote.participants],
        observers=[board.name or board.co_op for board in vote_evidence.boards if board.observer] if vote_evidence else [],
        options=[] if vote.method in {"yes_no_abstain", "consent"} else vote.options,
        rule=vote.rule + _co_op_quorums(ctx, vote, vote_evidence),
        basis=_basis(vote),
        secretary=ctx.has_hat("secretary"),
        scrutineer=ctx.has_hat("scrutineer"),
        next=vote_steps.next_step(vote, left=bool(vote_evidence and vote_evidence.state == "left")),
        may_withdraw=vote_steps.may_withdraw(vote),
        vote_id=group_by_four(vote.id),
    )


def _co_op_quorums(ctx: PageContext, vote: VoteView, vote_evidence: EvidenceView | None) -> list[Sentence]:
    """The quorums of co-ops that have their own."""
    quorums = vote.terms.rule.co_op_quorums if vote.terms else {}
    names = vote_evidence.names_by_id if vote_evidence else {}
    sentences = (
        counting_rules.describe_co_op_quorum(ctx.catalogue, names.get(co_op, co_op), quorum.fraction, quorum.count)
        for co_op, quorum in quorums.items()
    )
    return [line for lines in sentences for line in lines]


def _basis(vote: VoteView) -> str:
    return (vote.terms.rule.counting.basis if vote.terms else Basis.POOLED).value
