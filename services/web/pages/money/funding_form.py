"""A secretary writes down who pays for visits to a person, and adds the organisations that pay."""

from collections.abc import Mapping

from kith.scheduling.v1 import funding_pb2 as pb
from kith.scheduling.v1.enums import BudgetSpan, PayerKind
from libs.refusals import FieldProblem, Invalid
from libs.rpc.enums import to_wire
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page
from services.web.pages.money.money_words import payer_names, typed_pence
from services.web.pages.money.own_money import fetch_funding, plan_view

_ROWS = ("1", "2", "3", "4")
_SELF = "self"
_NO_BUDGET = "none"
_DONE = ("proposed", "added")


async def _funding_values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    person = ctx.path_param("person")
    found, listed = await fetch_funding(ctx, person), await _payers(ctx)
    people = await ctx.person_names([person])
    names = payer_names(ctx, [*found.payers, *listed], people)
    name = people[person].full
    payers = [{"value": "", "text": ctx.say("funding.nobody")}, {"value": _SELF, "text": name}]
    payers += [{"value": payer.payer_id, "text": payer.organisation} for payer in listed]
    return {
        "person": person,
        "name": name,
        "plans": [plan_view(ctx, plan, names) for plan in found.plans],
        "rows": _ROWS,
        "payers": payers,
        "spans": choices(ctx, "funding_span", (_NO_BUDGET, *BudgetSpan)),
        "days": ctx.day_choices(0, 1),
        "done": ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    }


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    person = ctx.path_param("person")
    request = pb.ProposeFundingRequest(request_id=request_id, person_id=person, first_day=fields["first_day"], last_day=fields["last_day"])
    rows = [row for row in _ROWS if fields[f"payer_{row}"]]
    for row in rows:
        payer, span = fields[f"payer_{row}"], fields[f"span_{row}"]
        request.lines.add(
            payer_id=person if payer == _SELF else payer,
            share=fields[f"share_{row}"],
            budget_pence=typed_pence(fields[f"budget_{row}"]),
            budget_span=to_wire(pb.BudgetSpan, BudgetSpan(span)) if span in tuple(BudgetSpan) else pb.BUDGET_SPAN_UNSPECIFIED,
        )
    try:
        await ctx.call(ctx.state.services.funding.ProposeFunding, request)
    except Invalid as refusal:
        in_form = {f"lines.{number}": f"rows.{row}" for number, row in enumerate(rows, start=1)}
        problems = (FieldProblem(_of_row(problem.field, in_form), problem.reason) for problem in refusal.problems)
        raise Invalid(refusal.reason, *problems, **refusal.details) from None
    return f"/members/{person}/funding?done=proposed"


def _of_row(field: str, in_form: Mapping[str, str]) -> str:
    """A line's field by the row of the form in which it stands: rows may be left empty."""
    line, _, part = field.rpartition(".")
    return f"{in_form[line]}.{part}" if line in in_form else field


async def _payer_values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    payers = await _payers(ctx)
    return {
        "payers": [(payer.organisation, payer.address) for payer in payers],
        "kinds": choices(ctx, "payer_kind", tuple(PayerKind)),
        "done": ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    }


async def _add_payer(ctx: PageContext, fields: Fields, request_id: str) -> str:
    kind = fields["kind"]
    request = pb.AddPayerRequest(
        request_id=request_id,
        kind=to_wire(pb.PayerKind, PayerKind(kind)) if kind in tuple(PayerKind) else pb.PAYER_KIND_UNSPECIFIED,
        organisation=fields["organisation"],
        address=fields["address"],
    )
    await ctx.call(ctx.state.services.funding.AddPayer, request)
    return "/money/payers?done=added"


async def _payers(ctx: PageContext) -> list[pb.Payer]:
    response: pb.GetPayersResponse = await ctx.call(ctx.state.services.funding.GetPayers, pb.GetPayersRequest())
    return list(response.payers)


FUNDING = FormPage(
    "funding",
    "money/funding",
    _funding_values,
    _propose,
    fields=("first_day", "last_day", *(f"{name}_{row}" for name in ("payer", "share", "budget", "span") for row in _ROWS)),
    input_by_field={
        "first_day": "first_day",
        "last_day": "last_day",
        "lines": "payer_1",
        "payer_id": "payer_1",
        **{f"rows.{row}.{part}": f"{part}_{row}" for part in ("share", "budget") for row in _ROWS},
    },
)
PAYERS = FormPage(
    "payer",
    "money/payers",
    _payer_values,
    _add_payer,
    fields=("kind", "organisation", "address"),
    input_by_field={"kind": "kind", "organisation": "organisation", "address": "address"},
)
PAGES = (form_page("/members/{person:uuid}/funding", FUNDING), form_page("/money/payers", PAYERS))
