"""Settling a dispute: agree to what the others signed, choose the size at which each board counts, or annul the vote.

Choose the kind and the decision; where boards are to count, choose the size of each among those that the evidence allows; then check
and confirm. Nothing of it is secret, so the choices are query parameters until the last step.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from libs.boards.documents import ANNUL, CUTS, Settlement, read_settlement_body
from libs.refusals import NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.confirmed_actions import PassedDecision, decision_choices, find_decision, list_passed_decisions
from services.web.pages.federated_votes import evidence
from services.web.pages.federated_votes.board_sizes import BoardSize, describe_size, list_board_sizes
from services.web.pages.federated_votes.evidence import EvidenceView
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote_view, no_break_hyphens

SETTLE = "vote-settle"
AGREE = "agree"
_SIZE_PREFIX = "size-"


@dataclass(frozen=True)
class SettlementChoice:
    """The choices so far; `sizes` by co-op, as far as they are among those offered."""

    kind: str
    decision: PassedDecision | None
    sizes: Mapping[str, BoardSize]


async def show(ctx: PageContext) -> Response:
    """The page of the next step."""
    vote = await fetch_vote_view(ctx)
    vote_evidence = await evidence.fetch_evidence(ctx, vote.id)
    fields = dict(ctx.request.query_params)
    return await _next_step(ctx, vote, vote_evidence, fields, [])


async def settle(ctx: PageContext, form: Form) -> Response:
    """Agree to the settlement. It takes effect once offered co-op without proven misconduct has agreed to the same."""
    vote = await fetch_vote_view(ctx)
    vote_evidence = await evidence.fetch_evidence(ctx, vote.id)
    chosen = await _read_choice(ctx, vote, vote_evidence, form.fields)
    settlement = _settlement_body(vote, vote_evidence, chosen) if vote_evidence else None
    if chosen.decision is None or settlement is None:
        return ctx.redirect(f"{vote.path}/settle")
    number = chosen.decision.number
    request = pb.SettleVoteRequest(request_id=form.request_id, vote_id=vote.id, decision_number=number, settlement=settlement)
    try:
        await ctx.call(ctx.state.services.votes.SettleVote, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _next_step(ctx, vote, vote_evidence, form.fields, ctx.form_problems(refusal))
    return ctx.redirect(f"{vote.path}/dispute?done=settled")


def pending_settlement(vote_evidence: EvidenceView | None) -> Settlement | None:
    """The settlement that some co-ops have signed and others have not."""
    return read_settlement_body(vote_evidence.settlement) if vote_evidence and vote_evidence.settlement else None


def board_size_table(ctx: PageContext, vote_evidence: EvidenceView, sizes: Mapping[str, int]) -> list[list[str | Markup]]:
    """A row for each board: its co-op, and the size at which it counts."""
    return [
        [no_break_hyphens(board.name or board.co_op), describe_size(ctx, sizes[board.co_op], None)]
        for board in vote_evidence.participants
        if board.co_op in sizes
    ]


async def _next_step(
    ctx: PageContext, vote: VoteView, vote_evidence: EvidenceView | None, fields: Mapping[str, str], problems: list[FormProblem]
) -> Response:
    chosen = await _read_choice(ctx, vote, vote_evidence, fields)
    if not problems and "decision" in fields:
        problems = [ctx.form_problem("kind", "settle.kind_missing")] if not chosen.kind else []
        problems += [ctx.form_problem("decision", "deed.decision_missing")] if chosen.decision is None else []
    if vote_evidence is None or not chosen.kind or chosen.decision is None:
        return await _kind_page(ctx, vote, vote_evidence, chosen, problems)
    if chosen.kind == CUTS and len(chosen.sizes) < len(vote_evidence.participants):
        sizes_sent = any(name.startswith(_SIZE_PREFIX) for name in fields)
        missing = [board.co_op for board in vote_evidence.participants if sizes_sent and board.co_op not in chosen.sizes]
        problems += [
            ctx.form_problem(f"{_SIZE_PREFIX}{co_op}", "settle.size_missing", co_op=vote_evidence.names_of([co_op])) for co_op in missing
        ]
        return await _sizes_page(ctx, vote, vote_evidence, chosen, problems)
    return _check_page(ctx, vote, vote_evidence, chosen, problems)


async def _kind_page(
    ctx: PageContext, vote: VoteView, vote_evidence: EvidenceView | None, chosen: SettlementChoice, problems: list[FormProblem]
) -> Response:
    return ctx.render(
        "votes/settle",
        422 if problems else 200,
        problems=problems,
        vote=vote,
        kind=chosen.kind,
        chosen=chosen.decision,
        kinds=[
            {"value": kind, "text": ctx.say(f"settle.{kind}"), "hint": ctx.say(f"settle.{kind}_hint")}
            for kind in _kinds_offered(vote_evidence)
        ],
        decisions=decision_choices(await list_passed_decisions(ctx)),
    )


async def _sizes_page(
    ctx: PageContext, vote: VoteView, vote_evidence: EvidenceView, chosen: SettlementChoice, problems: list[FormProblem]
) -> Response:
    offered = await list_board_sizes(ctx, vote, vote_evidence)
    boards = [
        {
            "field": f"{_SIZE_PREFIX}{co_op}",
            "name": vote_evidence.names_of([co_op]),
            "picks": [size.form_option for size in sizes],
            "value": str((chosen.sizes.get(co_op) or next(size for size in sizes if size.in_time)).size),
        }
        for co_op, sizes in offered.items()
        if len(sizes) > 1
    ]
    clear = {co_op: sizes[0] for co_op, sizes in offered.items() if len(sizes) == 1}
    return ctx.render(
        "votes/settle_sizes",
        422 if problems else 200,
        problems=problems,
        vote=vote,
        chosen=chosen,
        boards=boards,
        clear=[[no_break_hyphens(vote_evidence.names_of([co_op])), size.label] for co_op, size in clear.items()],
        hidden_fields={f"{_SIZE_PREFIX}{co_op}": size.size for co_op, size in clear.items()},
    )


def _check_page(
    ctx: PageContext, vote: VoteView, vote_evidence: EvidenceView, chosen: SettlementChoice, problems: list[FormProblem]
) -> Response:
    pending = pending_settlement(vote_evidence) if chosen.kind == AGREE else None
    number = chosen.decision.number if chosen.decision else 0
    again = f"{vote.path}/settle?kind={chosen.kind}&decision={number}"
    kind = pending.kind if pending else chosen.kind
    boards = [(vote_evidence.names_of([co_op]), size.label) for co_op, size in chosen.sizes.items()]
    if pending:
        boards = [(vote_evidence.names_of([co_op]), describe_size(ctx, size, None)) for co_op, size in pending.cuts]
    return ctx.render(
        "votes/settle_check",
        422 if problems else 200,
        problems=problems,
        vote=vote,
        chosen=chosen,
        kind=ctx.say(f"settle.{kind}"),
        by_others=vote_evidence.names_of(vote_evidence.settled_by) if pending else "",
        boards=[{"name": name, "value": value, "path": "" if pending else again} for name, value in boards],
        without=vote_evidence.names_of(sorted(vote_evidence.guilty)),
        hidden_fields={f"{_SIZE_PREFIX}{co_op}": size.size for co_op, size in chosen.sizes.items()},
        form=SETTLE,
    )


async def _read_choice(ctx: PageContext, vote: VoteView, vote_evidence: EvidenceView | None, fields: Mapping[str, str]) -> SettlementChoice:
    kind = fields.get("kind", "")
    decision = find_decision(await list_passed_decisions(ctx), fields.get("decision", ""))
    sizes: dict[str, BoardSize] = {}
    if vote_evidence is not None and kind == CUTS and any(name.startswith(_SIZE_PREFIX) for name in fields):
        for co_op, choice in (await list_board_sizes(ctx, vote, vote_evidence)).items():
            chosen_size = next((option for option in choice if str(option.size) == fields.get(f"{_SIZE_PREFIX}{co_op}")), None)
            sizes |= {co_op: chosen_size} if chosen_size else {}
    return SettlementChoice(kind if kind in _kinds_offered(vote_evidence) else "", decision, sizes)


def _kinds_offered(vote_evidence: EvidenceView | None) -> list[str]:
    """The kinds to choose from. A settlement that others have signed is the only one: agreeing to two would agree to neither."""
    if vote_evidence is None:
        return []
    return [AGREE] if vote_evidence.settlement else [CUTS, ANNUL]


def _settlement_body(vote: VoteView, vote_evidence: EvidenceView, chosen: SettlementChoice) -> bytes | None:
    """The settlement's bytes, once everything is chosen."""
    if not chosen.kind or (chosen.kind == CUTS and len(chosen.sizes) < len(vote_evidence.participants)):
        return None
    if chosen.kind == AGREE:
        return vote_evidence.settlement
    cuts = tuple(sorted((co_op, size.size) for co_op, size in chosen.sizes.items()))
    return Settlement(vote.id, vote_evidence.revision + 1, chosen.kind, cuts, tuple(sorted(vote_evidence.guilty))).data()
