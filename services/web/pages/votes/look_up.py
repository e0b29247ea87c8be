"""Look-up: what do we hold for these 16 characters? Open to anybody: it shows nothing but what stands on public boards.

Without it, somebody who doubts their own co-op could check their ballot only on that co-op's own page.
"""

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as pb
from libs.boards.rows import as_typed
from libs.refusals import TooMany
from libs.signing import canonical
from libs.signing.canonical import Json
from services.web.pages.votes.view import in_fours
from services.web.visit import Visit

_WORDS = {
    pb.BALLOT_WORD_RECORDED: "recorded",
    pb.BALLOT_WORD_WITNESSED: "witnessed",
    pb.BALLOT_WORD_IN_TIME: "in_time",
    pb.BALLOT_WORD_COUNTED: "counted",
    pb.BALLOT_WORD_NOT_COUNTED: "not_counted",
}
_CODES = {"BAD_FORM", "BEFORE_OPEN", "NO_ROW", "TOO_MANY", "BAD_CHOICE"}


async def show(visit: Visit) -> Response:
    """The field, and under it what was found."""
    asked = visit.query("ballot")
    if not asked:
        return _page(visit, "", None, wrong="look_up.missing" if "ballot" in visit.request.query_params else "")
    if as_typed(asked) is None:
        return _page(visit, asked, None, wrong="look_up.wrong")
    client = visit.request.client
    if not visit.front.look_ups.let(client.host if client else "", visit.now):
        raise TooMany("LOOKED_UP_TOO_OFTEN")
    answer: pb.LookUpBallotResponse = await visit.ask(visit.front.services.evidence.LookUpBallot, pb.LookUpBallotRequest(pseudonym=asked))
    return _page(visit, asked, answer)


def _page(visit: Visit, asked: str, found: pb.LookUpBallotResponse | None, wrong: str = "") -> Response:
    problems = [visit.problem("ballot", wrong)] if wrong else []
    ballots = [] if found is None else [_said(visit, one) for one in found.ballots]
    return visit.page(
        "votes/look_up",
        422 if wrong else 200,
        problems=problems,
        asked=asked,
        found=found,
        typed=in_fours(found.pseudonym) if found else "",
        question=next((one.question for one in found.ballots), "") if found else "",
        ballots=ballots,
    )


def _said(visit: Visit, one: pb.FoundBallot) -> dict[str, object]:
    word = _WORDS.get(one.word, "recorded")
    return {
        "number": one.index,
        "choice": _choice(visit, one.choice),
        "word": word,
        "kind": {"counted": "yes", "not_counted": "no"}.get(word, "calm"),
        "code": visit.say(f"ballot_code.{one.code}") if one.code in _CODES else "",
    }


def _choice(visit: Visit, data: bytes) -> str:
    """As the entry has it: a text, a list or points."""
    if not data:
        return str(visit.say("look_up.taken_back"))
    choice: Json = canonical.decode(data)
    if isinstance(choice, dict):
        return " · ".join(str(visit.say("ballot.scored", option=option, points=points)) for option, points in choice.items()) or _none(
            visit
        )
    if isinstance(choice, list):
        return " · ".join(str(one) for one in choice) or _none(visit)
    key = f"choice.{choice}"
    return str(visit.say(key)) if visit.words.knows(key) else str(choice)


def _none(visit: Visit) -> str:
    return str(visit.say("ballot.none_chosen"))
