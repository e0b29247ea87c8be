"""What two use together of what one payer has for both: what is left, one's own costs and the other's sums; and how it begins and ends."""

from collections.abc import Mapping
from fractions import Fraction

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import funding_pb2 as pb
from kith.scheduling.v1.enums import BudgetSpan, TermsState
from libs.refusals import NotAllowed, NotFound
from libs.rpc.enums import known_word
from services.web.drawings.bar_charts import Bar, BarSegment, bar_chart
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext, PersonName
from services.web.pages.form_page import Fields, FormPage, form_page, require, version_of
from services.web.pages.money.money_words import amount, columns
from services.web.pages.sharing.propose_sharing import known_people

PATH = "/money/shared"
_CHANGE = "shared-budget"
_DONE = ("proposed", "yes", "no", "back", "end")
_STATUS = {TermsState.PROPOSED: "wait", TermsState.AGREED: "yes"}


async def show(ctx: PageContext) -> Response:
    """Of the person, or of whom they act for."""
    found = await fetch_shared_budgets(ctx)
    names = await ctx.person_names(_other_of(ctx, shared) for shared in found.shared_budgets)
    payers = {payer.payer_id: payer.organisation for payer in found.payers}
    return ctx.render(
        "money/shared",
        budgets=[_view(ctx, shared, names[_other_of(ctx, shared)], payers) for shared in found.shared_budgets],
        columns=columns(ctx, "day", "price", numbers=("price",)),
        can_propose=bool(found.own_payer_ids),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Yes, no, or it is taken back. The service decides whether the person may."""
    services, did = ctx.state.services.funding, form.text("do")
    ids = {"request_id": form.request_id, "shared_budget_id": form.text("shared")}
    if did in ("yes", "no"):
        request = pb.AnswerSharedBudgetRequest(**ids, version=form.shown_number(), agrees=did == "yes")
        await ctx.call(services.AnswerSharedBudget, request)
    elif did == "back":
        await ctx.call(services.EndSharedBudget, pb.EndSharedBudgetRequest(**ids, version=form.shown_number()))
    else:
        return ctx.redirect(PATH)
    return ctx.redirect(f"{PATH}?done={did}")


async def fetch_shared_budgets(ctx: PageContext) -> pb.GetSharedBudgetsResponse:
    request = pb.GetSharedBudgetsRequest(person_id=ctx.subject_id)
    found: pb.GetSharedBudgetsResponse = await ctx.call(ctx.state.services.funding.GetSharedBudgets, request)
    return found


def _other_of(ctx: PageContext, shared: pb.SharedBudget) -> str:
    return shared.other_id if shared.proposed_by_id == ctx.subject_id else shared.proposed_by_id


def _view(ctx: PageContext, shared: pb.SharedBudget, other: PersonName, payers: Mapping[str, str]) -> dict[str, object]:
    """As its card shows it."""
    state = known_word(pb.TermsState, TermsState, shared.state, TermsState.WITHDRAWN)
    is_asked = state is TermsState.PROPOSED and shared.may_answer
    return {
        "id": shared.shared_budget_id,
        "version": shared.version,
        "name": other.full,
        "payer": payers.get(shared.payer_id, ""),
        "status": _STATUS.get(state, "calm"),
        "says": ctx.say("shared_budget_is.asked" if is_asked else f"shared_budget_is.{state}", name=other.full),
        "days": _days(ctx, shared),
        "is_asked": is_asked,
        "can_take_back": state is TermsState.PROPOSED and not is_asked,
        "can_end": state is TermsState.AGREED,
        **(_balance(ctx, shared, other.full) if len(shared.parts) == len((ctx.subject_id, other)) else {"drawing": ""}),
    }


def _days(ctx: PageContext, shared: pb.SharedBudget) -> Markup:
    first = ctx.format_day(shared.first_day)
    if shared.last_day:
        return ctx.say("sharing.until_day", first=first, last=ctx.format_day(shared.last_day))
    return ctx.say("sharing.from_day", first=first)


def _balance(ctx: PageContext, shared: pb.SharedBudget, other: str) -> dict[str, object]:
    mine, theirs = shared.parts
    budget = mine.budget_pence + theirs.budget_pence
    span = known_word(pb.BudgetSpan, BudgetSpan, shared.span, BudgetSpan.PLAN)
    sizes = [
        ("for", mine.spent_pence + mine.planned_pence, ctx.say("shared_budget.mine")),
        ("against", theirs.spent_pence + theirs.planned_pence, Markup("{}").format(other)),
        ("silent", shared.left_pence, ctx.say("money.left")),
    ]
    segments = [BarSegment(kind, Fraction(max(0, pence)), amount(pence)) for kind, pence, _ in sizes]
    title, says = ctx.say("shared_budget.drawing"), ", ".join(f"{words}: {amount(pence)}" for _, pence, words in sizes)
    in_words = str(ctx.say(f"funding_budget.{span}", amount=amount(budget)))
    return {
        "drawing": bar_chart(str(title), says, [Bar(in_words, segments)], [(kind, str(words)) for kind, _, words in sizes]),
        "budget": in_words,
        "rows": [
            (ctx.say("shared_budget.spent_mine"), amount(mine.spent_pence)),
            (ctx.say("shared_budget.spent_theirs", name=other), amount(theirs.spent_pence)),
            (ctx.say("shared_budget.planned_mine"), amount(mine.planned_pence)),
            (ctx.say("shared_budget.planned_theirs", name=other), amount(theirs.planned_pence)),
        ],
        "left": amount(shared.left_pence),
        "is_over": shared.left_pence < 0,
        "not_priced": mine.not_priced + theirs.not_priced,
        "costs": [
            [str(ctx.say("shared_budget.planned_day", day=ctx.format_day(cost.day))) if cost.planned else ctx.format_day(cost.day),
             amount(cost.pence)]
            for cost in shared.own_costs
        ],
    }  # fmt: skip


async def _values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    found, others = await fetch_shared_budgets(ctx), await _others(ctx)
    names, payers = await ctx.person_names(others), {payer.payer_id: payer.organisation for payer in found.payers}
    return {
        "people": [{"value": person, "text": names[person].full, "hint": ""} for person in others],
        "payers": [{"value": payer, "text": payers.get(payer, ""), "hint": ""} for payer in found.own_payer_ids],
        "days": ctx.day_choices(0, 1),
    }


async def _others(ctx: PageContext) -> list[str]:
    """Who acts in money alone does not see whom the person knows, and proposes nothing."""
    try:
        return await known_people(ctx)
    except NotAllowed:
        return []


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    missing = [] if fields["payer"] else [ctx.form_problem("payer", "shared_budget.payer_missing")]
    require(missing + ([] if fields["who"] else [ctx.form_problem("who", "sharing.who_missing")]))
    request = pb.ProposeSharedBudgetRequest(
        request_id=request_id,
        person_id=ctx.subject_id,
        payer_id=fields["payer"],
        other_id=fields["who"],
        first_day=fields["first_day"],
    )
    await ctx.call(ctx.state.services.funding.ProposeSharedBudget, request)
    return f"{PATH}?done=proposed"


async def _end_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    """Raises NotFound SHARED_BUDGET_UNKNOWN."""
    found, shared_id = await fetch_shared_budgets(ctx), ctx.path_param("shared")
    shared = next((each for each in found.shared_budgets if each.shared_budget_id == shared_id), None)
    if shared is None:
        raise NotFound("SHARED_BUDGET_UNKNOWN")
    names = await ctx.person_names([_other_of(ctx, shared)])
    return {
        "name": names[_other_of(ctx, shared)].full,
        "version": fields["version"] or str(shared.version),
        "days": ctx.day_choices(0, 1),
    }


async def _end(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.EndSharedBudgetRequest(
        request_id=request_id, shared_budget_id=ctx.path_param("shared"), version=version_of(fields), from_day=fields["from_day"]
    )
    await ctx.call(ctx.state.services.funding.EndSharedBudget, request)
    return f"{PATH}?done=end"


_NEW = FormPage(
    "shared-budget-new",
    "money/shared_new",
    _values,
    _propose,
    fields=("payer", "who", "first_day"),
    input_by_field={"payer_id": "payer", "other_id": "who", "first_day": "first_day"},
)
_END = FormPage(
    "shared-budget-end",
    "money/shared_end",
    _end_values,
    _end,
    fields=("from_day", "version"),
    input_by_field={"from_day": "from_day"},
)
PAGES = (
    Page(PATH, show, change, _CHANGE, acting=True),
    form_page(f"{PATH}/new", _NEW, Access.MEMBER, acting=True),
    form_page(f"{PATH}/{{shared:uuid}}/end", _END, Access.MEMBER, acting=True),
)
