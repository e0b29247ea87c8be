"""Ballots on a motion of our own co-op: one answer out of the motion's options."""

from kith.governance.v1 import governance_pb2 as pb
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.ballots.carrier import AnswerField, BallotChoice, BallotTexts, OwnBallot, PaperEntry
from services.web.pages.motion_view import MotionView, fetch_motion, fetch_my_ballot, motion_view
from services.web.pages.paging import fetch_all

_FIELD = "choice"


class MotionBallots:
    """See `BallotCarrier`."""

    form_suffix = ""

    async def fetch(self, ctx: PageContext, question_id: str = "") -> MotionView:
        return motion_view(ctx, await fetch_motion(ctx, question_id or ctx.path_param("motion")))

    def texts(self, _: MotionView) -> BallotTexts:
        return BallotTexts("radio", "vote.choose", "vote.recorded")

    def answers(self, ctx: PageContext, motion: MotionView, chosen: BallotChoice | None) -> list[AnswerField]:
        before = chosen.marks[0][0] if chosen else ""
        return [
            AnswerField(_FIELD, option, str(ctx.say(f"choice.{option}")), motion.means.get(option, ""), option == before)
            for option in motion.options
        ]

    def parse(self, ctx: PageContext, motion: MotionView, form: Form) -> tuple[BallotChoice | None, list[FormProblem]]:
        option = form.text(_FIELD)
        if option not in motion.options:
            return None, [ctx.form_problem(_FIELD, "vote.choice_missing")]
        return BallotChoice(((option, 0),)), []

    def form_fields(self, _: MotionView, choice: BallotChoice) -> dict[str, str]:
        return {_FIELD: choice.marks[0][0]}

    def describe(self, ctx: PageContext, _: MotionView, choice: BallotChoice) -> str:
        return str(ctx.say(f"choice.{choice.marks[0][0]}"))

    async def fetch_my_ballot(self, ctx: PageContext, motion: MotionView) -> OwnBallot | None:
        ballot = await fetch_my_ballot(ctx, motion.id)
        return OwnBallot(ballot.revision, BallotChoice(((ballot.choice, 0),))) if ballot else None

    async def cast(self, ctx: PageContext, motion: MotionView, choice: BallotChoice, revision: int, request_id: str) -> None:
        option = choice.marks[0][0]
        request = pb.CastBallotRequest(request_id=request_id, motion_id=motion.id, choice=option, revision=revision)
        await ctx.call(ctx.state.services.governance.CastBallot, request)

    async def record(self, ctx: PageContext, motion: MotionView, person_id: str, choice: BallotChoice, entry: PaperEntry) -> None:
        request = pb.RecordBallotRequest(
            request_id=entry.request_id,
            motion_id=motion.id,
            person_id=person_id,
            choice=choice.marks[0][0],
            taken=entry.channel,
            asked_for=entry.asked_for,
        )
        await ctx.call(ctx.state.services.governance.RecordBallot, request)

    async def list_unconfirmed(self, ctx: PageContext) -> list[pb.UnconfirmedBallot]:
        request = pb.ListUnconfirmedBallotsRequest()
        return await fetch_all(ctx, ctx.state.services.governance.ListUnconfirmedBallots, request, lambda response: response.ballots)

    def confirm_path(self, ballot: pb.UnconfirmedBallot) -> str:
        return f"/paper-votes/{ballot.record_id}"

    async def confirm(self, ctx: PageContext, record_id: str, choice: BallotChoice, entry: PaperEntry) -> bool:
        request = pb.ConfirmBallotRequest(
            request_id=entry.request_id, record_id=record_id, choice=choice.marks[0][0], asked_for=entry.asked_for
        )
        response: pb.ConfirmBallotResponse = await ctx.call(ctx.state.services.governance.ConfirmBallot, request)
        return response.differs
