"""`kith status`: shows the state of a co-op's services."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from libs.host.health_reasons import sentence_of
from scripts.cli.actions import DEFAULT_FOLDER, FolderArgument, JsonOption, JsonResult, print_words, run
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import enum_words

with lazy_imports():
    from kith.status.v1 import status_pb2 as pb
    from libs import refusals
    from libs.rpc import refusal_status
    from scripts.cli import connection, lock_owner

_TIMEOUT_SECONDS = 3.0
_STATE_LABELS = {"degraded": "works, but not all is well", "": "unknown"}


def status_command(folder: FolderArgument = DEFAULT_FOLDER, *, as_json: JsonOption = False) -> int:
    """Say how every service of a co-op is. 0: all well; 1: something is not; 6: it is not running, or a service does not answer."""
    instance, co_op = lock_owner.load_co_op(folder)
    # If the services run elsewhere, no process locks the folder: each is asked.
    if not co_op.service_addresses and lock_owner.lock_owner(instance.folder.path) is None:
        fix = f"Start it: kith up {folder}"
        raise CommandError(f"{co_op.name} is not running.", "No Kith holds its folder.", fix, ExitCode.UNAVAILABLE)
    by_service = run(_get_all_statuses(folder))
    lines = [f"{co_op.name}: {co_op.public_url}", *(line for name, status in by_service.items() for line in _status_lines(name, status))]
    data = {"services": [_status_json(name, status) for name, status in by_service.items()]}
    return run(print_words(JsonResult(lines, data=data, code=_exit_code(by_service)), as_json=as_json))


def _exit_code(by_service: "Mapping[str, pb.GetStatusResponse | None]") -> ExitCode:
    if any(status is None for status in by_service.values()):
        return ExitCode.UNAVAILABLE
    all_well = all(status is not None and status.state == pb.STATE_WELL for status in by_service.values())
    return ExitCode.OK if all_well else ExitCode.FAILED


async def _get_all_statuses(folder: Path) -> "dict[str, pb.GetStatusResponse | None]":
    import asyncio

    async with connection.connect(folder) as co_op:
        by_service = await asyncio.gather(*(get_status(co_op, name) for name in co_op.statuses))
    return dict(zip(co_op.statuses, by_service, strict=True))


async def get_status(co_op: "connection.Connection", service: str) -> "pb.GetStatusResponse | None":
    """The status of one service; None if it does not answer."""
    try:
        response: pb.GetStatusResponse = await co_op.call(
            co_op.statuses[service].GetStatus, pb.GetStatusRequest(), seconds=_TIMEOUT_SECONDS
        )
    except (refusals.Refusal, refusal_status.InternalServerError):
        return None
    return response


def _status_lines(name: str, status: "pb.GetStatusResponse | None") -> Iterator[str]:
    if status is None:
        yield f"  {name:<12} does not answer"
        return
    waiting = f", {status.facts_waiting} of them waiting to go out" if status.facts_waiting else ""
    state = enum_words(pb.State, status.state)
    yield f"  {name:<12} {_STATE_LABELS.get(state, state)}; {status.facts_stated} events published{waiting}"
    yield from (f"  {'':<12} ! {sentence_of(reason)}" for reason in status.reasons)
    for consumer in status.listening:
        stopped = f", stopped at a {consumer.stopped_by.rsplit('.', 1)[-1]} it cannot take in" if consumer.stopped_by else ""
        head = max(consumer.head, consumer.position)
        yield f"  {'':<12} has heard {consumer.position} of {head} events of {consumer.source}{stopped}"


def _status_json(name: str, status: "pb.GetStatusResponse | None") -> dict[str, object]:
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
