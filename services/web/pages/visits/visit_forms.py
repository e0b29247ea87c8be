"""Forms of visits: propose one, or another time for it."""

from collections.abc import Mapping

from kith.matching.v1 import teams_pb2 as teams
from kith.scheduling.v1 import visits_pb2 as pb
from services.web.localisation.clock_times import minute_of_day
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.distances.distance_words import load_lines
from services.web.pages.form_page import Fields, FormPage, choices, require
from services.web.pages.ways_to_be_told import clock_time

_LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 600, 720)
OVERLAPS = "_overlaps"
"""After what was done: another visit to the person is at that time."""
_TIME_FIELDS = ("day", "start", "minutes")


async def _propose_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    owners = [ctx.subject_id] if ctx.acting else await team_owners(ctx)
    names = await ctx.person_names(owners)
    people = [{"value": owner, "text": names[owner].full, "hint": ""} for owner in owners]
    return {"people": people, "counts": choices(ctx, "visit_workers", ["1", "2"]), **_time_values(ctx, fields)}


async def team_owners(ctx: PageContext) -> list[str]:
    """Of the person's own team, and of those that they are in."""
    places: teams.GetTeamsResponse = await ctx.call(ctx.state.services.teams.GetTeams, teams.GetTeamsRequest(person_id=ctx.subject_id))
    return list(dict.fromkeys(place.owner_id for place in places.teams if not place.invited))


def _time_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    length = fields["minutes"] or "60"
    return {"days": ctx.day_choices(0, 1), "lengths": visit_lengths(length), "length": length}


def visit_lengths(chosen: str = "") -> list[dict[str, str]]:
    """How long a visit can be, as options of a field; with the one that was chosen elsewhere."""
    lengths = {*_LENGTHS, *([typed_length(chosen)] if chosen else [])} - {0}
    return [{"value": str(minutes), "text": clock_time(minutes)} for minutes in sorted(lengths)]


def typed_length(text: str) -> int:
    """In minutes; 0, which scheduling refuses, for a text that is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _when(fields: Fields) -> pb.LocalTime:
    return pb.LocalTime(day=fields["day"], start=minute_of_day(fields["start"]), minutes=typed_length(fields["minutes"]))


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    missing = [] if fields["who"] else [ctx.form_problem("who", "visit.who_missing")]
    require(missing + ([] if fields["workers"] in {"1", "2"} else [ctx.form_problem("workers", "visit.workers_missing")]))
    request = pb.ProposeVisitRequest(request_id=request_id, person_id=fields["who"], when=_when(fields), workers=int(fields["workers"]))
    proposed: pb.ProposeVisitResponse = await ctx.call(ctx.state.services.visits.ProposeVisit, request)
    done = "propose" + (OVERLAPS if proposed.overlaps else "")
    return f"/visits/{proposed.visit_id}?done={done}" if proposed.visit_id else "/week?done=proposed"


async def _move_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    request = pb.GetVisitRequest(visit_id=ctx.path_param("visit"))
    found: pb.GetVisitResponse = await ctx.call(ctx.state.services.visits.GetVisit, request)
    names = await ctx.person_names([found.visit.person_id])
    # What was typed stays as it was typed, also where somebody emptied a field.
    shown = fields if fields["version"] else {**fields, **_times_of(ctx, found.visit)}
    distances = await load_lines(ctx, [found.visit.visit_id])
    return {
        "distances": distances.get(found.visit.visit_id, []),
        "name": names[found.visit.person_id].full,
        "visit": found.visit.visit_id,
        "version": fields["version"] or str(found.visit.version),
        "fields": shown,
        **_time_values(ctx, shown),
    }


def _times_of(ctx: PageContext, visit: pb.Visit) -> Mapping[str, str]:
    """The day, start and length that a visit has: who changes one of them leaves the others as they are."""
    starts = utc_datetime(visit.starts_at).astimezone(ctx.state.co_op.zone)
    minutes = (visit.ends_at.ToSeconds() - visit.starts_at.ToSeconds()) // 60
    return {"day": starts.date().isoformat(), "start": f"{starts:%H:%M}", "minutes": str(minutes)}


async def _move(ctx: PageContext, fields: Fields, request_id: str) -> str:
    visit, shown = ctx.path_param("visit"), fields["version"]
    version = int(shown) if shown.isdecimal() and len(shown) < 19 else 0
    request = pb.MoveVisitRequest(request_id=request_id, visit_id=visit, version=version, when=_when(fields))
    moved: pb.MoveVisitResponse = await ctx.call(ctx.state.services.visits.MoveVisit, request)
    return f"/visits/{visit}?done=move{OVERLAPS if moved.overlaps else ''}"


PROPOSE = FormPage(
    "visit-new",
    "visits/new",
    _propose_values,
    _propose,
    fields=("who", *_TIME_FIELDS, "workers"),
    input_by_field={"person_id": "who", **{name: name for name in (*_TIME_FIELDS, "workers")}},
)
MOVE = FormPage(
    "visit-move",
    "visits/move",
    _move_values,
    _move,
    fields=(*_TIME_FIELDS, "version"),
    input_by_field={name: name for name in _TIME_FIELDS},
)
