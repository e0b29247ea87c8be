"""What we hold about you: to read and print, and as a file to take away."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from starlette.responses import Response

from services.web.page_context import PageContext, PersonName
from services.web.pages import holds
from services.web.pages.my_data import archive
from services.web.pages.my_data.gathering import PersonRecord, gather
from services.web.pages.my_data.words import is_id, value_words
from services.web.pages.readers import what_happened

_SHOWN_OF_A_KIND = 100
_READ = "read_audit"


@dataclass(frozen=True)
class FieldView:
    """A field in words."""

    name: str | Markup
    value: str | Markup


@dataclass(frozen=True)
class KindView:
    """The records of one kind in one service: what they are, why we have them and for how long. `more` are only in the file."""

    title: str | Markup
    why: str | Markup
    records: Sequence[Sequence[FieldView]]
    more: int


@dataclass(frozen=True)
class ReadView:
    """That somebody looked: who, as what, at what (a sentence), and when."""

    who: str | Markup
    hat: str | Markup
    what: str | Markup
    at: str


async def show(ctx: PageContext) -> Response:
    """Everything the services hold about the person, kind by kind, and who looked at it."""
    records = await gather(ctx)
    kinds = dict.fromkeys((record.service, record.kind) for record in records if record.kind != _READ)
    reads = archive.readers(records)
    names = await ctx.person_names(str(read["reader"]) for read in reads[:_SHOWN_OF_A_KIND] if is_id(str(read["reader"])))
    return ctx.render(
        "my_data",
        kinds=[_kind_view(ctx, [record for record in records if (record.service, record.kind) == kind]) for kind in kinds],
        reads=[_read_view(ctx, read, names) for read in reads[:_SHOWN_OF_A_KIND]],
        more_reads=max(0, len(reads) - _SHOWN_OF_A_KIND),
        holds=await holds.own(ctx),
        done=ctx.query_param("done") == "asked",
    )


async def download(ctx: PageContext) -> Response:
    """The ZIP file."""
    records = await gather(ctx)
    read_me = "\r\n\r\n".join(str(ctx.say(key, co_op=ctx.state.co_op.name, phone=ctx.phone)) for key in _READ_ME)
    services = tuple(ctx.state.services.person_rights)
    data = await asyncio.to_thread(archive.pack, ctx.subject_id, records, services, ctx.now, read_me)
    return ctx.file_response(data, "my-data.zip", "application/zip")


_READ_ME = ("data.readme_what", "data.readme_files", "data.readme_others", "data.readme_why", "data.readme_rights")


def _kind_view(ctx: PageContext, records: Sequence[PersonRecord]) -> KindView:
    kind = records[0].kind
    views = [view for record in records if (view := [*_field_views(ctx, kind, record.fields)])]
    more = max(0, len(views) - _SHOWN_OF_A_KIND)
    return KindView(ctx.say(f"data.kind.{kind}"), ctx.say(f"data.why.{kind}"), views[:_SHOWN_OF_A_KIND], more)


def _field_views(ctx: PageContext, kind: str, fields: Mapping[str, object]) -> list[FieldView]:
    """The fields with a value, without the ids: those are for programs, in the file."""
    values = ((name, value_words(ctx, kind, name, value)) for name, value in fields.items())
    return [FieldView(ctx.say(f"data.field.{name}"), value) for name, value in values if value]


def _read_view(ctx: PageContext, read: Mapping[str, object], names: Mapping[str, PersonName]) -> ReadView:
    reader, hat = str(read["reader"]), str(read["hat"])
    # Jobs read too, to send what the person is told.
    by_kith = ":" in reader
    return ReadView(
        who=names[reader].full if reader in names else ctx.say("readers.kith" if by_kith else "person.unknown"),
        hat=ctx.say(f"hat.{hat}") if ctx.catalogue.has(f"hat.{hat}") else hat,
        what=what_happened(ctx, str(read["action"]), str(read["record"]), _texts(read["fields"])),
        at=ctx.format_moment(datetime.fromisoformat(str(read["at"]))),
    )


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
