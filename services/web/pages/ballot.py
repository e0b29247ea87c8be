"""Casting one's own ballot: choose, check, confirm, receipt. Each is one page with one decision."""

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import Conflict, Invalid, Refusal
from services.web.door.forms import Form
from services.web.pages.motion_view import MotionView, fetch, my_ballot, view
from services.web.visit import Problem, Visit, utc

CHOOSE, CAST = "ballot-choose", "ballot-cast"
TAKEN = {"page", "paper", "phone", "helper", "command_line"}
"""The ways a vote comes in that we have words for."""


async def show_vote(visit: Visit) -> Response:
    """The question and its choices; what was chosen before is marked."""
    motion = view(visit, await fetch(visit, visit.part("motion")))
    if not (motion.open and motion.may_vote):
        return visit.go(f"/motions/{motion.id}")
    ballot = await my_ballot(visit, motion.id)
    chosen = (await visit.draft(_draft(motion.id))).get("choice") or (ballot.choice if ballot else "")
    return _question(visit, motion, chosen, [])


async def choose(visit: Visit, form: Form) -> Response:
    """A choice was made; nothing is recorded yet."""
    motion = view(visit, await fetch(visit, visit.part("motion")))
    choice = form.text("choice")
    if choice not in motion.options:
        return _question(visit, motion, "", [visit.problem("choice", "vote.choice_missing")], 422)
    await visit.keep_draft(_draft(motion.id), {"choice": choice})
    return visit.go(f"/motions/{motion.id}/check")


async def show_check(visit: Visit) -> Response:
    """The answer again, before it is recorded."""
    motion = view(visit, await fetch(visit, visit.part("motion")))
    choice = (await visit.draft(_draft(motion.id))).get("choice", "")
    if not choice:
        return visit.go(f"/motions/{motion.id}/vote")
    ballot = await my_ballot(visit, motion.id)
    return _check(visit, motion, choice, ballot.revision if ballot else 0, [])


async def cast(visit: Visit, form: Form) -> Response:
    """Record it. A stale page is told so and shows what stands now."""
    motion_id = visit.part("motion")
    choice, revision = form.text("choice"), form.text("revision")
    request = pb.CastBallotRequest(
        request_id=form.request_id, motion_id=motion_id, choice=choice, revision=int(revision) if revision.isdecimal() else 0
    )
    try:
        await visit.ask(visit.front.services.governance.CastBallot, request)
    except (Conflict, Invalid) as refusal:
        return await _stale(visit, motion_id, choice, refusal)
    await visit.drop_draft(_draft(motion_id))
    return visit.go(f"/motions/{motion_id}/receipt")


async def show_receipt(visit: Visit) -> Response:
    """What is recorded, in whose sight, and how to change it."""
    motion = view(visit, await fetch(visit, visit.part("motion")))
    ballot = await my_ballot(visit, motion.id)
    if ballot is None:
        return visit.go(f"/motions/{motion.id}")
    return visit.page(
        "receipt",
        motion=motion,
        choice=ballot.choice,
        number=ballot.revision,
        recorded_at=utc(ballot.recorded_at),
        ballot_id=ballot.ballot_id,
        how=visit.say(f"news.vote_{ballot.taken if ballot.taken in TAKEN else 'page'}"),
    )


async def show_paper(visit: Visit) -> Response:
    """The ballot as a sheet of paper."""
    motion = view(visit, await fetch(visit, visit.part("motion")))
    names = await visit.names([visit.person_id])
    return visit.page("paper_ballot", motion=motion, name=names[visit.person_id].full)


def _question(visit: Visit, motion: MotionView, chosen: str, problems: list[Problem], code: int = 200) -> Response:
    return visit.page("vote", code, problems=problems, motion=motion, chosen=chosen, options=options(visit, motion), form=CHOOSE)


def options(visit: Visit, motion: MotionView) -> list[dict[str, str]]:
    """The choices with what each means."""
    return [{"value": one, "text": str(visit.say(f"choice.{one}")), "hint": motion.means.get(one, "")} for one in motion.options]


def _check(visit: Visit, motion: MotionView, choice: str, revision: int, problems: list[Problem], code: int = 200) -> Response:
    return visit.page("check_vote", code, problems=problems, motion=motion, choice=choice, revision=revision, form=CAST)


async def _stale(visit: Visit, motion_id: str, choice: str, refusal: Refusal) -> Response:
    motion = view(visit, await fetch(visit, motion_id))
    ballot = await my_ballot(visit, motion_id)
    problems = [Problem("", one.text) for one in visit.problems(refusal)]
    if choice not in motion.options:
        return _question(visit, motion, "", problems, 422)
    return _check(visit, motion, choice, ballot.revision if ballot else 0, problems, 409)


def _draft(motion_id: str) -> str:
    return f"ballot {motion_id}"
