"""`kith facts`: lists the events that services published, and lets an operator rebuild a projection or skip an event.

It works on the services' databases as their owners, so only PostgreSQL has to run.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from libs import callers
from libs.callers import AuthenticationStrength, CallerChannel
from libs.clock import SystemClock
from libs.database.bootstrap import DatabaseRoles
from libs.database.engine import Database
from libs.host.backing.postgres_server import ADMINISTRATOR, PORT
from libs.host.component import Runtime
from libs.host.settings import SharedSettings
from libs.messages.consumer import Reactions
from libs.messages.rebuild import rebuild_projections, skip_event
from libs.rpc.transactions import Transactions
from scripts.cli.connection import connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.lock_owner import load_co_op, lock_owner
from scripts.cli.status import get_status
from services.database_setup import ServiceDatabase
from services.instance import Instance
from services.topology import SERVICES, ServiceEntry

events_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What services stated to each other, and what to do when one cannot follow.",
)
_ServiceArgument = Annotated[str, typer.Argument(help=f"One of {', '.join(service.name for service in SERVICES)}.")]
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_CAUGHT_UP_SECONDS = 60.0


@events_app.command("rebuild")
def rebuild_command(
    service: _ServiceArgument,
    *,
    source: Annotated[str, typer.Option(help="Only what came from this service. Default: from every one it follows.")] = "",
    folder: _FolderOption = Path("kith-data"),
) -> int:
    """Empty what a service keeps of others' facts, and let it follow again from fact 1. Takes effect within seconds."""
    return asyncio.run(_rebuild(folder, _service_named(service), source))


@events_app.command("skip")
def skip_command(
    service: _ServiceArgument,
    source: Annotated[str, typer.Argument(help="The service that stated it.")],
    number: Annotated[int, typer.Argument(min=1, help="The fact's number.")],
    *,
    why: Annotated[str, typer.Option(help="The reason; it is kept.")],
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """Order a service to pass over one fact it cannot take in. Who ordered it, when and why stay on record."""
    asyncio.run(_skip(folder, _service_named(service), source, number, why))


@events_app.command("list")
def list_command(
    service: _ServiceArgument,
    *,
    after: Annotated[int, typer.Option(min=0, help="Begin after this number.")] = 0,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 200,
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """List a service's facts: number, time, type and what they are about. Facts hold no names."""
    asyncio.run(_list(folder, _service_named(service), after, most))


async def _rebuild(folder: Path, service: ServiceEntry, source: str) -> int:
    instance, _ = load_co_op(folder)
    async with _open_as_owner(instance, service) as (database, url):
        follows = _reactions(instance, service, url)
        selected = [reactions for reactions in follows if source in ("", reactions.source)]
        if not selected:
            known = ", ".join(reactions.source for reactions in follows) or "nobody"
            why = f"It follows {known}."
            raise CommandError(f"{service.name} does not follow {source or 'anybody'}.", why, "Name one of those.", ExitCode.NOT_FOUND)
        for reactions in selected:
            # Row-level security allows only the reactions to a source to change what they wrote; that applies to the owner too.
            async with database.work(callers.reaction(reactions.source), datetime.now(UTC)) as work:
                await rebuild_projections(work, [reactions])
            print_note(f"{service.name} begins again from fact 1 of {reactions.source}.")
    if lock_owner(instance.folder.path) is None:
        print_note("It will follow when the co-op is started.")
        return ExitCode.OK
    return await _wait_until_caught_up(folder, service.name, {reactions.source for reactions in selected})


async def _wait_until_caught_up(folder: Path, service: str, sources: set[str]) -> int:
    """Waits until the emptied projections are filled again, at most a minute."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _CAUGHT_UP_SECONDS
    async with connect(folder) as connection:
        # The service reads its own position twice a second; until then it reports the old one.
        await asyncio.sleep(1.0)
        while loop.time() < deadline:
            status = await get_status(connection, service)
            rows = [row for row in status.listening if row.source in sources] if status else []
            if rows and all(row.position >= row.head for row in rows):
                print_note(f"{service} has caught up.")
                return ExitCode.OK
            await asyncio.sleep(0.25)
    raise CommandError(f"{service} has not caught up within a minute.", "It goes on by itself.", "Look: kith status", ExitCode.PARTIAL)


async def _skip(folder: Path, service: ServiceEntry, source: str, number: int, why: str) -> None:
    instance, _ = load_co_op(folder)
    async with _open_as_owner(instance, service) as (database, url):
        if source not in [reactions.source for reactions in _reactions(instance, service, url)]:
            what = f"{service.name} does not follow {source}."
            raise CommandError(what, "Nothing was ordered.", "Look: kith status", ExitCode.NOT_FOUND)
        async with database.work(_operator_caller(instance), datetime.now(UTC)) as work:
            await skip_event(work, source, number, why)
    print_note(f"{service.name} will pass over fact {number} of {source}, if it cannot take it in.")


def _operator_caller(instance: Instance) -> callers.Caller:
    """The operator as a caller. Raises CommandError before the bootstrap."""
    try:
        person = UUID(instance.operator_file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        what = "This co-op has not been founded yet."
        raise CommandError(what, "The first start registers the first member.", "Run kith up first.", ExitCode.CONFLICT) from None
    return callers.person(person, via=CallerChannel.COMMAND_LINE, strength=AuthenticationStrength.INSTANCE_KEY)


async def _list(folder: Path, service: ServiceEntry, after: int, most: int) -> None:
    instance, _ = load_co_op(folder)
    async with _open_as_owner(instance, service) as (database, _), database.engine.connect() as connection:
        rows = await connection.execute(_LIST_EVENTS, {"after": after, "most": most})
        for row in rows:
            about = row.subject.rsplit(".", 1)[-1]
            print_result(f"{row.number:>7}  {row.at:%Y-%m-%d %H:%M:%S}  {row.type.rsplit('.', 1)[-1]:<24} {about}")


_LIST_EVENTS = text("select number, at, type, subject from outbox where number > :after order by number limit :most")


@asynccontextmanager
async def _open_as_owner(instance: Instance, service: ServiceEntry) -> AsyncIterator[tuple[Database, str]]:
    """Opens a service's database as its owner; yields it and its URL. Raises CommandError if PostgreSQL is not reachable."""
    passwords = instance.keys.passwords
    roles = DatabaseRoles(service.name, passwords[service.name, "owner"], passwords[service.name, "run"])
    url = ServiceDatabase(roles, _administrator(instance)).owner_url
    database = Database(url, pool_size=2)
    try:
        try:
            async with database.engine.connect():
                pass
        except OSError:
            what = f"{instance.co_op.name}'s database does not answer."
            raise CommandError(what, "The co-op is not running.", "Start it: kith up", ExitCode.UNAVAILABLE) from None
        yield database, url
    finally:
        await database.close()


def _administrator(instance: Instance) -> URL:
    configured_url = instance.co_op.postgres_url
    if configured_url:
        return make_url(configured_url).set(drivername="postgresql+asyncpg")
    query = {"host": str(instance.folder.postgres_sockets), "port": str(PORT)}
    return URL.create("postgresql+asyncpg", username=ADMINISTRATOR, database="postgres", query=query)


def _reactions(instance: Instance, service: ServiceEntry, url: str) -> tuple[Reactions, ...]:
    """The event sources that the service consumes, from its component."""
    database, clock = Database(url), SystemClock()
    shared = SharedSettings(co_op=instance.co_op.id, token_key_file=instance.folder.keys / "token.pub.pem")
    component = service.part(shared, instance.service_settings(service, url))
    return component.build(Runtime(database, clock, Transactions(database, clock))).reactions


def _service_named(service: str) -> ServiceEntry:
    service_entry = next((entry for entry in SERVICES if entry.name == service), None)
    if service_entry is None:
        names = ", ".join(entry.name for entry in SERVICES)
        raise CommandError(f"There is no service {service}.", f"There are {names}.", "Name one of them.", ExitCode.USAGE)
    return service_entry
