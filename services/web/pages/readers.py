"""Who looked at the person's own record: every read that any service has logged, the latest first."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import emergency_pb2 as emergency
from kith.person.v1 import person_data_pb2 as person_data
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.paging import fetch_all

_REFUSED = "refused"
_LISTED = 15
"""Small enough that a page loads quickly on a slow line."""


@dataclass(frozen=True)
class ReadView:
    """One read in words. `role` says which hat the reader wore and in whose place they looked."""

    who: str | Markup
    role: str
    at: datetime
    what: Markup
    why: Markup | str
    in_emergency: bool
    stale: bool


async def show(ctx: PageContext) -> Response:
    """One page of all services' reads, merged by time."""
    reads, next_token = await _fetch_reads(ctx)
    names, reasons = await asyncio.gather(
        ctx.person_names(
            person
            for read in reads
            for person in (read.reader_id, read.acting_for_person_id, read.helped_by_person_id)
            if person and ":" not in person
        ),
        _emergency_reasons(ctx, reads),
    )
    views = [_view(ctx, read, names, reasons) for read in reads]
    return ctx.render("readers", reads=views, more=ctx.next_page(next_token))


async def _fetch_reads(ctx: PageContext) -> tuple[list[person_data.Read], str]:
    """Each service is asked for a page's worth, as any of them may have the latest. A read's token goes on in every service's list."""
    request = person_data.ListReadsRequest(person_id=ctx.subject_id, page_size=_LISTED, page_token=ctx.query_param("page"))
    responses: list[person_data.ListReadsResponse] = await asyncio.gather(
        *(ctx.call(service.ListReads, request) for service in ctx.state.services.person_data.values())
    )
    reads = [read for response in responses for read in response.reads]
    reads.sort(key=lambda read: (read.read_at.ToNanoseconds(), read.read_id), reverse=True)
    more = len(reads) > _LISTED or any(response.next_page_token for response in responses)
    return reads[:_LISTED], reads[_LISTED - 1].page_token if more else ""


async def _emergency_reasons(ctx: PageContext, reads: Sequence[person_data.Read]) -> Mapping[str, str]:
    """What was said when the record was opened, by the id of the access."""
    if not any(read.emergency_access_id for read in reads):
        return {}
    method, request = ctx.state.services.emergency.ListEmergencyAccess, emergency.ListEmergencyAccessRequest(person_id=ctx.subject_id)
    accesses = await fetch_all(ctx, method, request, lambda response: response.accesses)
    return {access.access_id: access.reason for access in accesses}


def _view(ctx: PageContext, read: person_data.Read, names: Mapping[str, PersonName], reasons: Mapping[str, str]) -> ReadView:
    by_kith = ":" in read.reader_id
    who: str | Markup = ctx.say("readers.kith") if by_kith else ctx.say("person.unknown")
    if read.reader_id in names:
        who = names[read.reader_id].full
    role = [str(ctx.say(f"hat.{read.hat}"))] if read.hat and ctx.catalogue.has(f"hat.{read.hat}") else []
    if read.acting_for_person_id:
        role.append(str(ctx.say("readers.for", name=names[read.acting_for_person_id].full)))
    if read.helped_by_person_id:
        role.append(str(ctx.say("readers.helped", name=names[read.helped_by_person_id].full)))
    reason = reasons.get(read.emergency_access_id, "") if read.emergency_access_id else read.reason
    return ReadView(
        who,
        ", ".join(role),
        utc_datetime(read.read_at),
        what_happened(ctx, read.action, read.record, read.fields),
        ctx.say("readers.why", reason=reason) if reason and read.action != _REFUSED else "",
        bool(read.emergency_access_id),
        read.stale,
    )


def what_happened(ctx: PageContext, action: str, record: str, fields: Iterable[str]) -> Markup:
    """A read as a sentence: what somebody saw, or tried to see."""
    keys = {"get": "readers.saw", "read": "readers.saw", _REFUSED: "readers.refused"}
    return ctx.say(keys.get(action, "readers.listed"), what=_what(ctx, record, fields))


def _what(ctx: PageContext, record: str, fields: Iterable[str]) -> str:
    """The sections of the record that were read, or which record it was."""
    sections = dict.fromkeys(field.partition(".")[0] for field in fields)
    parts = [str(ctx.say(f"readers.part_{section}")) for section in sections if ctx.catalogue.has(f"readers.part_{section}")]
    key = f"readers.what_{record.replace(' ', '_')}"
    return ", ".join(parts) or str(ctx.say(key if ctx.catalogue.has(key) else "readers.what_other"))
