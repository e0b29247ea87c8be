"""A record in words: names of sections and fields, and who can see a field until when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup

from kith.identity.v1 import record_pb2 as pb
from libs.access import hat_names
from libs.access.record_fields import SECTIONS
from libs.refusals import NotFound
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.paging import fetch_all


@dataclass(frozen=True)
class GrantView:
    """One grant as a sentence."""

    grant_id: str
    text: Markup


@dataclass(frozen=True)
class FieldView:
    """A field with its name and what stands in it."""

    field: str
    name: str
    label: Markup
    text: str


@dataclass(frozen=True)
class SectionView:
    """A section with those of its fields that are shown."""

    section: str
    title: Markup
    fields: Sequence[FieldView]


def require_section(section: str) -> tuple[str, ...]:
    """The section's fields. Raises NotFound FIELD_UNKNOWN."""
    if section not in SECTIONS:
        raise NotFound("FIELD_UNKNOWN")
    return tuple(f"{section}.{name}" for name in SECTIONS[section])


def section_views(ctx: PageContext, texts: Mapping[str, str], *, only_filled: bool = False) -> list[SectionView]:
    """All sections, or those with something in them, each with its fields; for who acts for somebody, those of their scopes."""
    views = [
        SectionView(
            section,
            ctx.say(f"record.section.{section}"),
            [
                FieldView(field, name, ctx.say(f"record.field.{field}"), texts.get(field, ""))
                for name, field in ((name, f"{section}.{name}") for name in names)
                if texts.get(field) or not only_filled
            ],
        )
        for section, names in SECTIONS.items()
        if ctx.acting is None or section in ctx.acting.scopes
    ]
    return [view for view in views if view.fields]


async def fetch_own_fields(ctx: PageContext, *fields: str) -> dict[str, pb.RecordField]:
    """These fields of the person, or of the one for whom they act, or all; by key. Those never filled in are left out."""
    request = pb.GetRecordRequest(person_id=ctx.subject_id, fields=fields)
    response: pb.GetRecordResponse = await ctx.call(ctx.state.services.records.GetRecord, request)
    return {field.field: field for field in response.fields}


async def fetch_grants(ctx: PageContext, field: str = "") -> list[pb.AccessGrant]:
    """The person's grants that hold now or will. Who acts for somebody neither sees nor changes whom they let see what."""
    if ctx.acting:
        return []
    request = pb.ListAccessRequest(page_size=200, field=field, only_open=True)
    grants: list[pb.AccessGrant] = await fetch_all(ctx, ctx.state.services.records.ListAccess, request, lambda page: page.grants)
    return grants


async def grant_views(ctx: PageContext, grants: Iterable[pb.AccessGrant]) -> dict[str, list[GrantView]]:
    """The sentences of the grants, by field."""
    listed = list(grants)
    names = await ctx.person_names(grant.audience.person_id for grant in listed)
    views: dict[str, list[GrantView]] = defaultdict(list)
    for grant in listed:
        who = _audience_in_words(ctx, grant.audience, {key: name.full for key, name in names.items()})
        views[grant.field].append(GrantView(grant.grant_id, _sentence(ctx, grant, who)))
    return views


def last_day(ctx: PageContext, until: Timestamp) -> str:
    """The last day of a right that holds until just before then, in words."""
    return ctx.format_day(ctx.local_day(utc_datetime(until) - timedelta(microseconds=1)).isoformat())


def worn_hats(ctx: PageContext) -> list[str]:
    """The hats of the person, and first none: a hat counts only where it is claimed."""
    return ["", *(hat for hat in hat_names.AUDIENCES if ctx.has_hat(hat))]


def _audience_in_words(ctx: PageContext, audience: pb.Audience, names: Mapping[str, str]) -> str:
    if audience.kind == pb.AUDIENCE_KIND_PERSON:
        return names[audience.person_id]
    if audience.kind == pb.AUDIENCE_KIND_HAT:
        return str(ctx.say(f"record.hat.{audience.hat}"))
    return str(ctx.say("record.team" if audience.kind == pb.AUDIENCE_KIND_TEAM else "record.everybody"))


def _sentence(ctx: PageContext, grant: pb.AccessGrant, who: str) -> Markup:
    what = ctx.say(f"record.noun.{grant.field}")
    sentence = (
        ctx.say("record.sees_until", who=who, what=what, until=last_day(ctx, grant.valid_until))
        if grant.HasField("valid_until")
        else ctx.say("record.sees", who=who, what=what)
    )
    begins = utc_datetime(grant.valid_from)
    return sentence + " " + ctx.say("record.begins", since=ctx.format_moment(begins)) if begins > ctx.now else sentence
