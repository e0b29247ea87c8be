"""Pay periods, for a secretary: check what is confirmed and what is missing, close it, and read what was closed."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.scheduling.v1 import pay_periods_pb2 as pb
from kith.scheduling.v1.enums import NotSettledReason
from libs.refusals import Refusal
from libs.rpc.enums import known_word
from services.web import form_keeping
from services.web.http.csv_files import CSV, csv_text
from services.web.http.forms import Form
from services.web.page import ACTING_ENDED, Access, Page
from services.web.page_context import FormProblem, PageContext
from services.web.pages.money.money_words import amount, columns, day_of, file_links, payer_names
from services.web.pages.money.own_money import settle_file
from services.web.pages.money.pay_page import CSV_COLUMNS, csv_row
from services.web.pages.money.period_words import contents_view, period_days

_CLOSE = "close-period"
_REASON = "reason-"
_LISTED = 50


async def show_all(ctx: PageContext) -> Response:
    """Closed periods, the latest first."""
    request = pb.ListPeriodsRequest(page_size=_LISTED, page_token=ctx.query_param("page"))
    found: pb.ListPeriodsResponse = await ctx.call(ctx.state.services.pay_periods.ListPeriods, request)
    return ctx.render(
        "money/periods",
        periods=[(period.period_id, period_days(ctx, period)) for period in found.periods],
        more=ctx.next_page(found.next_page_token),
    )


async def check(ctx: PageContext) -> Response:
    """What closing would make. Days that cannot be a period are said, and the usual ones shown."""
    days = pb.GetOpenPeriodRequest(first_day=ctx.query_param("first_day"), last_day=ctx.query_param("last_day"))
    typed = await form_keeping.load_unsent(ctx, _CLOSE)
    try:
        return await _check_page(ctx, days, [], typed)
    except Refusal as refusal:
        if not (days.first_day or days.last_day):
            raise
        return await _check_page(ctx, pb.GetOpenPeriodRequest(), ctx.form_problems(refusal, {"last_day": "last_day"}), typed, 422)


async def close(ctx: PageContext, form: Form) -> Response:
    """As the page showed it. What is refused is said on the page as it is now."""
    days = pb.GetOpenPeriodRequest(first_day=form.text("first_day"), last_day=form.text("last_day"))
    request = pb.ClosePeriodRequest(
        request_id=form.request_id, first_day=days.first_day, last_day=days.last_day, fingerprint=form.text("fingerprint")
    )
    for name, reason in form.fields.items():
        if name.startswith(_REASON):
            request.reasons.add(worker_id=name.removeprefix(_REASON), reason=reason.strip())
    try:
        closed: pb.ClosePeriodResponse = await ctx.call(ctx.state.services.pay_periods.ClosePeriod, request)
    except Refusal as refusal:
        if refusal.reason == ACTING_ENDED:
            raise
        return await _check_page(ctx, days, ctx.form_problems(refusal), form.fields, 409)
    return ctx.redirect(f"/money/periods/{closed.period_id}?done=closed")


async def _check_page(
    ctx: PageContext, days: pb.GetOpenPeriodRequest, problems: list[FormProblem], typed: Mapping[str, str], status: int = 200
) -> Response:
    """`typed` are the reasons that somebody wrote before."""
    found: pb.GetOpenPeriodResponse = await ctx.call(ctx.state.services.pay_periods.GetOpenPeriod, days)
    names = await ctx.person_names([who for each in found.not_settled for who in (each.person_id, each.worker_id)])
    return ctx.render(
        "money/check",
        status,
        problems=problems,
        period=period_days(ctx, found),
        first_day=found.first_day,
        last_day=found.last_day,
        is_first=found.is_first,
        fingerprint=found.fingerprint,
        with_reason=found.below_floor_with_reason,
        last_invoice=found.last_invoice,
        new_series_from=found.new_series_from,
        typed=typed,
        missing_columns=columns(ctx, "day", "whom", "who_came", "ask"),
        missing=[
            [day_of(ctx, each), names[each.person_id].full, names[each.worker_id].full, _whom_to_ask(ctx, each)]
            for each in found.not_settled
        ],
        comes_to=await contents_view(ctx, found.contents),
    )


def _whom_to_ask(ctx: PageContext, visit: pb.NotSettledVisit) -> str:
    reason = known_word(pb.NotSettledReason, NotSettledReason, visit.reason, NotSettledReason.NOT_CONFIRMED)
    return str(ctx.say(f"not_settled.{reason}"))


async def show(ctx: PageContext) -> Response:
    """A closed period."""
    found = await _fetch(ctx)
    names = await _payers(ctx, found)
    return ctx.render(
        "money/period",
        period=period_days(ctx, found.period),
        base=ctx.request_path,
        invoices=[
            {
                "number": each.number,
                "says": ctx.say("invoice.credit_note" if each.is_credit_note else "invoice.title", number=each.number),
                "payer": names[each.payer_id],
                "amount": amount(each.pence),
            }
            for each in found.invoices
        ],
        files=file_links(found.contents.files),
        done=ctx.query_param("done") == "closed",
        comes_to=await contents_view(ctx, found.contents),
    )


async def download_pay(ctx: PageContext) -> Response:
    """What each worker did and gets, visit by visit, for payroll."""
    found = await _fetch(ctx)
    people = await ctx.person_names([visit.worker_id for visit in found.contents.visits])
    ordered = sorted(found.contents.visits, key=lambda visit: people[visit.worker_id].full)
    rows = [(visit.worker_id, people[visit.worker_id].full, *csv_row(ctx, visit)) for visit in ordered]
    return _csv(ctx, "kith-payroll.csv", ("worker_id", "worker", *CSV_COLUMNS), rows)


async def download_charges(ctx: PageContext) -> Response:
    """What each payer owes for each visit."""
    found = await _fetch(ctx)
    names = await _payers(ctx, found)
    rows = [
        (charge.invoice_number or "", names[charge.payer_id], names[visit.person_id], *csv_row(ctx, visit)[:4], charge.share, charge.pence)
        for visit in found.contents.visits
        for charge in visit.charges
    ]
    return _csv(ctx, "kith-charges.csv", ("invoice", "payer", "person", *CSV_COLUMNS[:4], "share", "pence"), rows)


async def download_file(ctx: PageContext) -> Response:
    """One of the files that recompute the period."""
    return settle_file(ctx, (await _fetch(ctx)).contents.files)


def _csv(ctx: PageContext, name: str, heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> Response:
    return ctx.file_response(csv_text(heads, rows).encode(), name, CSV)


async def _payers(ctx: PageContext, found: pb.GetPeriodResponse) -> Mapping[str, str]:
    return payer_names(ctx, found.contents.payers, await ctx.person_names([visit.person_id for visit in found.contents.visits]))


async def _fetch(ctx: PageContext) -> pb.GetPeriodResponse:
    request = pb.GetPeriodRequest(period_id=ctx.path_param("period"))
    found: pb.GetPeriodResponse = await ctx.call(ctx.state.services.pay_periods.GetPeriod, request)
    return found


_SECRETARY = Access.SECRETARY
PAGES = (
    Page("/money/periods", show_all, access=_SECRETARY),
    Page("/money/periods/check", check, close, _CLOSE, _SECRETARY),
    Page("/money/periods/{period:uuid}", show, access=_SECRETARY),
    Page("/money/periods/{period:uuid}/pay.csv", download_pay, access=_SECRETARY),
    Page("/money/periods/{period:uuid}/charges.csv", download_charges, access=_SECRETARY),
    Page("/money/periods/{period:uuid}/file/{file:int}", download_file, access=_SECRETARY),
)
