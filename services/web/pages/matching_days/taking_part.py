"""Taking part in a matching day on one side, and ranking the others: a number for each person, the same number for equals."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from kith.matching.v1 import matching_days_pb2 as pb
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, RedirectToPage, choices, form_page, version_of
from services.web.pages.matching_days.day_list import PATH, day_view
from services.web.pages.matching_days.day_page import fetch_day, own_entry, require_side
from services.web.pages.support.giving import pounds
from services.web.pages.support.profile_form import times_in_words

_RANK = "rank_"
_LEVELS = 9
_ROOMS = 20
_LONG_BODY = 256 * 1024
"""Some two thousand people to rank, each with an id and a number."""


@dataclass(frozen=True)
class ChoiceView:
    """Somebody who can be ranked: what they say openly, and the number that they have."""

    field: str
    name: str
    words: list[str]
    times: str
    rate: str
    rank: str


async def _entry_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    side, found = require_side(ctx), await fetch_day(ctx)
    day, entry = day_view(ctx, found.day), own_entry(found, side)
    if not day.is_open:
        raise RedirectToPage(day.path)
    was_sent = bool(fields["room"])
    return {
        "matching_day": day,
        "side": side,
        "rooms": [{"value": str(number), "text": str(number)} for number in range(1, _ROOMS + 1)],
        "room": fields["room"] if was_sent else str(entry.room if entry else 1),
        "recount": fields["recount"] if was_sent else ("on" if entry and entry.recount else ""),
        "recounts": choices(ctx, "day_recount", ("on",)),
    }


async def _enter(ctx: PageContext, fields: Fields, request_id: str) -> str:
    side, typed = require_side(ctx), fields["room"]
    request = pb.EnterMatchingDayRequest(
        request_id=request_id,
        day_id=ctx.path_param("day"),
        person_id=ctx.subject_id,
        giving=side == "giving",
        room=int(typed) if typed in set(map(str, range(1, _ROOMS + 1))) else 0,
        recount=fields["recount"] == "on",
    )
    await ctx.call(ctx.state.services.matching_days.EnterMatchingDay, request)
    return f"{PATH}/{request.day_id}?done=entered"


async def _rank_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    side, found = require_side(ctx), await fetch_day(ctx)
    day, entry = day_view(ctx, found.day), own_entry(found, side)
    if not day.is_open or entry is None:
        raise RedirectToPage(day.path)
    names = await ctx.person_names(choice.person_id for choice in entry.choices)
    was_sent = bool(fields["version"])
    levels = [{"value": str(level), "text": str(ctx.say("day_rank.level", level=level))} for level in range(2, _LEVELS + 1)]
    return {
        "matching_day": day,
        "side": side,
        "version": fields["version"] if was_sent else str(entry.version),
        "levels": [{"value": "", "text": str(ctx.say("day_rank.none"))}, {"value": "1", "text": str(ctx.say("day_rank.most"))}, *levels],
        "people": [_choice(ctx, choice, names[choice.person_id].full, fields if was_sent else None) for choice in entry.choices],
    }


async def _rank(ctx: PageContext, fields: Fields, request_id: str) -> str:
    groups: dict[int, list[str]] = defaultdict(list)
    for name, typed in fields.items():
        if name.startswith(_RANK) and typed in set(map(str, range(1, _LEVELS + 1))):
            groups[int(typed)].append(name.removeprefix(_RANK))
    request = pb.RankInMatchingDayRequest(
        request_id=request_id,
        day_id=ctx.path_param("day"),
        person_id=ctx.subject_id,
        giving=require_side(ctx) == "giving",
        ranks=[pb.RankGroup(person_ids=groups[level]) for level in sorted(groups)],
        version=version_of(fields),
    )
    await ctx.call(ctx.state.services.matching_days.RankInMatchingDay, request)
    return f"{PATH}/{request.day_id}?done=ranked"


def _choice(ctx: PageContext, choice: pb.MatchingDayChoice, name: str, sent: Fields | None) -> ChoiceView:
    field, offer = f"{_RANK}{choice.person_id}", choice.offer
    stored = str(min(choice.rank, _LEVELS)) if choice.rank else ""
    return ChoiceView(
        field,
        name,
        [*choice.words, *([offer.words] if offer.words else [])],
        ", ".join(times_in_words(ctx, offer.times)),
        pounds(offer.rate_pence) if offer.rate_pence else "",
        sent.get(field, "") if sent is not None else stored,
    )


ENTER = FormPage(
    "matching-day-enter",
    "matching_days/enter",
    _entry_values,
    _enter,
    fields=("room", "recount"),
    input_by_field={"room": "room"},
)
RANK = FormPage("matching-day-rank", "matching_days/rank", _rank_values, _rank, fields=("version",), prefixes=(_RANK,), max_body=_LONG_BODY)
PAGES = (
    form_page(f"{PATH}/{{day:uuid}}/enter/{{side}}", ENTER, Access.MEMBER, acting=True),
    form_page(f"{PATH}/{{day:uuid}}/rank/{{side}}", RANK, Access.MEMBER, acting=True),
)
