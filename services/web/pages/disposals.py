"""What was disposed of as its time was over: how much of what, by which rule of the rulebook. The log names nobody."""

import asyncio

from starlette.responses import Response

from kith.person.v1 import person_rights_pb2 as rights
from services.web.page_context import PageContext

_LISTED = 200


async def show(ctx: PageContext) -> Response:
    """The latest lines of every service."""
    services = ctx.state.services.person_rights.values()
    responses: list[rights.ListDisposalsResponse] = await asyncio.gather(
        *(ctx.call(service.ListDisposals, rights.ListDisposalsRequest(page_size=_LISTED)) for service in services)
    )
    lines = sorted((line for response in responses for line in response.disposals), key=lambda line: line.day, reverse=True)
    rows = [
        [
            ctx.format_day(line.day),
            ctx.say(f"disposals.kind_{line.kind}"),
            line.records,
            ctx.say(f"disposals.after_{line.after}", line.years),
        ]
        for line in lines[:_LISTED]
    ]
    return ctx.render("erasure/disposals", rows=rows)
