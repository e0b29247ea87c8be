"""`kith status`: how a co-op's services are, in words."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from kith.status.v1 import status_pb2 as pb
from libs.refusals import Refusal
from libs.rpc.client import ask
from libs.rpc.wire import BrokenError
from scripts.cli.console import CommandError, ExitCode, result
from scripts.cli.door import Door, door
from scripts.cli.holder import co_op_of, holder

_SECONDS = 3.0
_STATES = {
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
    instance, co_op = co_op_of(folder)
    # The services of a co-op that runs elsewhere hold no folder: they are asked themselves.
    if not co_op.elsewhere and holder(instance.folder.path) is None:
        raise CommandError(
            f"{co_op.name} is not running.", "No Kith holds its folder.", f"Start it: kith up {folder}", ExitCode.UNAVAILABLE
        )
    answers = asyncio.run(_ask_all(folder))
    if as_json:
        result(json.dumps({"schema": "kith.v1", "services": [_as_json(name, one) for name, one in answers.items()]}, indent=1))
    else:
        result(f"{co_op.name}: {co_op.public_url}")
        for name, one in answers.items():
            result("\n".join(_in_words(name, one)))
    if any(one is None for one in answers.values()):
        return ExitCode.UNAVAILABLE
    return ExitCode.OK if all(one is not None and one.state == pb.STATE_WELL for one in answers.values()) else ExitCode.FAILED


async def _ask_all(folder: Path) -> dict[str, pb.GetStatusResponse | None]:
    async with door(folder) as open_door:
        given = await asyncio.gather(*(ask_one(open_door, name) for name in open_door.status))
    return dict(zip(open_door.status, given, strict=True))


async def ask_one(open_door: Door, service: str) -> pb.GetStatusResponse | None:
    """None when it does not answer."""
    try:
        said: pb.GetStatusResponse = await ask(open_door.status[service].GetStatus, pb.GetStatusRequest(), seconds=_SECONDS)
    except (Refusal, BrokenError):
        return None
    return said


def _in_words(name: str, one: pb.GetStatusResponse | None) -> list[str]:
    if one is None:
        return [f"  {name:<12} does not answer"]
    waiting = f", {one.facts_waiting} of them waiting to go out" if one.facts_waiting else ""
    lines = [f"  {name:<12} {_STATES.get(one.state, 'unknown')}; {one.facts_stated} facts stated{waiting}"]
    lines += [f"  {'':<12} ! {_REASONS.get(reason, reason.replace('_', ' ').lower())}" for reason in one.reasons]
    for heard in one.listening:
        stopped = f", stopped at a {heard.stopped_by.rsplit('.', 1)[-1]} it cannot take in" if heard.stopped_by else ""
        lines.append(f"  {'':<12} has heard {heard.position} of {max(heard.head, heard.position)} facts of {heard.source}{stopped}")
    return lines


def _as_json(name: str, one: pb.GetStatusResponse | None) -> dict[str, object]:
    if one is None:
        return {"service": name, "state": "away"}
    return {
        "service": name,
        "state": pb.State.Name(one.state).removeprefix("STATE_").lower(),
        "reasons": list(one.reasons),
        "facts_stated": one.facts_stated,
        "facts_waiting": one.facts_waiting,
        "version": one.version,
        "listening": [
            {"source": row.source, "position": row.position, "head": row.head, "stopped_by": row.stopped_by} for row in one.listening
        ],
    }
