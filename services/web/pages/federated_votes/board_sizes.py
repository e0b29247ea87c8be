"""Board sizes for a settlement: every size at which the evidence allows a board to be cut, and who claims it. People choose; we do not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from kith.federation.v1 import federation_pb2 as fed
from libs.refusals import FailedPrecondition, NotFound, Unavailable
from services.web.page_context import PageContext
from services.web.pages.federated_votes import bundle_boards, outcome_document
from services.web.pages.federated_votes.bundle_boards import BundleBoards, VotersAtSize
from services.web.pages.federated_votes.evidence import EvidenceView
from services.web.pages.federated_votes.vote_view import VoteView

IN_TIME, COUNTED, AT_END, TODAY, HELD_BY_WITNESSES, OUR_COPY, NONE = "in_time", "counted", "at_end", "today", "held", "our_copy", "none"


@dataclass(frozen=True)
class SizeClaim:
    """A reason to choose a size, and the co-ops that claim it."""

    size: int
    reason: str
    co_ops: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoardSize:
    """A size to choose: so many entries of the board, and its votes where they are known."""

    size: int
    label: Markup
    reason: Markup
    in_time: bool

    @property
    def form_option(self) -> dict[str, object]:
        """The size as an option of a form field."""
        return {"value": str(self.size), "text": self.label, "hint": self.reason}


async def list_board_sizes(ctx: PageContext, vote: VoteView, vote_evidence: EvidenceView) -> dict[str, list[BoardSize]]:
    """The sizes to choose from by co-op, the smallest first. Sizes with the same votes are one choice."""
    bundle = await bundle_boards.fetch_boards(ctx, vote.id, vote.terms) if vote.terms else None
    counted, co_ops = await _fetch_counted_sizes(ctx, vote)
    guilty = vote_evidence.guilty
    return {
        board.co_op: _merge_claims(
            ctx, vote_evidence, bundle, board.co_op, [*_list_claims(board, bundle, counted, co_ops), *_zero_claim(board.co_op in guilty)]
        )
        for board in vote_evidence.participants
    }


def describe_size(ctx: PageContext, size: int, votes: int | None) -> Markup:
    """A size in words. Lines are numbered as on the look-up page: the first is 0."""
    if not size:
        return ctx.say("settle.no_line")
    return ctx.say("settle.line", line=size - 1) if votes is None else ctx.say("settle.line_votes", votes, line=size - 1)


def _list_claims(
    board: fed.BoardView, bundle: BundleBoards | None, counted: Mapping[str, int], co_ops: tuple[str, ...]
) -> Iterable[SizeClaim]:
    yield SizeClaim(board.cut_at_close, IN_TIME)
    if board.co_op in counted:
        yield SizeClaim(counted[board.co_op], COUNTED, co_ops)
    for party, size in sorted(bundle.held_sizes.get(board.co_op, {}).items()) if bundle else ():
        yield SizeClaim(size, AT_END, (party,))
    yield SizeClaim(board.cut, TODAY)
    yield SizeClaim(board.size, HELD_BY_WITNESSES, tuple(board.witnesses)) if board.witnesses else SizeClaim(board.size, OUR_COPY)


def _zero_claim(guilty: bool) -> Iterable[SizeClaim]:  # noqa: FBT001 - its only argument
    return [SizeClaim(0, NONE)] if guilty else []


def _merge_claims(
    ctx: PageContext, vote_evidence: EvidenceView, bundle: BundleBoards | None, co_op: str, claims: list[SizeClaim]
) -> list[BoardSize]:
    counts: Mapping[int, VotersAtSize] = bundle.count(co_op, {claim.size for claim in claims}) if bundle else {}
    claims_by_size: dict[int, list[SizeClaim]] = {}
    for claim in claims:
        claims_by_size.setdefault(counts[claim.size].size if claim.size in counts else claim.size, []).append(claim)
    return [_board_size(ctx, vote_evidence, size, counts, same_size) for size, same_size in sorted(claims_by_size.items())]


def _board_size(
    ctx: PageContext, vote_evidence: EvidenceView, size: int, counts: Mapping[int, VotersAtSize], claims: list[SizeClaim]
) -> BoardSize:
    reasons: dict[str, list[str]] = {}
    for claim in claims:
        reasons.setdefault(claim.reason, []).extend(claim.co_ops)
    if IN_TIME in reasons:
        # What was held in time is held today as well.
        reasons = {key: co_ops for key, co_ops in reasons.items() if key not in (TODAY, HELD_BY_WITNESSES, OUR_COPY)}
    why = Markup(" ").join(
        ctx.say(f"settle.why_{key}", co_ops=vote_evidence.names_of(list(dict.fromkeys(co_ops)))) for key, co_ops in reasons.items()
    )
    votes = next((counts[claim.size].voters for claim in claims if claim.size in counts), None)
    return BoardSize(size, describe_size(ctx, size, votes), why, IN_TIME in reasons)


async def _fetch_counted_sizes(ctx: PageContext, vote: VoteView) -> tuple[dict[str, int], tuple[str, ...]]:
    """The size at which each board counted in the outcome that our co-op signed, and the co-ops that signed the same."""
    try:
        response: fed.GetOutcomeResponse = await ctx.call(ctx.state.services.evidence.GetOutcome, fed.GetOutcomeRequest(vote_id=vote.id))
    except (Unavailable, NotFound, FailedPrecondition):
        return {}, ()
    if not response.outcome:
        return {}, ()
    return {co_op: size for co_op, size, _ in outcome_document.parse_outcome(response.outcome).boards}, tuple(
        signer.co_op for signer in response.signers if signer.hash == response.hash
    )
