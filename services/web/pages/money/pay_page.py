"""A worker's pay: of a closed period, or so far; each visit with its minutes and pence, and files to check it."""

from starlette.responses import Response

from kith.scheduling.v1 import pay_periods_pb2 as pb
from services.web.http.csv_files import CSV, csv_text
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.money.money_words import amount, columns, day_of, file_links, minutes_of, times_of
from services.web.pages.money.own_money import settle_file
from services.web.pages.money.period_words import period_days

_LISTED = 24


async def show(ctx: PageContext) -> Response:
    """Of the period in the address, or what is not settled yet."""
    found = await _fetch(ctx)
    people = await ctx.person_names([visit.person_id for visit in found.visits])
    request = pb.ListPeriodsRequest(page_size=_LISTED)
    listed: pb.ListPeriodsResponse = await ctx.call(ctx.state.services.pay_periods.ListPeriods, request)
    numbers = ("care", "travel", "waiting", "pay")
    return ctx.render(
        "money/pay",
        period=period_days(ctx, found.period) if found.HasField("period") else "",
        base=ctx.request_path,
        pay=found.pay,
        total=amount(found.pay.pence),
        floor=amount(found.pay.floor_pence) if found.pay.floor_pence else "",
        is_below=bool(found.pay.floor_pence) and found.pay.pence < found.pay.floor_pence,
        columns=columns(ctx, "day", "times", "whom", *numbers, numbers=numbers),
        visits=[
            [
                day_of(ctx, visit),
                times_of(ctx, visit),
                people[visit.person_id].full,
                minutes_of(visit),
                _signed(visit, visit.travel_minutes),
                _signed(visit, visit.waiting_minutes),
                amount(visit.care_pay_pence + visit.travel_pay_pence),
            ]
            for visit in found.visits
        ],
        files=file_links(found.files),
        periods=[(period.period_id, period_days(ctx, period)) for period in listed.periods],
    )


async def download_csv(ctx: PageContext) -> Response:
    """The visits of the period as a table."""
    found = await _fetch(ctx)
    people = await ctx.person_names([visit.person_id for visit in found.visits])
    rows = [(people[visit.person_id].full, *csv_row(ctx, visit)) for visit in found.visits]
    return ctx.file_response(csv_text(("person", *CSV_COLUMNS), rows).encode(), "kith-pay.csv", CSV)


async def download_file(ctx: PageContext) -> Response:
    """One of the files with which the worker recomputes their pay."""
    return settle_file(ctx, (await _fetch(ctx)).files)


CSV_COLUMNS = ("day", "start", "end", "care_minutes", "travel_minutes", "waiting_minutes", "care_pence", "travel_and_waiting_pence")


def csv_row(ctx: PageContext, visit: pb.SettledVisit) -> tuple[object, ...]:
    """What a payroll needs of a visit; below 0 what is taken back."""
    zone = ctx.state.co_op.zone
    starts, ends = visit.starts_at.ToDatetime(zone), visit.ends_at.ToDatetime(zone)
    minutes = minutes_of(visit), _signed(visit, visit.travel_minutes), _signed(visit, visit.waiting_minutes)
    return f"{starts:%Y-%m-%d}", f"{starts:%H:%M}", f"{ends:%H:%M}", *minutes, visit.care_pay_pence, visit.travel_pay_pence


def _signed(visit: pb.SettledVisit, minutes: int) -> int:
    return -minutes if visit.taken_back else minutes


async def _fetch(ctx: PageContext) -> pb.GetPayResponse:
    request = pb.GetPayRequest(period_id=str(ctx.request.path_params.get("period", "")))
    found: pb.GetPayResponse = await ctx.call(ctx.state.services.pay_periods.GetPay, request)
    return found


PAGES = (
    Page("/money/pay", show),
    Page("/money/pay/csv", download_csv),
    Page("/money/pay/file/{file:int}", download_file),
    Page("/money/pay/{period:uuid}", show),
    Page("/money/pay/{period:uuid}/csv", download_csv),
    Page("/money/pay/{period:uuid}/file/{file:int}", download_file),
)
