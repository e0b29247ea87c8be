"""One's own ballot in a vote with other co-ops: choose, check, cast or take back."""

from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import Conflict, Invalid, Refusal
from services.web.door.forms import Form
from services.web.pages.votes import marks
from services.web.pages.votes.marks import Choice
from services.web.pages.votes.view import VoteView, fetch
from services.web.visit import Problem, Visit

CHOOSE, CAST, TAKE_BACK = "ballot-between-choose", "ballot-between-cast", "ballot-between-back"


async def show(visit: Visit) -> Response:
    """The question, what is not promised, and the choices; what was chosen before is marked."""
    vote = await fetch(visit)
    if not (vote.open and vote.may_vote):
        return visit.go(vote.path)
    drafted = marks.of_fields(visit, vote, await visit.draft(_draft(vote)))
    return _question(visit, vote, drafted or marks.of_ballot(await mine(visit, vote)), [])


async def choose(visit: Visit, form: Form) -> Response:
    """A choice was made; nothing is recorded yet."""
    vote = await fetch(visit)
    choice, problems = marks.read(visit, vote, form)
    if choice is None:
        return _question(visit, vote, None, problems, 422)
    await visit.keep_draft(_draft(vote), marks.fields(vote, choice))
    return visit.go(f"{vote.path}/check")


async def show_check(visit: Visit) -> Response:
    """The answer again, before it is recorded."""
    vote = await fetch(visit)
    choice = marks.of_fields(visit, vote, await visit.draft(_draft(vote)))
    if choice is None:
        return visit.go(f"{vote.path}/vote")
    ballot = await mine(visit, vote)
    return _check(visit, vote, choice, ballot.revision if ballot else 0, [])


async def cast(visit: Visit, form: Form) -> Response:
    """Record it. A stale page is told so and shows what stands now."""
    vote = await fetch(visit)
    choice, problems = marks.read(visit, vote, form)
    if choice is None:
        return _question(visit, vote, None, problems, 422)
    try:
        await _send(visit, vote, form, pb.CastVoteBallotRequest(marks=choice.wire))
    except (Conflict, Invalid) as refusal:
        return await _stale(visit, vote, choice, refusal)
    await visit.drop_draft(_draft(vote))
    return visit.go(f"{vote.path}/receipt")


async def show_take_back(visit: Visit) -> Response:
    """Asks once more before the ballot is taken back."""
    vote = await fetch(visit)
    ballot = await mine(visit, vote)
    if not vote.open or ballot is None or ballot.withdrawn:
        return visit.go(vote.path)
    return visit.page("votes/take_back", vote=vote, revision=ballot.revision, form=TAKE_BACK)


async def take_back(visit: Visit, form: Form) -> Response:
    """It counts for nothing until there is another one."""
    vote = await fetch(visit)
    await _send(visit, vote, form, pb.CastVoteBallotRequest(withdraw=True))
    await visit.drop_draft(_draft(vote))
    return visit.go(f"{vote.path}/receipt")


async def mine(visit: Visit, vote: VoteView) -> pb.VoteBallot | None:
    """The visitor's own recorded ballot, if there is one."""
    answer: pb.GetMyVoteBallotResponse = await visit.ask(
        visit.front.services.votes.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=vote.id)
    )
    return answer.ballot if answer.HasField("ballot") else None


async def _send(visit: Visit, vote: VoteView, form: Form, request: pb.CastVoteBallotRequest) -> None:
    revision = form.text("revision")
    request.request_id, request.vote_id = form.request_id, vote.id
    request.revision = int(revision) if revision.isdecimal() and len(revision) < 10 else 0
    await visit.ask(visit.front.services.votes.CastVoteBallot, request)


def _question(visit: Visit, vote: VoteView, chosen: Choice | None, problems: list[Problem], code: int = 200) -> Response:
    return visit.page(
        "votes/ballot",
        code,
        problems=problems,
        vote=vote,
        answers=marks.answers(visit, vote, chosen),
        kind=marks.kind(vote),
        form=CHOOSE,
    )


def _check(visit: Visit, vote: VoteView, choice: Choice, revision: int, problems: list[Problem], code: int = 200) -> Response:
    return visit.page(
        "votes/check",
        code,
        problems=problems,
        vote=vote,
        said=marks.said(visit, vote, choice.marks),
        kept=marks.fields(vote, choice),
        revision=revision,
        form=CAST,
    )


async def _stale(visit: Visit, vote: VoteView, choice: Choice, refusal: Refusal) -> Response:
    ballot = await mine(visit, vote)
    problems = [Problem("", one.text) for one in visit.problems(refusal)]
    return _check(visit, vote, choice, ballot.revision if ballot else 0, problems, 409)


def _draft(vote: VoteView) -> str:
    return f"ballot {vote.id}"
