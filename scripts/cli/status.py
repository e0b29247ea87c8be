"""`kith status`: shows the state of a co-op's services."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from kith.status.v1 import status_pb2 as pb
from libs.refusals import Refusal
from libs.rpc.client import call_service
from libs.rpc.refusal_status import InternalServerError
from scripts.cli.connection import Connection, connect
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.lock_owner import load_co_op, lock_owner

_TIMEOUT_SECONDS = 3.0
_STATE_LABELS = {
    pb.STATE_WELL: "well",
    pb.STATE_DEGRADED: "works, but not all is well",
    pb.STATE_STARTING: "starting",
    pb.STATE_STOPPING: "stopping",
}
_REASONS = {
    "BUS_AWAY": "NATS cannot be reached: what services tell each other waits",
    "CLOCK_JUMPED": "the machine's clock was set while Kith ran: no vote closes until it is right or Kith is started again",
}


def status_command(
    folder: Annotated[Path, typer.Argument(help="The co-op's data folder.", metavar="folder")] = Path("kith-data"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")] = False,
) -> int:
    """Say how every service of a co-op is. 0: all well; 1: something is not; 6: it is not running, or a service does not answer."""
    instance, co_op = load_co_op(folder)
    # If the services run elsewhere, no process locks the folder: each is asked.
    if not co_op.service_addresses and lock_owner(instance.folder.path) is None:
        raise CommandError(
            f"{co_op.name} is not running.", "No Kith holds its folder.", f"Start it: kith up {folder}", ExitCode.UNAVAILABLE
        )
    by_service = asyncio.run(_get_all_statuses(folder))
    if as_json:
        print_result(
            json.dumps({"schema": "kith.v1", "services": [_status_json(name, status) for name, status in by_service.items()]}, indent=1)
        )
    else:
        print_result(f"{co_op.name}: {co_op.public_url}")
        for name, status in by_service.items():
            print_result("\n".join(_status_lines(name, status)))
    if any(status is None for status in by_service.values()):
        return ExitCode.UNAVAILABLE
    return ExitCode.OK if all(status is not None and status.state == pb.STATE_WELL for status in by_service.values()) else ExitCode.FAILED


async def _get_all_statuses(folder: Path) -> dict[str, pb.GetStatusResponse | None]:
    async with connect(folder) as connection:
        by_service = await asyncio.gather(*(get_status(connection, name) for name in connection.statuses))
    return dict(zip(connection.statuses, by_service, strict=True))


async def get_status(connection: Connection, service: str) -> pb.GetStatusResponse | None:
    """The status of one service; None if it does not answer."""
    try:
        response: pb.GetStatusResponse = await call_service(
            connection.statuses[service].GetStatus, pb.GetStatusRequest(), seconds=_TIMEOUT_SECONDS
        )
    except (Refusal, InternalServerError):
        return None
    return response


def _status_lines(name: str, status: pb.GetStatusResponse | None) -> list[str]:
    if status is None:
        return [f"  {name:<12} does not answer"]
    waiting = f", {status.facts_waiting} of them waiting to go out" if status.facts_waiting else ""
    lines = [f"  {name:<12} {_STATE_LABELS.get(status.state, 'unknown')}; {status.facts_stated} facts stated{waiting}"]
    lines += [f"  {'':<12} ! {_REASONS.get(reason, reason.replace('_', ' ').lower())}" for reason in status.reasons]
    for consumer in status.listening:
        stopped = f", stopped at a {consumer.stopped_by.rsplit('.', 1)[-1]} it cannot take in" if consumer.stopped_by else ""
        lines.append(
            f"  {'':<12} has heard {consumer.position} of {max(consumer.head, consumer.position)} facts of {consumer.source}{stopped}"
        )
    return lines


def _status_json(name: str, status: pb.GetStatusResponse | None) -> dict[str, object]:
    if status is None:
        return {"service": name, "state": "away"}
    return {
        "service": name,
        "state": pb.State.Name(status.state).removeprefix("STATE_").lower(),
        "reasons": list(status.reasons),
        "facts_stated": status.facts_stated,
        "facts_waiting": status.facts_waiting,
        "version": status.version,
        "listening": [
            {"source": row.source, "position": row.position, "head": row.head, "stopped_by": row.stopped_by} for row in status.listening
        ],
    }
