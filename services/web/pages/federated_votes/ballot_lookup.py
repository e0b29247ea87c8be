"""Ballot look-up by its 16 characters. Open to anybody: it shows only what is on public boards.

Without it, somebody who doubts their own co-op could check their ballot only on that co-op's own page.
"""

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1.enums import BallotWord
from libs.boards.pseudonyms import parse_typed_pseudonym
from libs.refusals import TooMany
from libs.rpc.enums import known_word
from libs.signing import canonical
from libs.signing.canonical import Json
from services.web.page_context import PageContext
from services.web.pages.federated_votes.vote_view import group_by_four

_KNOWN_CODES = {"BAD_FORM", "BEFORE_OPEN", "NO_ROW", "TOO_MANY", "BAD_CHOICE"}


async def show(ctx: PageContext) -> Response:
    """The form, and the ballots found under it."""
    pseudonym = ctx.query_param("ballot")
    if not pseudonym:
        return _page(ctx, "", None, wrong="look_up.missing" if "ballot" in ctx.request.query_params else "")
    if parse_typed_pseudonym(pseudonym) is None:
        return _page(ctx, pseudonym, None, wrong="look_up.wrong")
    client = ctx.request.client
    if not ctx.state.look_up_limiter.allow(client.host if client else "", ctx.now):
        raise TooMany("LOOKED_UP_TOO_OFTEN")
    response: pb.LookUpBallotResponse = await ctx.call(
        ctx.state.services.evidence.LookUpBallot, pb.LookUpBallotRequest(pseudonym=pseudonym)
    )
    return _page(ctx, pseudonym, response)


def _page(ctx: PageContext, pseudonym: str, response: pb.LookUpBallotResponse | None, wrong: str = "") -> Response:
    problems = [ctx.form_problem("ballot", wrong)] if wrong else []
    ballots = [] if response is None else [_ballot_row(ctx, ballot) for ballot in response.ballots]
    return ctx.render(
        "votes/look_up",
        422 if wrong else 200,
        problems=problems,
        pseudonym=pseudonym,
        lookup=response,
        typed=group_by_four(response.pseudonym) if response else "",
        question=next((ballot.question for ballot in response.ballots), "") if response else "",
        ballots=ballots,
    )


def _ballot_row(ctx: PageContext, ballot: pb.FoundBallot) -> dict[str, object]:
    word = known_word(pb.BallotWord, BallotWord, ballot.word, BallotWord.RECORDED)
    return {
        "number": ballot.index,
        "choice": _describe_choice(ctx, ballot.choice),
        "word": word,
        "kind": {BallotWord.COUNTED: "yes", BallotWord.NOT_COUNTED: "no"}.get(word, "calm"),
        "code": ctx.say(f"ballot_code.{ballot.code}") if ballot.code in _KNOWN_CODES else "",
    }


def _describe_choice(ctx: PageContext, data: bytes) -> str:
    """The choice of a board entry in words: one option, several, or points."""
    if not data:
        return str(ctx.say("look_up.taken_back"))
    choice: Json = canonical.decode(data)
    if isinstance(choice, dict):
        return " · ".join(str(ctx.say("ballot.scored", option=option, points=points)) for option, points in choice.items()) or _none_chosen(
            ctx
        )
    if isinstance(choice, list):
        return " · ".join(str(option) for option in choice) or _none_chosen(ctx)
    key = f"choice.{choice}"
    return str(ctx.say(key)) if ctx.catalogue.has(key) else str(choice)


def _none_chosen(ctx: PageContext) -> str:
    return str(ctx.say("ballot.none_chosen"))
