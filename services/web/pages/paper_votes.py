"""Votes that came on paper or by phone. Two people write each one down, and the second does not see what the first wrote."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.ballot import options
from services.web.pages.member_number import person_of
from services.web.pages.motion_view import fetch, view
from services.web.pages.votes import paper as between
from services.web.visit import Problem, Visit, utc

RECORD, CONFIRM = "paper-record", "paper-confirm"
_PAGE = 50
_LOOKED_THROUGH = 200


async def show_record(visit: Visit) -> Response:
    """The first person's form."""
    return await _record(visit, {"taken": "paper", "member_number": visit.query("number")}, [])


async def record(visit: Visit, form: Form) -> Response:
    """Write it down. It waits for the second person."""
    motion_id = visit.part("motion")
    fields = {name: form.text(name) for name in ("member_number", "choice", "taken")}
    problems, person_id = [], ""
    if fields["member_number"]:
        person_id = await person_of(visit, fields["member_number"])
    if not person_id:
        problems.append(visit.problem("member_number", "paper.number_unknown" if fields["member_number"] else "paper.number_missing"))
    if not fields["choice"]:
        problems.append(visit.problem("choice", "paper.choice_missing"))
    if not problems:
        request = pb.RecordBallotRequest(
            request_id=form.request_id, motion_id=motion_id, person_id=person_id, choice=fields["choice"], taken=fields["taken"]
        )
        try:
            await visit.ask(visit.front.services.governance.RecordBallot, request)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            problems = visit.problems(refusal, {"person_id": "member_number"})
    return await _record(visit, fields, problems, 422) if problems else visit.go("/paper-votes?done=recorded")


async def show(visit: Visit) -> Response:
    """Those that wait for the second person. What was chosen is not shown."""
    request = pb.ListUnconfirmedBallotsRequest(page_size=_PAGE, page_token=visit.query("page"))
    answer: pb.ListUnconfirmedBallotsResponse = await visit.ask(visit.front.services.governance.ListUnconfirmedBallots, request)
    names = await visit.names(one for ballot in answer.ballots for one in (ballot.person_id, ballot.recorder))
    titles = {one: view(visit, await fetch(visit, one)).title for one in {ballot.motion_id for ballot in answer.ballots}}
    rows = [
        {
            "motion": titles[one.motion_id],
            "path": f"/paper-votes/{one.record_id}",
            "name": names[one.person_id].full,
            "taken": visit.say(f"taken.{one.taken}"),
            "recorder": names[one.recorder].full,
            "mine": one.recorder == visit.person_id,
            "when": visit.moment(utc(one.recorded_at)),
        }
        for one in answer.ballots
    ]
    done = visit.query("done") if visit.query("done") in {"recorded", "confirmed", "differs"} else ""
    more = f"/paper-votes?page={answer.next_page_token}" if answer.next_page_token else ""
    return visit.page("paper_votes", rows=[*rows, *await between.waiting(visit)], done=done, more=more)


async def show_confirm(visit: Visit) -> Response:
    """The second person's form: the paper, and the same choices unmarked."""
    return await _confirm(visit, [])


async def confirm(visit: Visit, form: Form) -> Response:
    """The second person says what the paper says."""
    choice = form.text("choice")
    if not choice:
        return await _confirm(visit, [visit.problem("choice", "paper.choice_missing")], 422)
    request = pb.ConfirmBallotRequest(request_id=form.request_id, record_id=visit.part("record"), choice=choice)
    try:
        answer: pb.ConfirmBallotResponse = await visit.ask(visit.front.services.governance.ConfirmBallot, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _confirm(visit, visit.problems(refusal), 422)
    return visit.go("/paper-votes?done=differs" if answer.differs else "/paper-votes?done=confirmed")


async def _record(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    motion = view(visit, await fetch(visit, visit.part("motion")))
    taken = [{"value": one, "text": str(visit.say(f"taken.{one}")), "hint": ""} for one in ("paper", "phone")]
    return visit.page(
        "paper_record", code, problems=problems, motion=motion, fields=fields, options=options(visit, motion), taken=taken, form=RECORD
    )


async def _confirm(visit: Visit, problems: list[Problem], code: int = 200) -> Response:
    record_id = visit.part("record")
    waiting = await _waiting(visit, record_id)
    if waiting is None:
        return visit.go("/paper-votes")
    motion = view(visit, await fetch(visit, waiting.motion_id))
    names = await visit.names([waiting.person_id, waiting.recorder])
    return visit.page(
        "paper_confirm",
        code,
        problems=problems,
        motion=motion,
        record_id=record_id,
        name=names[waiting.person_id].full,
        recorder=names[waiting.recorder].full,
        taken=visit.say(f"taken.{waiting.taken}"),
        options=options(visit, motion),
        form=CONFIRM,
    )


async def _waiting(visit: Visit, record_id: str) -> pb.UnconfirmedBallot | None:
    token = ""
    while True:
        answer: pb.ListUnconfirmedBallotsResponse = await visit.ask(
            visit.front.services.governance.ListUnconfirmedBallots,
            pb.ListUnconfirmedBallotsRequest(page_size=_LOOKED_THROUGH, page_token=token),
        )
        for one in answer.ballots:
            if one.record_id == record_id:
                return one
        token = answer.next_page_token
        if not token:
            return None
