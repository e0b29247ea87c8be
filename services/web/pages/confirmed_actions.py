"""Actions that need confirmation: each has a page that says what will happen, and most name a decision of ours first.

The steps are always the same: choose the decision (a query parameter, as it is no secret), then check and confirm.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from libs.refusals import NotSignedIn, Refusal
from libs.rpc.client import Method
from services.clients import RequestT, ResponseT, ServiceClients
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.localisation.dates import format_date_only
from services.web.page import ACTING_ENDED, Access, Page
from services.web.page_context import FormProblem, PageContext, utc_datetime

_DECISIONS_LISTED = 100


@dataclass(frozen=True)
class PassedDecision:
    """A decision of ours that passed."""

    number: int
    decision_id: str
    label: str


@dataclass(frozen=True)
class ActionSubject:
    """What the action is about: its title, and the page to go back to."""

    title: str
    path: str


@dataclass(frozen=True)
class ConfirmedAction:
    """An action with its confirmation page. `name` selects its messages (`deed.<name>.title`, `.text`, `.do`) and names its form."""

    name: str
    subject: Callable[[PageContext], Awaitable[ActionSubject]]
    do: Callable[[PageContext, Form, PassedDecision | None], Awaitable[Response]]
    access: Access = Access.SECRETARY
    needs_decision: bool = True
    """The action needs a decision of ours."""
    acting: bool = False
    """It can be done for another person."""


def rpc_action(
    name: str,
    subject: Callable[[PageContext], Awaitable[ActionSubject]],
    method: Callable[[ServiceClients], Method[RequestT, ResponseT]],
    request: Callable[[PageContext, str, PassedDecision | None], RequestT],
    *,
    done: str = "",
    needs_decision: bool = True,
) -> ConfirmedAction:
    """An action that is one call. `request` takes the request id; afterwards the subject's page is shown, with `done` added to its path."""

    async def do(ctx: PageContext, form: Form, decision: PassedDecision | None) -> Response:
        await ctx.call(method(ctx.state.services), request(ctx, form.request_id, decision))
        return ctx.redirect(ctx.request_path.rpartition("/")[0] + done)

    return ConfirmedAction(name, subject, do, needs_decision=needs_decision)


def confirmation_page(path: str, action: ConfirmedAction) -> Page:
    """The page at this path that confirms the action."""

    async def show(ctx: PageContext) -> Response:
        subject = await action.subject(ctx)
        if not action.needs_decision:
            return _check_page(ctx, action, subject, None, [])
        decisions = await list_passed_decisions(ctx)
        unsent = await form_keeping.load_unsent(ctx, f"deed-{action.name}")
        chosen = find_decision(decisions, ctx.query_param("decision") or unsent.get("decision", ""))
        if chosen is None:
            missing = [ctx.form_problem("decision", "deed.decision_missing")] if "decision" in ctx.request.query_params else []
            return ctx.render(
                "decide",
                422 if missing else 200,
                problems=missing,
                action_name=action.name,
                about=subject,
                decisions=decision_choices(decisions),
                at=ctx.request_path,
            )
        return _check_page(ctx, action, subject, chosen, [])

    async def act(ctx: PageContext, form: Form) -> Response:
        chosen = find_decision(await list_passed_decisions(ctx), form.text("decision")) if action.needs_decision else None
        if action.needs_decision and chosen is None:
            return ctx.redirect(ctx.request_path)
        try:
            return await action.do(ctx, form, chosen)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            if refusal.reason == ACTING_ENDED:
                raise
            return _check_page(ctx, action, await action.subject(ctx), chosen, ctx.form_problems(refusal), 409)

    return Page(path, show, act, f"deed-{action.name}", action.access, acting=action.acting)


async def list_passed_decisions(ctx: PageContext) -> list[PassedDecision]:
    """The co-op's own decisions that passed, newest first."""
    request = gov.ListDecisionsRequest(page_size=_DECISIONS_LISTED)
    response: gov.ListDecisionsResponse = await ctx.call(ctx.state.services.governance.ListDecisions, request)
    return [
        PassedDecision(
            decision.number,
            decision.decision_id,
            str(ctx.say("deed.decision_said", number=decision.number, title=decision.title, day=_format_decision_day(ctx, decision))),
        )
        for decision in response.decisions
        if decision.passed and decision.kind == "motion"
    ]


def decision_choices(decisions: Sequence[PassedDecision]) -> list[dict[str, str]]:
    """The decisions as options of a select field."""
    return [{"value": str(decision.number), "text": decision.label, "hint": ""} for decision in decisions]


def find_decision(decisions: Sequence[PassedDecision], number: str) -> PassedDecision | None:
    """The decision with this number."""
    return next((decision for decision in decisions if str(decision.number) == number), None)


def decision_number(decision: PassedDecision | None) -> int:
    """The decision's number for a request; 0 where the action needs none."""
    return decision.number if decision else 0


def _format_decision_day(ctx: PageContext, decision: gov.Decision) -> str:
    return format_date_only(ctx.local_day(utc_datetime(decision.decided_at)))


def _check_page(
    ctx: PageContext,
    action: ConfirmedAction,
    subject: ActionSubject,
    chosen: PassedDecision | None,
    problems: list[FormProblem],
    code: int = 200,
) -> Response:
    return ctx.render("confirm_action", code, problems=problems, action_name=action.name, about=subject, chosen=chosen, at=ctx.request_path)
