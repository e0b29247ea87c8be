"""A person's money: who pays for visits to them, which waits for their yes, what is left, and what each visit cost."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from kith.scheduling.v1 import funding_pb2 as pb
from kith.scheduling.v1.enums import BudgetSpan, TermsState
from libs.refusals import NotFound
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.money.money_words import amount, columns, day_of, file_links, payer_names, price_of, times_of
from services.web.pages.money.shared_budget_pages import fetch_shared_budgets

_ANSWER = "funding-answer"
_DONE = ("yes", "no")


async def show(ctx: PageContext) -> Response:
    """Of the person, or of whom they act for."""
    found = await fetch_funding(ctx, ctx.subject_id)
    people = await ctx.person_names([*(visit.worker_id for visit in found.charged), ctx.subject_id])
    names = payer_names(ctx, found.payers, people)
    shared = await fetch_shared_budgets(ctx)
    states = [known_word(pb.TermsState, TermsState, plan.state, None) for plan in found.plans]
    plans = list(zip(found.plans, states, strict=True))
    return ctx.render(
        "money/own",
        waiting=[plan_view(ctx, plan, names) for plan, state in plans if state is TermsState.PROPOSED],
        agreed=[plan_view(ctx, plan, names) for plan, state in plans if state is TermsState.AGREED],
        shared_waiting=any(each.may_answer for each in shared.shared_budgets),
        can_share=bool(shared.shared_budgets or shared.own_payer_ids),
        balances=[_balance(ctx, balance, names) for balance in found.balances],
        columns=columns(ctx, "day", "times", "who_came", "who_pays", "price", numbers=("price",)),
        visits=[
            [
                day_of(ctx, visit),
                times_of(ctx, visit),
                people[visit.worker_id].full,
                _charges(ctx, visit, names),
                amount(price_of(visit.charges)),
            ]
            for visit in found.charged
        ],
        invoices=_own_invoices(ctx, found.charged),
        files=file_links(found.files),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def answer(ctx: PageContext, form: Form) -> Response:
    """Yes or no to a plan."""
    said = form.text("do")
    if said not in _DONE:
        return ctx.redirect("/money")
    request = pb.AnswerFundingRequest(request_id=form.request_id, plan_id=form.text("plan"), agrees=said == "yes")
    await ctx.call(ctx.state.services.funding.AnswerFunding, request)
    return ctx.redirect(f"/money?done={said}")


async def download(ctx: PageContext) -> Response:
    """One of the files with which the person recomputes what visits cost."""
    found = await fetch_funding(ctx, ctx.subject_id)
    return settle_file(ctx, found.files)


async def fetch_funding(ctx: PageContext, person: str) -> pb.GetFundingResponse:
    found: pb.GetFundingResponse = await ctx.call(ctx.state.services.funding.GetFunding, pb.GetFundingRequest(person_id=person))
    return found


def settle_file(ctx: PageContext, files: Sequence[pb.SettleFile]) -> Response:
    """The file with the number in the address. Raises NotFound FILE_UNKNOWN."""
    number = int(ctx.path_param("file"))
    if not 1 <= number <= len(files):
        raise NotFound("FILE_UNKNOWN")
    return ctx.file_response(files[number - 1].content, files[number - 1].name, "application/json")


def plan_view(ctx: PageContext, plan: pb.FundingPlan, names: Mapping[str, str]) -> dict[str, object]:
    """A plan as its card shows it."""
    return {
        "id": plan.plan_id,
        "first": ctx.format_day(plan.first_day),
        "last": ctx.format_day(plan.last_day),
        "state": known_word(pb.TermsState, TermsState, plan.state, "") or "",
        "lines": [_line(ctx, line, names) for line in plan.lines],
    }


def _line(ctx: PageContext, line: pb.FundingLine, names: Mapping[str, str]) -> str:
    says = ctx.say("funding.whole" if line.share == "1/1" else "funding.part", name=names[line.payer_id], share=line.share)
    span = known_word(pb.BudgetSpan, BudgetSpan, line.budget_span, "")
    return f"{says} {ctx.say(f'funding_budget.{span}', amount=amount(line.budget_pence))}" if line.budget_pence and span else str(says)


def _balance(ctx: PageContext, balance: pb.BudgetBalance, names: Mapping[str, str]) -> dict[str, object]:
    span = known_word(pb.BudgetSpan, BudgetSpan, balance.span, BudgetSpan.PLAN)
    return {
        "name": names[balance.payer_id],
        "budget": ctx.say(f"funding_budget.{span}", amount=amount(balance.budget_pence)),
        "spent": amount(balance.spent_pence),
        "planned": amount(balance.planned_pence),
        "left": amount(balance.left_pence),
        "is_over": balance.left_pence < 0,
        "not_priced": balance.not_priced,
    }


def _charges(ctx: PageContext, visit: pb.ChargedVisit, names: Mapping[str, str]) -> str:
    """Of a visit that two share these pay this person's part; how large it is stands before them."""
    paid = ", ".join(f"{names[charge.payer_id]} {amount(charge.pence)}" for charge in visit.charges)
    parts = [charge.part for charge in visit.charges if charge.part]
    return str(ctx.say("sharing.own_part", part=parts[0], paid=paid)) if parts else paid


def _when_and_who(ctx: PageContext, visit: pb.ChargedVisit, worker: str) -> tuple[str, str, str]:
    return day_of(ctx, visit), times_of(ctx, visit), worker


def _own_invoices(ctx: PageContext, visits: Sequence[pb.ChargedVisit]) -> list[int]:
    """Numbers of those that the person pays themselves, the latest first."""
    charges = (charge for visit in visits for charge in visit.charges if charge.payer_id == ctx.subject_id)
    return sorted({charge.invoice_number for charge in charges if charge.invoice_number}, reverse=True)


PAGES = (
    Page("/money", show, answer, _ANSWER, acting=True),
    Page("/money/file/{file:int}", download, acting=True),
)
