"""A dispute in plain words: what was found, what the software will not do, and what people can do."""

from starlette.responses import Response

from services.web.page_context import PageContext
from services.web.pages.federated_votes import evidence, settlement
from services.web.pages.federated_votes.evidence import EvidenceView
from services.web.pages.federated_votes.vote_view import fetch_vote_view, group_by_four, no_break_hyphens

_KNOWN_REASONS = {"two_outcomes", "split", "misconduct", "not_concluded"}
_KNOWN_MISCONDUCT = {"fork", "double_outcome", "late_cosignature", "falling_dates"}


async def show(ctx: PageContext) -> Response:
    """The dispute, for every member; only the secretary sees the actions."""
    vote = await fetch_vote_view(ctx)
    vote_evidence = await evidence.fetch_evidence(ctx, vote.id)
    pending = settlement.pending_settlement(vote_evidence)
    return ctx.render(
        "votes/dispute",
        vote=vote,
        evidence=vote_evidence,
        why=vote_evidence.why if vote_evidence and vote_evidence.why in _KNOWN_REASONS else "",
        misconduct=[_describe_misconduct(ctx, vote_evidence, line) for line in vote_evidence.misconduct] if vote_evidence else [],
        signed=[
            (no_break_hyphens(board.name or board.co_op), group_by_four(board.outcome_hash[:16]))
            for board in vote_evidence.participants
            if board.outcome_hash
        ]
        if vote_evidence
        else [],
        cuts=settlement.board_size_table(ctx, vote_evidence, {board.co_op: board.cut_at_close for board in vote_evidence.participants})
        if vote_evidence
        else [],
        pending=pending.kind if pending else "",
        pending_cuts=settlement.board_size_table(ctx, vote_evidence, dict(pending.cuts)) if vote_evidence and pending else [],
        settled_by=vote_evidence.names_of(vote_evidence.settled_by) if vote_evidence else "",
        objections=vote_evidence.names_of(vote_evidence.objections) if vote_evidence else "",
        settlers=vote.terms.settlers if vote.terms else "",
        secretary=ctx.has_hat("secretary"),
        done=ctx.query_param("done") if ctx.query_param("done") in {"objected", "settled"} else "",
    )


def _describe_misconduct(ctx: PageContext, vote_evidence: EvidenceView, line: str) -> str:
    """The misconduct in words. One line is a kind and a co-op id."""
    kind, _, co_op = line.partition(" ")
    key = f"misconduct.{kind}" if kind in _KNOWN_MISCONDUCT else "misconduct.other"
    return str(ctx.say(key, co_op=vote_evidence.names_by_id.get(co_op, co_op)))
