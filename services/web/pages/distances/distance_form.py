"""The form with which somebody proposes that a visit, or visits that repeat, keep a distance to others."""

from collections.abc import Mapping

from kith.scheduling.v1 import visit_gaps_pb2 as pb
from services.web.page import Access
from services.web.page_context import FormProblem, PageContext
from services.web.pages.distances.distance_words import PATH, part_words
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require

_ORDERS = ("this", "other")
_OVER_NIGHT = ("this_night", "other_night")
"""Of visits that repeat: the second one is on the next day."""
_LENGTHS = ("least_hours", "least_minutes", "most_hours", "most_minutes")


async def _values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    found = await _choices(ctx)
    names = await ctx.person_names([found.person_id])
    repeats = bool(found.part.series_id)
    return {
        "name": names[found.person_id].full,
        "is_own": found.person_id == ctx.subject_id,
        "when": part_words(ctx, found.part).when,
        "repeats": repeats,
        "others": [{"value": _value(part), "text": part_words(ctx, part).when, "hint": ""} for part in found.others],
        "orders": choices(ctx, "distance_order", (*_ORDERS, *(_OVER_NIGHT if repeats else ()))),
        "back": ctx.request_path.rpartition("/")[0],
    }


async def _choices(ctx: PageContext) -> pb.GetGapChoicesResponse:
    request = pb.GetGapChoicesRequest(visit_id=_path(ctx, "visit"), series_id=_path(ctx, "series"))
    found: pb.GetGapChoicesResponse = await ctx.call(ctx.state.services.visit_gaps.GetGapChoices, request)
    return found


def _path(ctx: PageContext, name: str) -> str:
    return ctx.path_param(name) if name in ctx.request.path_params else ""


def _value(part: pb.GapPart) -> str:
    return f"visit:{part.visit_id}" if part.visit_id else f"series:{part.series_id}"


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    what, _, other = fields["other"].partition(":")
    problems = [] if what in ("visit", "series") else [ctx.form_problem("other", "distance.other_missing")]
    order = fields["order"]
    problems += [] if order in (*_ORDERS, *_OVER_NIGHT) else [ctx.form_problem("order", "distance.order_missing")]
    require(problems + _number_problems(ctx, fields))
    here = {"visit": _path(ctx, "visit"), "series": _path(ctx, "series")}
    there = {"visit": "", "series": "", what: other}
    first, second = (here, there) if order.startswith("this") else (there, here)
    request = pb.ProposeVisitGapRequest(
        request_id=request_id,
        first_visit_id=first["visit"],
        first_series_id=first["series"],
        second_visit_id=second["visit"],
        second_series_id=second["series"],
        least_minutes=_minutes(fields, "least"),
        most_minutes=_minutes(fields, "most"),
        next_day=order in _OVER_NIGHT,
    )
    proposed: pb.ProposeVisitGapResponse = await ctx.call(ctx.state.services.visit_gaps.ProposeVisitGap, request)
    return f"{PATH}/{proposed.gap_id}?done=propose" if proposed.gap_id else f"{PATH}"


def _number_problems(ctx: PageContext, fields: Fields) -> list[FormProblem]:
    """Nothing typed is none."""
    return [ctx.form_problem(name, "distance.number_wrong") for name in _LENGTHS if fields[name] and not _is_number(fields[name])]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 5


def _minutes(fields: Fields, which: str) -> int:
    return 60 * int(fields[f"{which}_hours"] or 0) + int(fields[f"{which}_minutes"] or 0)


_FORM = FormPage(
    "distance-new",
    "distances/new",
    _values,
    _propose,
    fields=("other", "order", *_LENGTHS),
    input_by_field={"second_visit_id": "other", "least_minutes": "least_hours", "most_minutes": "most_hours"},
)
PAGES = (
    form_page("/visits/{visit:uuid}/distance", _FORM, Access.MEMBER, acting=True),
    form_page("/visits/series/{series:uuid}/distance", _FORM, Access.MEMBER, acting=True),
)
