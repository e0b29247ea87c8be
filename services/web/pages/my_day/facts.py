"""What the people of today want their workers to know, as far as each of them shares it with this worker. What can kill comes first.

Each look is written down as every look at a record is; "My day" takes the page along once a day where the worker asked for that. The place
of a key is not in it: a finder of the phone would have it.
"""

import asyncio
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import record_pb2 as pb
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.my_day.page import PATH, keepable, list_of_day

_GRAVE = ("allergies", "risks")
_SHOWN = {
    "health": (*_GRAVE, "medicines"),
    "communication": ("speak", "understand", "upset"),
    "home": ("address_notes",),
    "contacts": ("emergency",),
}
_FIELDS = [f"{section}.{name}" for section, names in _SHOWN.items() for name in names]


@dataclass(frozen=True)
class Fact:
    """One field of a record; `grave` is what can kill."""

    label: Markup
    text: str
    grave: bool


async def show(ctx: PageContext) -> Response:
    """By person, in the order of their visits."""
    people = list(dict.fromkeys(visit.person_id for visit in await list_of_day(ctx)))
    names = await ctx.person_names(people)
    facts = await asyncio.gather(*(_facts(ctx, person) for person in people))
    shown = [{"id": person, "name": names[person].full, "facts": found} for person, found in zip(people, facts, strict=True)]
    return keepable(ctx, ctx.render("my_day/facts", people=shown))


async def _facts(ctx: PageContext, person: str) -> list[Fact]:
    request = pb.GetRecordRequest(person_id=person, fields=_FIELDS)
    response: pb.GetRecordResponse = await ctx.call(ctx.state.services.records.GetRecord, request)
    texts = {field.field: field.text for field in response.fields}
    return [
        Fact(ctx.say(f"record.field.{field}"), texts[field], field.partition(".")[2] in _GRAVE) for field in _FIELDS if texts.get(field)
    ]


PAGE = Page(f"{PATH}/facts", show)
