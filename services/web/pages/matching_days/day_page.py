"""One matching day as a person sees it: whether they take part, how they rank, and afterwards who was proposed and how to check it."""

from dataclasses import dataclass

from starlette.responses import Response

from kith.matching.v1 import matching_days_pb2 as pb
from libs.refusals import NotFound
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.matching_days.day_list import PATH, day_view

CHANGE = "matching-day-part"
SIDES = ("getting", "giving")
_DONE = ("announced", "entered", "ranked", "withdrawn")


@dataclass(frozen=True)
class SideView:
    """One side of the person; the numbers are there if they take part. `proposed` are names, in the order of the alphabet."""

    side: str
    takes_part: bool
    room: int
    ranked: int
    choices: int
    proposed: list[str]
    number: str
    ranked_numbers: list[tuple[str, str]]
    """The name of each whom they ranked, and what stands for them in the file."""
    was_used: bool


async def show(ctx: PageContext) -> Response:
    """While somebody acts, the side that looks for support alone."""
    found = await fetch_day(ctx)
    entries = {side: own_entry(found, side) for side in shown_sides(ctx)}
    used = [entry for entry in entries.values() if entry]
    named = [person for entry in used for person in (*entry.proposed_ids, *(ranked.person_id for ranked in entry.ranked))]
    names = {person: name.full for person, name in (await ctx.person_names(named)).items()}
    return ctx.render(
        "matching_days/day",
        matching_day=day_view(ctx, found.day),
        sides=[_side(side, entry, names) for side, entry in entries.items()],
        is_secretary=not ctx.acting and ctx.has_hat("secretary"),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def withdraw(ctx: PageContext, form: Form) -> Response:
    """Take part no more, on one side."""
    request = pb.WithdrawFromMatchingDayRequest(
        request_id=form.request_id, day_id=ctx.path_param("day"), person_id=ctx.subject_id, giving=form.text("side") == "giving"
    )
    await ctx.call(ctx.state.services.matching_days.WithdrawFromMatchingDay, request)
    return ctx.redirect(f"{ctx.request_path}?done=withdrawn")


async def download_own(ctx: PageContext) -> Response:
    """What somebody checks their own entry with; the page of the day where there is none."""
    entry = own_entry(await fetch_day(ctx), require_side(ctx))
    if entry is None or not entry.file:
        return ctx.redirect(f"{PATH}/{ctx.path_param('day')}")
    return ctx.file_response(entry.file.encode(), "my-matching-day.json", "application/json")


async def download_recount(ctx: PageContext) -> Response:
    """For a secretary, if everybody agreed."""
    request = pb.GetMatchingDayRecountRequest(day_id=ctx.path_param("day"))
    found: pb.GetMatchingDayRecountResponse = await ctx.call(ctx.state.services.matching_days.GetMatchingDayRecount, request)
    return ctx.file_response(found.file.encode(), "matching-day.json", "application/json")


async def fetch_day(ctx: PageContext) -> pb.GetMatchingDayResponse:
    """The day, with the sides of the person or of whom they act for."""
    request = pb.GetMatchingDayRequest(day_id=ctx.path_param("day"), person_id=ctx.subject_id)
    found: pb.GetMatchingDayResponse = await ctx.call(ctx.state.services.matching_days.GetMatchingDay, request)
    return found


def shown_sides(ctx: PageContext) -> tuple[str, ...]:
    return SIDES[:1] if ctx.acting else SIDES


def require_side(ctx: PageContext) -> str:
    """The side in the path. Raises NotFound for another word, and for the side on which nobody acts for anybody."""
    side = ctx.path_param("side")
    if side not in shown_sides(ctx):
        raise NotFound("MATCHING_DAY_UNKNOWN")
    return side


def own_entry(found: pb.GetMatchingDayResponse, side: str) -> pb.MatchingDayEntry | None:
    """None for who takes no part on that side."""
    if side == "giving":
        return found.giving if found.HasField("giving") else None
    return found.getting if found.HasField("getting") else None


def _side(side: str, entry: pb.MatchingDayEntry | None, names: dict[str, str]) -> SideView:
    if entry is None:
        return SideView(side, False, 0, 0, 0, [], "", [], False)  # noqa: FBT003 - the fields stand above
    ranked = sum(choice.rank > 0 for choice in entry.choices)
    numbers = sorted((names[one.person_id], one.number) for one in entry.ranked)
    proposed = sorted(names[person] for person in entry.proposed_ids)
    return SideView(side, True, entry.room, ranked, len(entry.choices), proposed, entry.number, numbers, bool(entry.file))  # noqa: FBT003 - as above


PAGES = (
    Page(f"{PATH}/{{day:uuid}}", show, withdraw, CHANGE, acting=True),
    Page(f"{PATH}/{{day:uuid}}/file/{{side}}", download_own, acting=True),
    Page(f"{PATH}/{{day:uuid}}/recount", download_recount, access=Access.SECRETARY),
)
