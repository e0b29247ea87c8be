"""The person's own ballot: choose, check, cast. Each is one page with one decision."""

from dataclasses import dataclass
from typing import Generic

from starlette.responses import Response

from libs.refusals import Conflict, Invalid
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.ballots.carrier import BallotCarrier, BallotChoice, QuestionT


@dataclass(frozen=True)
class OwnBallotPages(Generic[QuestionT]):
    """The pages of one kind of vote."""

    carrier: BallotCarrier[QuestionT]

    @property
    def choose_form(self) -> str:
        return f"ballot{self.carrier.form_suffix}-choose"

    @property
    def cast_form(self) -> str:
        return f"ballot{self.carrier.form_suffix}-cast"

    async def show(self, ctx: PageContext) -> Response:
        """The question and its answers, with the earlier choice marked."""
        question = await self.carrier.fetch(ctx)
        if not (question.open and question.may_vote):
            return ctx.redirect(question.path)
        unsent = await form_keeping.load_unsent(ctx, self.choose_form)
        chosen = self.carrier.parse(ctx, question, Form(unsent))[0] if unsent else await self._drafted(ctx, question)
        if chosen is None:
            ballot = await self.carrier.fetch_my_ballot(ctx, question)
            chosen = ballot.choice if ballot else None
        return self._question_page(ctx, question, chosen, [])

    async def choose(self, ctx: PageContext, form: Form) -> Response:
        """Save the choice as a draft; nothing is recorded yet."""
        question = await self.carrier.fetch(ctx)
        choice, problems = self.carrier.parse(ctx, question, form)
        if choice is None:
            return self._question_page(ctx, question, None, problems, 422)
        await form_keeping.save_draft(ctx, draft_name(question), self.carrier.form_fields(question, choice))
        return ctx.redirect(f"{question.path}/check")

    async def show_check(self, ctx: PageContext) -> Response:
        """The choice again, before it is recorded."""
        question = await self.carrier.fetch(ctx)
        choice = await self._drafted(ctx, question)
        return await self._check_page(ctx, question, choice, []) if choice else ctx.redirect(f"{question.path}/vote")

    async def cast(self, ctx: PageContext, form: Form) -> Response:
        """Cast the ballot. A stale page says so and shows the current ballot."""
        question = await self.carrier.fetch(ctx)
        choice, problems = self.carrier.parse(ctx, question, form)
        if choice is None:
            return self._question_page(ctx, question, None, problems, 422)
        try:
            await self.carrier.cast(ctx, question, choice, form.shown_number("revision"), form.request_id)
        except (Conflict, Invalid) as refusal:
            problems = [FormProblem("", problem.text) for problem in ctx.form_problems(refusal)]
            return await self._check_page(ctx, question, choice, problems, 409)
        await form_keeping.delete_draft(ctx, draft_name(question))
        return ctx.redirect(f"{question.path}/receipt")

    async def _drafted(self, ctx: PageContext, question: QuestionT) -> BallotChoice | None:
        draft = await form_keeping.load_draft(ctx, draft_name(question))
        return self.carrier.parse(ctx, question, Form(draft))[0] if draft else None

    def _question_page(
        self, ctx: PageContext, question: QuestionT, chosen: BallotChoice | None, problems: list[FormProblem], code: int = 200
    ) -> Response:
        return ctx.render(
            "ballot",
            code,
            problems=problems,
            vote=question,
            answers=self.carrier.answers(ctx, question, chosen),
            texts=self.carrier.texts(question),
            form=self.choose_form,
        )

    async def _check_page(
        self, ctx: PageContext, question: QuestionT, choice: BallotChoice, problems: list[FormProblem], code: int = 200
    ) -> Response:
        ballot = await self.carrier.fetch_my_ballot(ctx, question)
        return ctx.render(
            "check_ballot",
            code,
            problems=problems,
            vote=question,
            texts=self.carrier.texts(question),
            choice_text=self.carrier.describe(ctx, question, choice),
            hidden_fields=self.carrier.form_fields(question, choice),
            revision=ballot.revision if ballot else 0,
            form=self.cast_form,
        )


def draft_name(question: QuestionT) -> str:
    return f"ballot {question.id}"
