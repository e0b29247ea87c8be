"""What a person says of themselves under the headings of the About Me standard (PRSB, version 1.2 of April 2021), to print or take along.

Surgeries, hospitals and councils read these headings. The words are those of the person's record; what opens their door and what they
say of money is no part of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import record_pb2 as pb
from libs.access.record_fields import section_of
from libs.refusals import Unavailable
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.records.record_words import fetch_own_fields
from services.web.pages.support.getting import fetch_getting
from services.web.pages.support.profile_form import times_in_words

PATH = "/you/record/about-me"
FORM = "kith.about_me.v1"
STANDARD = "PRSB About Me 1.2"
WHEN = "how_and_when"
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "most_important": ("what_matters.hopes", "about_me.likes"),
    "people": ("contacts.family", "contacts.emergency"),
    "communicate": ("communication.speak", "communication.understand"),
    "wellness": ("what_matters.good_day", "what_matters.bad_day", "health.conditions"),
    "please_do": ("communication.upset", "health.allergies"),
    WHEN: ("health.medicines",),
    "also": ("about_me.story", "about_me.culture", "health.risks", "contacts.doctor"),
}
"""Which fields of a record stand under which heading, in the order of the standard."""


@dataclass(frozen=True)
class Heading:
    """One heading with what the person says there, each with its own title."""

    key: str
    title: Markup
    said: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class AboutMe:
    """The headings in their order, who helped to write it, and when something in it was last changed."""

    headings: Sequence[Heading]
    supported_by: Sequence[str]
    changed_at: datetime | None


async def show(ctx: PageContext) -> Response:
    """The headings with what the person, or who they act for, wrote."""
    about = await _about_me(ctx)
    changed = ctx.format_day(ctx.local_day(about.changed_at).isoformat()) if about.changed_at else ""
    return ctx.render("records/about_me", about=about, changed=changed, file=f"{PATH}/file")


async def download(ctx: PageContext) -> Response:
    """The same as JSON, for a program that knows the standard."""
    about = await _about_me(ctx)
    content = {
        "form": FORM,
        "standard": STANDARD,
        "name": (await ctx.person_names([ctx.subject_id]))[ctx.subject_id].full,
        "headings": [
            {"key": heading.key, "heading": str(heading.title), "said": [{"title": title, "text": text} for title, text in heading.said]}
            for heading in about.headings
        ],
        "supported_to_write_this_by": list(about.supported_by),
        "date": ctx.local_day(about.changed_at).isoformat() if about.changed_at else None,
    }
    return ctx.file_response(json.dumps(content, ensure_ascii=False, indent=1).encode(), "about-me.json", "application/json")


async def _about_me(ctx: PageContext) -> AboutMe:
    wanted = [field for fields in HEADINGS.values() for field in fields if ctx.acting is None or section_of(field) in ctx.acting.scopes]
    record = {key: field for key, field in (await fetch_own_fields(ctx, *wanted)).items() if field.text} if wanted else {}
    times = await _times(ctx)
    headings = []
    for key, fields in HEADINGS.items():
        said = [(str(ctx.say(f"record.field.{field}")), record[field].text) for field in fields if field in record]
        if key == WHEN and times:
            said.insert(0, (str(ctx.say("about.times")), times))
        headings.append(Heading(key, ctx.say(f"about.heading.{key}"), said))
    return AboutMe(headings, await _helpers(ctx, record), max((utc_datetime(field.changed_at) for field in record.values()), default=None))


async def _times(ctx: PageContext) -> str:
    """When the person wants support; nothing for who acts for them in other things, or while that part of Kith is away."""
    if ctx.acting is not None and "team" not in ctx.acting.scopes:
        return ""
    try:
        return "\n".join(times_in_words(ctx, (await fetch_getting(ctx)).times))
    except Unavailable:
        return ""


async def _helpers(ctx: PageContext, record: Mapping[str, pb.RecordField]) -> list[str]:
    """Those who filled something in for the person."""
    others = sorted({field.changed_by for field in record.values()} - {ctx.subject_id, ""})
    names = await ctx.person_names(others)
    return [names[other].full for other in others]
