"""A worker says why they take a visit although a rule of working time is not kept with it: asked on the way, wherever they take one.

The service says of its refusal which reasons count; the page has the form that was sent once more, with these reasons to choose from.
"""

from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from kith.scheduling.v1.working_time_pb2 import SaidRestReason
from libs.refusals import Invalid, Refusal
from services.web.http.forms import Form
from services.web.http.kept_forms import fields_to_keep
from services.web.localisation.refusal_messages import REST_REASONS, refusal_message
from services.web.page import Page
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields
from services.web.pages.rulebook_lookup import fetch_rulebook

REASON_FIELDS = ("rest_reason", "is_adult")
_ASKED = "asked"
_YES = "yes"


class ReasonWantedError(Exception):
    """A service asks for a reason, from within a form that shows its other refusals itself."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__("a reason is wanted")
        self.refusal = refusal


def said_reason(fields: Fields) -> SaidRestReason | None:
    """What the fields say; None where nothing is said."""
    key = fields.get("rest_reason", "")
    return SaidRestReason(key=key, is_adult=fields.get("is_adult") == _YES) if key else None


def is_reason_wanted(refusal: Refusal) -> bool:
    return bool(refusal.details.get(REST_REASONS))


def asking_for_reason(page: Page) -> Page:
    """The page, whose form comes once more with the reasons that count, where a rule of working time can be passed with one."""
    act = page.act
    if act is None:
        raise ValueError(page.path)

    async def handle(ctx: PageContext, form: Form) -> Response:
        try:
            return await act(ctx, form)
        except ReasonWantedError as wanted:
            return await _ask(ctx, page, form, wanted.refusal)
        except Refusal as refusal:
            if not is_reason_wanted(refusal):
                raise
            return await _ask(ctx, page, form, refusal)

    return replace(page, act=handle)


async def _ask(ctx: PageContext, page: Page, form: Form, refusal: Refusal) -> Response:
    counting = refusal.details[REST_REASONS].split()
    names = {reason.key: reason.name for reason in (await fetch_rulebook(ctx)).rest_reasons}
    details = {name: value for name, value in ctx.refusal_details(refusal).items() if name != REST_REASONS}
    kept = fields_to_keep(form, (*REASON_FIELDS, _ASKED))
    return ctx.render(
        "working_time/rest_reason",
        422,
        problems=_problems(ctx, form, refusal),
        says=refusal_message(ctx.catalogue, refusal.details.get("breach", refusal.reason), details),
        form=page.form,
        kept=kept | {_ASKED: _YES},
        reasons=[{"value": key, "text": names.get(key, key.replace("_", " ")), "hint": ""} for key in counting],
        rest_reason=form.text("rest_reason"),
        adult=[{"value": _YES, "text": ctx.say("rest_reason.adult"), "hint": ""}],
        is_adult=form.text("is_adult"),
    )


def _problems(ctx: PageContext, form: Form, refusal: Refusal) -> Sequence[FormProblem]:
    """None when it is asked for the first time: nothing was wrong then."""
    if isinstance(refusal, Invalid):
        return [ctx.refusal_problem(problem.field, problem.reason) for problem in refusal.problems]
    return [ctx.form_problem("rest_reason", "rest_reason.missing")] if form.text(_ASKED) else []
