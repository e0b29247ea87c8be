"""The receipt of a ballot: what is recorded, its progress until it is counted, and how to look it up elsewhere."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as fed
from kith.federation.v1.enums import BallotWord
from libs.refusals import FailedPrecondition, NotFound, Refusal, Unavailable
from libs.rpc.enums import known_word
from services.web.drawings.step_diagrams import DiagramStep, step_diagram
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.ballots.carrier import CHANNELS
from services.web.pages.ballots.federated import fetch_my_vote_ballot
from services.web.pages.federated_votes import choice_fields
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote_view, group_by_four

BALLOT_STAGES = (BallotWord.RECORDED, BallotWord.WITNESSED, BallotWord.IN_TIME, BallotWord.COUNTED)


@dataclass(frozen=True)
class BallotStatus:
    """The progress of a ballot: how many of the four stages it has reached; `lost` when it will not be counted."""

    reached: int
    lost: bool
    why: str
    held_by: int
    held_of: int
    needed: int
    known: bool


async def show(ctx: PageContext) -> Response:
    """The whole receipt on one page, which can be printed."""
    vote = await fetch_vote_view(ctx)
    ballot = await fetch_my_vote_ballot(ctx, vote)
    if ballot is None:
        return ctx.redirect(vote.path)
    progress = await _fetch_progress(ctx, vote, ballot.pseudonym)
    receipt = await _fetch_receipt(ctx, vote, ballot.pseudonym)
    return ctx.render(
        "votes/receipt",
        vote=vote,
        withdrawn=ballot.withdrawn,
        choice_text=choice_fields.describe_choice(ctx, vote, [(mark.option, mark.points) for mark in ballot.marks]),
        pseudonym=group_by_four(ballot.pseudonym),
        typed=ballot.pseudonym,
        recorded_at=utc_datetime(ballot.recorded_at),
        how=ctx.say(f"news.vote_{ballot.taken if ballot.taken in CHANNELS else 'page'}"),
        progress=progress,
        drawing=_progress_drawing(ctx, progress),
        words=BALLOT_STAGES,
        signed=receipt is not None,
    )


async def download(ctx: PageContext) -> Response:
    """The signed receipt as a file."""
    vote = await fetch_vote_view(ctx)
    ballot = await fetch_my_vote_ballot(ctx, vote)
    receipt = await _fetch_receipt(ctx, vote, ballot.pseudonym) if ballot else None
    if receipt is None:
        return ctx.redirect(f"{vote.path}/receipt")
    return ctx.file_response(receipt, "vote-receipt.json", "application/json")


async def _fetch_progress(ctx: PageContext, vote: VoteView, pseudonym: str) -> BallotStatus:
    request = fed.GetBallotStatusRequest(vote_id=vote.id, pseudonym=pseudonym)
    try:
        response: fed.GetBallotStatusResponse = await ctx.call(ctx.state.services.evidence.GetBallotStatus, request)
    except (Unavailable, NotFound, FailedPrecondition):
        return BallotStatus(1, lost=False, why="", held_by=0, held_of=0, needed=0, known=False)
    word = known_word(fed.BallotWord, BallotWord, response.word, BallotWord.RECORDED)
    return BallotStatus(
        reached=BALLOT_STAGES.index(word) + 1 if word in BALLOT_STAGES else 1,
        lost=word is BallotWord.NOT_COUNTED,
        why=response.code,
        held_by=response.held_by,
        held_of=response.held_of,
        needed=response.needed,
        known=True,
    )


async def _fetch_receipt(ctx: PageContext, vote: VoteView, pseudonym: str) -> bytes | None:
    request = fed.GetReceiptRequest(vote_id=vote.id, pseudonym=pseudonym)
    try:
        response: fed.GetReceiptResponse = await ctx.call(ctx.state.services.evidence.GetReceipt, request)
    except Refusal:
        # It is signed a moment after the ballot is recorded, and the page says so.
        return None
    return response.receipt or None


def _progress_drawing(ctx: PageContext, progress: BallotStatus) -> Markup:
    steps = []
    for number, word in enumerate(BALLOT_STAGES, start=1):
        kind = "done" if number <= progress.reached else "todo"
        if progress.lost and number > progress.reached:
            kind = "no"
        steps.append(DiagramStep(kind, str(ctx.say(f"ballot_word.{word}"))))
    description = " ".join(f"{step.label}: {ctx.say(f'step.{step.kind}')}." for step in steps)
    return step_diagram(str(ctx.say("between_receipt.way")), description, steps)
