"""The receipt: what is recorded, how far it is on its way to be counted, and how to look it up elsewhere."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as fed
from libs.refusals import Elsewhere, NotFound, NotNow, Refusal
from services.web.drawings.steps import Step, steps
from services.web.pages.ballot import TAKEN
from services.web.pages.votes import marks
from services.web.pages.votes.ballot import mine
from services.web.pages.votes.view import VoteView, fetch, in_fours
from services.web.visit import Visit, utc

WORDS = ("recorded", "witnessed", "in_time", "counted")
_REACHED = {
    fed.BALLOT_WORD_UNSPECIFIED: 1,
    fed.BALLOT_WORD_RECORDED: 1,
    fed.BALLOT_WORD_WITNESSED: 2,
    fed.BALLOT_WORD_IN_TIME: 3,
    fed.BALLOT_WORD_COUNTED: 4,
}


@dataclass(frozen=True)
class Far:
    """How far a ballot is: `reached` words of the four; `lost` when it will not be counted."""

    reached: int
    lost: bool
    why: str
    held_by: int
    held_of: int
    needed: int
    known: bool


async def show(visit: Visit) -> Response:
    """All of it on one page, which prints."""
    vote = await fetch(visit)
    ballot = await mine(visit, vote)
    if ballot is None:
        return visit.go(vote.path)
    far = await _how_far(visit, vote, ballot.pseudonym)
    receipt = await _receipt(visit, vote, ballot.pseudonym)
    return visit.page(
        "votes/receipt",
        vote=vote,
        withdrawn=ballot.withdrawn,
        said=marks.said(visit, vote, [(one.option, one.points) for one in ballot.marks]),
        pseudonym=in_fours(ballot.pseudonym),
        typed=ballot.pseudonym,
        recorded_at=utc(ballot.recorded_at),
        how=visit.say(f"news.vote_{ballot.taken if ballot.taken in TAKEN else 'page'}"),
        far=far,
        drawing=_drawing(visit, far),
        words=WORDS,
        signed=receipt is not None,
    )


async def download(visit: Visit) -> Response:
    """The signed receipt as a file."""
    vote = await fetch(visit)
    ballot = await mine(visit, vote)
    receipt = await _receipt(visit, vote, ballot.pseudonym) if ballot else None
    if receipt is None:
        return visit.go(f"{vote.path}/receipt")
    return visit.file(receipt, "vote-receipt.json", "application/json")


async def _how_far(visit: Visit, vote: VoteView, pseudonym: str) -> Far:
    request = fed.GetBallotStatusRequest(vote_id=vote.id, pseudonym=pseudonym)
    try:
        found: fed.GetBallotStatusResponse = await visit.ask(visit.front.services.evidence.GetBallotStatus, request)
    except (Elsewhere, NotFound, NotNow):
        return Far(1, lost=False, why="", held_by=0, held_of=0, needed=0, known=False)
    lost = found.word == fed.BALLOT_WORD_NOT_COUNTED
    return Far(
        reached=_REACHED.get(found.word, 1),
        lost=lost,
        why=found.code,
        held_by=found.held_by,
        held_of=found.held_of,
        needed=found.needed,
        known=True,
    )


async def _receipt(visit: Visit, vote: VoteView, pseudonym: str) -> bytes | None:
    request = fed.GetReceiptRequest(vote_id=vote.id, pseudonym=pseudonym)
    try:
        answer: fed.GetReceiptResponse = await visit.ask(visit.front.services.evidence.GetReceipt, request)
    except Refusal:
        # It is signed a moment after the ballot is recorded, and the page says so.
        return None
    return answer.receipt or None


def _drawing(visit: Visit, far: Far) -> Markup:
    way = []
    for at, word in enumerate(WORDS, start=1):
        kind = "done" if at <= far.reached else "todo"
        if far.lost and at > far.reached:
            kind = "no"
        way.append(Step(kind, str(visit.say(f"ballot_word.{word}"))))
    facts = " ".join(f"{one.label}: {visit.say(f'step.{one.kind}')}." for one in way)
    return steps(str(visit.say("between_receipt.way")), facts, way)
