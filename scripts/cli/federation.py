"""`kith federation`: checks the connections to other co-ops."""

from collections.abc import Iterator
from typing import Annotated

import typer

from scripts.cli.actions import CommandGroup, JsonResult
from scripts.cli.console import ExitCode
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from kith.federation.v1 import federation_pb2 as pb
    from scripts.cli import connection

federation_app = CommandGroup("The ways to other co-ops.")
_TIMEOUT_SECONDS = 28.0


@federation_app.action("check", failed="Nothing was looked at.")
async def check(co_op: "connection.Connection", peer: Annotated[str, typer.Argument(help="The other co-op's id.")]) -> JsonResult:
    """Look at the way to a peer from both sides: name, port, TLS, keys, clock, version, a round trip, and back."""
    response = await co_op.as_secretary(co_op.federation.CheckPeer, pb.CheckPeerRequest(peer=peer), seconds=_TIMEOUT_SECONDS)
    checks = list(response.checks)
    lines = (f"{row.what:<13} {'good' if row.good else row.reason:<26} {row.detail}".rstrip() for row in checks)
    all_good = checks and all(row.good for row in checks)
    return JsonResult(lines, data={"checks": checks}, code=ExitCode.OK if all_good else ExitCode.FAILED)


@federation_app.action("us")
async def us_command(co_op: "connection.Connection") -> JsonResult:
    """Show who we are to other co-ops."""
    own = await co_op.as_secretary(co_op.federation.GetOwnIdentity, pb.GetOwnIdentityRequest())
    return JsonResult(_identity_lines(own), data=own)


def _identity_lines(own: "pb.GetOwnIdentityResponse") -> Iterator[str]:
    yield f"{own.name} ({own.co_op}), identity document {own.seq}"
    yield f"Root key {own.fingerprint}; {'it lies in the data folder' if own.root_here else 'it is kept elsewhere'}."
    yield f"Others reach us at {own.endpoint}." if own.endpoint else "No inbound port: we call others."
    if own.clock_doubtful:
        yield "Our clock differs from those of our peers: we witness nothing until it is right."
    if own.recovering:
        yield "We went back in time and ask the others first: nothing is signed until then."
