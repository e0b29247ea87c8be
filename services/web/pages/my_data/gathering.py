"""Gathers everything that the services store about the person who is signed in, or for whom they act."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from kith.person.v1 import person_rights_pb2 as pb
from services.web.page_context import PageContext

_AT_ONCE = 200


@dataclass(frozen=True)
class PersonRecord:
    """One record: the service that stores it, its kind, and its fields by name (`docs/formats/person-data.md`)."""

    service: str
    kind: str
    fields: Mapping[str, object]


async def gather(ctx: PageContext) -> list[PersonRecord]:
    """Every service's records, in the order of the services. Raises Unavailable if one of them is away: half of it would look like all."""
    by_service = await asyncio.gather(*(_records_of(ctx, service) for service in ctx.state.services.person_rights))
    return [record for records in by_service for record in records]


async def _records_of(ctx: PageContext, service: str) -> list[PersonRecord]:
    records: list[PersonRecord] = []
    page_token = ""
    while True:
        request = pb.ExportRequest(person_id=ctx.subject_id, page_size=_AT_ONCE, page_token=page_token)
        response: pb.ExportResponse = await ctx.call(ctx.state.services.person_rights[service].Export, request)
        # Parsed in a thread: a long record of a long life takes more than the few milliseconds that other requests may wait.
        records += await asyncio.to_thread(_parse, service, response)
        page_token = response.next_page_token
        if not page_token:
            return records


def _parse(service: str, response: pb.ExportResponse) -> list[PersonRecord]:
    return [PersonRecord(service, record.kind, json.loads(record.json)) for record in response.records]
