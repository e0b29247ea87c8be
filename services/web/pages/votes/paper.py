"""Votes that came on paper or by phone: written down by one, entered again by another who does not see the first."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.member_number import person_of
from services.web.pages.votes import marks
from services.web.pages.votes.marks import Choice
from services.web.pages.votes.view import fetch, fetched, group_names, view
from services.web.visit import Problem, Visit, utc

RECORD, CONFIRM = "paper-between-record", "paper-between-confirm"
_LOOKED_THROUGH = 200


async def show_record(visit: Visit) -> Response:
    """The first person's form."""
    return await _record(visit, {"taken": "paper", "member_number": visit.query("number")}, None, [])


async def record(visit: Visit, form: Form) -> Response:
    """Write it down. It waits for the second person."""
    vote = await fetch(visit)
    fields = {name: form.text(name) for name in ("member_number", "taken")}
    number = fields["member_number"]
    person_id = await person_of(visit, number) if number else ""
    choice, problems = marks.read(visit, vote, form)
    if not person_id:
        problems = [visit.problem("member_number", "paper.number_unknown" if number else "paper.number_missing"), *problems]
    if choice is not None and not problems:
        request = pb.RecordVoteBallotRequest(
            request_id=form.request_id, vote_id=vote.id, person_id=person_id, marks=choice.wire, taken=fields["taken"]
        )
        try:
            await visit.ask(visit.front.services.votes.RecordVoteBallot, request)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            problems = visit.problems(refusal, {"person_id": "member_number"})
    return await _record(visit, fields, choice, problems, 422) if problems else visit.go("/paper-votes?done=recorded")


async def waiting(visit: Visit) -> list[dict[str, object]]:
    """Those that wait for the second person, for the list of all paper votes. What was chosen is not shown."""
    ballots = await _unconfirmed(visit)
    names = await visit.names(one for ballot in ballots for one in (ballot.person_id, ballot.recorder))
    titles = {one: view(visit, await fetched(visit, one)).title for one in {ballot.motion_id for ballot in ballots}}
    return [
        {
            "path": f"/votes/{one.motion_id}/paper-votes/{one.record_id}",
            "motion": titles[one.motion_id],
            "name": names[one.person_id].full,
            "taken": visit.say(f"taken.{one.taken}"),
            "recorder": names[one.recorder].full,
            "mine": one.recorder == visit.person_id,
            "when": visit.moment(utc(one.recorded_at)),
        }
        for one in ballots
    ]


async def show_confirm(visit: Visit) -> Response:
    """The second person's form: the same choices, unmarked."""
    return await _confirm(visit, [])


async def confirm(visit: Visit, form: Form) -> Response:
    """The second person says what the paper says."""
    vote = await fetch(visit)
    choice, problems = marks.read(visit, vote, form)
    if choice is None:
        return await _confirm(visit, problems, 422)
    request = pb.ConfirmVoteBallotRequest(request_id=form.request_id, record_id=visit.part("record"), marks=choice.wire)
    try:
        answer: pb.ConfirmVoteBallotResponse = await visit.ask(visit.front.services.votes.ConfirmVoteBallot, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _confirm(visit, visit.problems(refusal), 422)
    return visit.go("/paper-votes?done=differs" if answer.differs else "/paper-votes?done=confirmed")


async def show_paper(visit: Visit) -> Response:
    """The ballot as a sheet of paper."""
    vote = await fetch(visit)
    names = await visit.names([visit.person_id])
    return visit.page(
        "votes/paper_ballot", vote=vote, name=names[visit.person_id].full, answers=marks.answers(visit, vote, None), kind=marks.kind(vote)
    )


async def _record(visit: Visit, fields: Mapping[str, str], choice: Choice | None, problems: list[Problem], code: int = 200) -> Response:
    vote = await fetch(visit)
    taken = [{"value": one, "text": str(visit.say(f"taken.{one}")), "hint": ""} for one in ("paper", "phone")]
    return visit.page(
        "votes/paper_record",
        code,
        problems=problems,
        vote=vote,
        fields=fields,
        answers=marks.answers(visit, vote, choice),
        kind=marks.kind(vote),
        taken=taken,
        form=RECORD,
    )


async def _confirm(visit: Visit, problems: list[Problem], code: int = 200) -> Response:
    vote = view(visit, await fetched(visit, visit.part("vote")), await group_names(visit))
    record_id = visit.part("record")
    found = next((one for one in await _unconfirmed(visit, vote.id) if one.record_id == record_id), None)
    if found is None:
        return visit.go("/paper-votes")
    names = await visit.names([found.person_id, found.recorder])
    return visit.page(
        "votes/paper_confirm",
        code,
        problems=problems,
        vote=vote,
        record_id=record_id,
        name=names[found.person_id].full,
        recorder=names[found.recorder].full,
        taken=visit.say(f"taken.{found.taken}"),
        answers=marks.answers(visit, vote, None),
        kind=marks.kind(vote),
        form=CONFIRM,
    )


async def _unconfirmed(visit: Visit, vote_id: str = "") -> list[gov.UnconfirmedBallot]:
    found: list[gov.UnconfirmedBallot] = []
    token = ""
    while True:
        answer: pb.ListUnconfirmedVoteBallotsResponse = await visit.ask(
            visit.front.services.votes.ListUnconfirmedVoteBallots,
            pb.ListUnconfirmedVoteBallotsRequest(vote_id=vote_id, page_size=_LOOKED_THROUGH, page_token=token),
        )
        found += answer.ballots
        token = answer.next_page_token
        if not token:
            return found
