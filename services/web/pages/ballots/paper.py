"""Ballots on paper or by phone. Two people enter each of them, and the second does not see what the first entered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic

from starlette.responses import Response

from libs.refusals import NotSignedIn, Refusal
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.ballots.carrier import BallotCarrier, BallotChoice, PaperEntry, QuestionT
from services.web.pages.member_lookup import find_person_id

_LIST = "/paper-votes"


@dataclass(frozen=True)
class PaperBallotPages(Generic[QuestionT]):
    """The two forms of one kind of vote."""

    carrier: BallotCarrier[QuestionT]

    @property
    def record_form(self) -> str:
        return f"paper{self.carrier.form_suffix}-record"

    @property
    def confirm_form(self) -> str:
        return f"paper{self.carrier.form_suffix}-confirm"

    async def show_record(self, ctx: PageContext) -> Response:
        """The first person's form."""
        question = await self.carrier.fetch(ctx)
        unsent = await form_keeping.load_unsent(ctx, self.record_form)
        fields = {"taken": "paper", "member_number": ctx.query_param("number"), "asked_for": ""}
        fields |= {name: value for name, value in unsent.items() if name in fields}
        choice = self.carrier.parse(ctx, question, Form(unsent))[0] if unsent else None
        return self._record_page(ctx, question, fields, choice, [])

    async def record(self, ctx: PageContext, form: Form) -> Response:
        """Record the ballot, which then waits for the second person."""
        question = await self.carrier.fetch(ctx)
        fields = {name: form.text(name) for name in ("member_number", "taken", "asked_for")}
        number = fields["member_number"]
        person_id = await find_person_id(ctx, number) if number else ""
        choice, problems = self.carrier.parse(ctx, question, form)
        if not person_id:
            problems = [ctx.form_problem("member_number", "paper.number_unknown" if number else "paper.number_missing"), *problems]
        if choice is not None and not problems:
            try:
                entry = PaperEntry(fields["taken"], fields["asked_for"] == "yes", form.request_id)
                await self.carrier.record(ctx, question, person_id, choice, entry)
            except NotSignedIn:
                raise
            except Refusal as refusal:
                problems = ctx.form_problems(refusal, {"person_id": "member_number", "asked_for": "asked_for"})
        if problems:
            return self._record_page(ctx, question, fields, choice, problems, 422)
        return ctx.redirect(f"{_LIST}?done=recorded")

    async def list_rows(self, ctx: PageContext) -> list[dict[str, object]]:
        """Ballots that wait for the second person, without the choices, as rows of the list."""
        ballots = await self.carrier.list_unconfirmed(ctx)
        names = await ctx.person_names(key for ballot in ballots for key in (ballot.person_id, ballot.recorder))
        titles = {key: (await self.carrier.fetch(ctx, key)).title for key in {ballot.motion_id for ballot in ballots}}
        return [
            {
                "path": self.carrier.confirm_path(ballot),
                "motion": titles[ballot.motion_id],
                "name": names[ballot.person_id].full,
                "taken": ctx.say(f"taken.{ballot.taken}"),
                "recorder": names[ballot.recorder].full,
                "mine": ballot.recorder == ctx.person_id,
                "when": ctx.format_moment(utc_datetime(ballot.recorded_at)),
            }
            for ballot in ballots
        ]

    async def show_confirm(self, ctx: PageContext) -> Response:
        """The second person's form: the paper, and the same answers unmarked."""
        return await self._confirm_page(ctx)

    async def confirm(self, ctx: PageContext, form: Form) -> Response:
        """Confirm the ballot with the choice that the second person reads on the paper."""
        return await self._confirm_page(ctx, form)

    async def _confirm_page(self, ctx: PageContext, form: Form | None = None) -> Response:
        record_id = ctx.path_param("record")
        ballot = next((ballot for ballot in await self.carrier.list_unconfirmed(ctx) if ballot.record_id == record_id), None)
        if ballot is None:
            return ctx.redirect(_LIST)
        question = await self.carrier.fetch(ctx, ballot.motion_id)
        problems: list[FormProblem] = []
        if form is not None:
            choice, problems = self.carrier.parse(ctx, question, form)
            if choice is not None:
                try:
                    entry = PaperEntry("", form.text("asked_for") == "yes", form.request_id)
                    differs = await self.carrier.confirm(ctx, record_id, choice, entry)
                except NotSignedIn:
                    raise
                except Refusal as refusal:
                    problems = ctx.form_problems(refusal, {"asked_for": "asked_for"})
                else:
                    return ctx.redirect(f"{_LIST}?done=differs" if differs else f"{_LIST}?done=confirmed")
        names = await ctx.person_names([ballot.person_id, ballot.recorder])
        return ctx.render(
            "paper_confirm",
            422 if problems else 200,
            problems=problems,
            vote=question,
            at=ctx.request_path,
            name=names[ballot.person_id].full,
            recorder=names[ballot.recorder].full,
            taken=ctx.say(f"taken.{ballot.taken}"),
            by_phone=ballot.taken == "phone",
            asked_for="yes" if form is not None and form.text("asked_for") == "yes" else "",
            asked=_asked_choices(ctx),
            answers=self.carrier.answers(ctx, question, None),
            texts=self.carrier.texts(question),
            form=self.confirm_form,
        )

    def _record_page(
        self,
        ctx: PageContext,
        question: QuestionT,
        fields: Mapping[str, str],
        choice: BallotChoice | None,
        problems: list[FormProblem],
        code: int = 200,
    ) -> Response:
        channels = [{"value": channel, "text": str(ctx.say(f"taken.{channel}")), "hint": ""} for channel in ("paper", "phone")]
        return ctx.render(
            "paper_record",
            code,
            problems=problems,
            vote=question,
            fields=fields,
            answers=self.carrier.answers(ctx, question, choice),
            texts=self.carrier.texts(question),
            taken=channels,
            asked=_asked_choices(ctx),
            form=self.record_form,
        )


def _asked_choices(ctx: PageContext) -> list[dict[str, str]]:
    return [{"value": "yes", "text": str(ctx.say("paper.asked_for")), "hint": ""}]
