"""`kith events`: lists the events that services published, and lets an operator rebuild a projection or skip an event.

It works on the services' databases as their owners, so only PostgreSQL has to run.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import DEFAULT_FOLDER, CommandGroup, FolderOption, TextResult, print_words, run
from scripts.cli.console import CommandError, ExitCode, print_note
from scripts.cli.lazy_imports import lazy_imports
from services.topology import SERVICE_NAMES, SERVICES, ServiceEntry

with lazy_imports():
    from libs import callers
    from libs.database import engine
    from libs.host import component, settings
    from libs.messages import reactions as event_reactions
    from libs.messages import rebuild
    from libs.rpc import transactions
    from scripts.cli import connection, lock_owner, service_databases, status
    from services import instance

events_app = CommandGroup("What services published to each other, and what to do when one cannot follow.")
_ServiceArgument = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICE_NAMES)}.")]
_CAUGHT_UP_SECONDS = 60.0
_LIST_EVENTS = "select number, at, type, subject from outbox where number > :after order by number limit :most"


@events_app.command("rebuild")
def rebuild_command(
    service: _ServiceArgument,
    *,
    source: Annotated[str, typer.Option(help="Only what came from this service. Default: from every one it follows.")] = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> int:
    """Empty what a service keeps of others' events, and let it follow again from event 1. Takes effect within seconds."""
    return run(_rebuild(folder, _service_named(service), source))


@events_app.command("skip")
def skip_command(
    service: _ServiceArgument,
    source: Annotated[str, typer.Argument(help="The service that published it.")],
    number: Annotated[int, typer.Argument(min=1, help="The event's number.")],
    *,
    why: Annotated[str, typer.Option(help="The reason; it is kept.")],
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Order a service to pass over one event it cannot take in. Who ordered it, when and why stay on record."""
    run(_skip(folder, _service_named(service), source, number, why))


@events_app.command("list")
def list_command(
    service: _ServiceArgument,
    *,
    after: Annotated[int, typer.Option(min=0, help="Begin after this number.")] = 0,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 200,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """List a service's events: number, time, type and what they are about. Events hold no names."""
    run(_list(folder, _service_named(service), after, most))


async def _rebuild(folder: Path, service: ServiceEntry, source: str) -> int:
    co_op, _ = lock_owner.load_co_op(folder)
    async with service_databases.open_as_owner(co_op, service) as (database, url):
        follows = _reactions(co_op, service, url)
        selected = [reactions for reactions in follows if source in ("", reactions.source)]
        if not selected:
            known = ", ".join(reactions.source for reactions in follows) or "nobody"
            why = f"It follows {known}."
            raise CommandError(f"{service.name} does not follow {source or 'anybody'}.", why, "Name one of those.", ExitCode.NOT_FOUND)
        for reactions in selected:
            # Row-level security allows only the reactions to a source to change what they wrote; that applies to the owner too.
            async with database.work(callers.reaction(reactions.source), datetime.now(UTC)) as work:
                await rebuild.rebuild_projections(work, [reactions])
            print_note(f"{service.name} begins again from event 1 of {reactions.source}.")
    if lock_owner.lock_owner(co_op.folder.path) is None:
        print_note("It will follow when the co-op is started.")
        return ExitCode.OK
    return await _wait_until_caught_up(folder, service.name, {reactions.source for reactions in selected})


async def _wait_until_caught_up(folder: Path, service: str, sources: set[str]) -> int:
    """Waits until the emptied projections are filled again, at most a minute."""
    import asyncio

    loop = asyncio.get_running_loop()
    deadline = loop.time() + _CAUGHT_UP_SECONDS
    async with connection.connect(folder) as connected:
        # The service reads its own position twice a second; until then it reports the old one.
        await asyncio.sleep(1.0)
        while loop.time() < deadline:
            current = await status.get_status(connected, service)
            rows = [row for row in current.listening if row.source in sources] if current else []
            if rows and all(row.position >= row.head for row in rows):
                print_note(f"{service} has caught up.")
                return ExitCode.OK
            await asyncio.sleep(0.25)
    raise CommandError(f"{service} has not caught up within a minute.", "It goes on by itself.", "Look: kith status", ExitCode.PARTIAL)


async def _skip(folder: Path, service: ServiceEntry, source: str, number: int, why: str) -> None:
    co_op, _ = lock_owner.load_co_op(folder)
    async with service_databases.open_as_owner(co_op, service) as (database, url):
        if source not in [reactions.source for reactions in _reactions(co_op, service, url)]:
            what = f"{service.name} does not follow {source}."
            raise CommandError(what, "Nothing was ordered.", "Look: kith status", ExitCode.NOT_FOUND)
        async with database.work(_operator_caller(co_op), datetime.now(UTC)) as work:
            await rebuild.skip_event(work, source, number, why)
    print_note(f"{service.name} will pass over event {number} of {source}, if it cannot take it in.")


def _operator_caller(co_op: "instance.Instance") -> "callers.Caller":
    """The operator as a caller. Raises CommandError before the bootstrap."""
    person = connection.operator_id(co_op)
    return callers.person(person, via=callers.CallerChannel.COMMAND_LINE, strength=callers.AuthenticationStrength.INSTANCE_KEY)


async def _list(folder: Path, service: ServiceEntry, after: int, most: int) -> None:
    from sqlalchemy import text

    co_op, _ = lock_owner.load_co_op(folder)
    async with service_databases.open_as_owner(co_op, service) as (database, _), database.engine.connect() as session:
        rows = (await session.execute(text(_LIST_EVENTS), {"after": after, "most": most})).all()
    await print_words(
        TextResult(
            f"{row.number:>7}  {row.at:%Y-%m-%d %H:%M:%S}  {row.type.rsplit('.', 1)[-1]:<24} {row.subject.rsplit('.', 1)[-1]}"
            for row in rows
        )
    )


def _reactions(co_op: "instance.Instance", service: ServiceEntry, url: str) -> "tuple[event_reactions.Reactions, ...]":
    """The event sources that the service consumes, from its component."""
    from libs.clock import SystemClock
    from libs.host.request_key import read_request_key

    database, clock = engine.Database(url), SystemClock()
    shared = settings.SharedSettings(co_op=co_op.co_op.id, token_key_file=co_op.folder.keys / "token.pub.pem")
    parts = service.part(shared, co_op.service_settings(service, url))
    request_key = read_request_key(shared.certificates_folder, service.name)
    return parts.build(component.Runtime(database, clock, transactions.Transactions(database, clock, request_key))).reactions


def _service_named(service: str) -> ServiceEntry:
    entry = next((entry for entry in SERVICES if entry.name == service), None)
    if entry is None:
        raise CommandError(f"There is no service {service}.", f"There are {', '.join(SERVICE_NAMES)}.", "Name one of them.", ExitCode.USAGE)
    return entry
