"""How far a board can count in a settlement: every size that the evidence speaks for, with who speaks for it. People choose; we do not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from kith.federation.v1 import federation_pb2 as fed
from libs.refusals import Elsewhere, NotFound, NotNow
from services.web.pages.votes import boards, outcome
from services.web.pages.votes.boards import Boards, Counted
from services.web.pages.votes.evidence import Evidence
from services.web.pages.votes.view import VoteView
from services.web.visit import Visit

IN_TIME, COUNTED, AT_END, TODAY, HELD, OUR_COPY, NONE = "in_time", "counted", "at_end", "today", "held", "our_copy", "none"


@dataclass(frozen=True)
class Claim:
    """What speaks for a size, and which co-ops."""

    size: int
    why: str
    who: tuple[str, ...] = ()


@dataclass(frozen=True)
class Size:
    """A choice: so many entries of the board, and its votes where we can tell."""

    size: int
    said: Markup
    why: Markup
    in_time: bool

    @property
    def pick(self) -> dict[str, object]:
        """As a choice of a form."""
        return {"value": str(self.size), "text": self.said, "hint": self.why}


async def offered(visit: Visit, vote: VoteView, found: Evidence) -> dict[str, list[Size]]:
    """By co-op, the smallest size first. Sizes with the same votes are one choice."""
    read = await boards.fetch(visit, vote.id, vote.terms) if vote.terms else None
    counted, by = await _counted_here(visit, vote)
    guilty = found.guilty
    return {
        one.co_op: _sizes(visit, found, read, one.co_op, [*_claims(one, read, counted, by), *_none(one.co_op in guilty)])
        for one in found.participants
    }


def said(visit: Visit, size: int, votes: int | None) -> Markup:
    """A size in words. Lines are numbered as on the page where one looks up a ballot: the first is 0."""
    if not size:
        return visit.say("settle.no_line")
    return visit.say("settle.line", line=size - 1) if votes is None else visit.say("settle.line_votes", votes, line=size - 1)


def _claims(board: fed.BoardView, read: Boards | None, counted: Mapping[str, int], by: tuple[str, ...]) -> Iterable[Claim]:
    yield Claim(board.cut_at_close, IN_TIME)
    if board.co_op in counted:
        yield Claim(counted[board.co_op], COUNTED, by)
    for party, size in sorted(read.held.get(board.co_op, {}).items()) if read else ():
        yield Claim(size, AT_END, (party,))
    yield Claim(board.cut, TODAY)
    yield Claim(board.size, HELD, tuple(board.witnesses)) if board.witnesses else Claim(board.size, OUR_COPY)


def _none(guilty: bool) -> Iterable[Claim]:  # noqa: FBT001 - the one thing it asks
    return [Claim(0, NONE)] if guilty else []


def _sizes(visit: Visit, found: Evidence, read: Boards | None, co_op: str, claims: list[Claim]) -> list[Size]:
    means: Mapping[int, Counted] = read.counted(co_op, {one.size for one in claims}) if read else {}
    together: dict[int, list[Claim]] = {}
    for one in claims:
        together.setdefault(means[one.size].size if one.size in means else one.size, []).append(one)
    return [_size(visit, found, size, means, spoken) for size, spoken in sorted(together.items())]


def _size(visit: Visit, found: Evidence, size: int, means: Mapping[int, Counted], claims: list[Claim]) -> Size:
    reasons: dict[str, list[str]] = {}
    for one in claims:
        reasons.setdefault(one.why, []).extend(one.who)
    if IN_TIME in reasons:
        # What was held in time is held today as well.
        reasons = {key: who for key, who in reasons.items() if key not in (TODAY, HELD, OUR_COPY)}
    why = Markup(" ").join(visit.say(f"settle.why_{key}", co_ops=found.named(list(dict.fromkeys(who)))) for key, who in reasons.items())
    votes = next((means[one.size].votes for one in claims if one.size in means), None)
    return Size(size, said(visit, size, votes), why, IN_TIME in reasons)


async def _counted_here(visit: Visit, vote: VoteView) -> tuple[dict[str, int], tuple[str, ...]]:
    """How far each board counted in the outcome that our co-op signed, and who signed the same."""
    try:
        answer: fed.GetOutcomeResponse = await visit.ask(visit.front.services.evidence.GetOutcome, fed.GetOutcomeRequest(vote_id=vote.id))
    except (Elsewhere, NotFound, NotNow):
        return {}, ()
    if not answer.outcome:
        return {}, ()
    return {co_op: size for co_op, size, _ in outcome.read(answer.outcome).boards}, tuple(
        one.co_op for one in answer.signers if one.hash == answer.hash
    )
