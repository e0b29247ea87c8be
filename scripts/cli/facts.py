"""`kith facts`: what services stated, and an operator's ways out when one cannot take a fact in.

It works on the services' own databases, as their owners, whether the co-op runs or only its PostgreSQL does.
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
from libs.callers import Strength, Via
from libs.clock import System
from libs.database.bootstrap import Roles
from libs.database.engine import Database
from libs.host.backing.postgres import ADMINISTRATOR, PORT
from libs.host.component import House
from libs.host.settings import Shared
from libs.messages.consumer import Reactions
from libs.messages.rebuild import rebuild, skip
from libs.rpc.desk import Desk
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.door import door
from scripts.cli.holder import co_op_of, holder
from scripts.cli.status import ask_one
from services.instance import Instance
from services.prepare import Wanted
from services.topology import SERVICES, Named

facts_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What services stated to each other, and what to do when one cannot follow.",
)
_Service = Annotated[str, typer.Argument(help=f"One of {', '.join(one.name for one in SERVICES)}.")]
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_CAUGHT_UP_SECONDS = 60.0


@facts_app.command("rebuild")
def rebuild_command(
    service: _Service,
    *,
    source: Annotated[str, typer.Option(help="Only what came from this service. Default: from every one it follows.")] = "",
    folder: _Folder = Path("kith-data"),
) -> int:
    """Empty what a service keeps of others' facts, and let it follow again from fact 1. Takes effect within seconds."""
    return asyncio.run(_rebuild(folder, _named(service), source))


@facts_app.command("skip")
def skip_command(
    service: _Service,
    source: Annotated[str, typer.Argument(help="The service that stated it.")],
    number: Annotated[int, typer.Argument(min=1, help="The fact's number.")],
    *,
    why: Annotated[str, typer.Option(help="The reason; it is kept.")],
    folder: _Folder = Path("kith-data"),
) -> None:
    """Order a service to pass over one fact it cannot take in. Who ordered it, when and why stay on record."""
    asyncio.run(_skip(folder, _named(service), source, number, why))


@facts_app.command("list")
def list_command(
    service: _Service,
    *,
    after: Annotated[int, typer.Option(min=0, help="Begin after this number.")] = 0,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 200,
    folder: _Folder = Path("kith-data"),
) -> None:
    """List a service's facts: number, time, type and what they are about. Facts hold no names."""
    asyncio.run(_list(folder, _named(service), after, most))


async def _rebuild(folder: Path, service: Named, source: str) -> int:
    instance, _ = co_op_of(folder)
    async with _owned(instance, service) as (database, url):
        follows = _reactions(instance, service, url)
        chosen = [one for one in follows if source in ("", one.source)]
        if not chosen:
            known = ", ".join(one.source for one in follows) or "nobody"
            why = f"It follows {known}."
            raise CommandError(f"{service.name} does not follow {source or 'anybody'}.", why, "Name one of those.", ExitCode.NOT_FOUND)
        for one in chosen:
            # Row-level security lets the reactions to a source alone touch what they filled; it binds the owner too.
            async with database.work(callers.reaction(one.source), datetime.now(UTC)) as work:
                await rebuild(work, [one])
            say(f"{service.name} begins again from fact 1 of {one.source}.")
    if holder(instance.folder.path) is None:
        say("It will follow when the co-op is started.")
        return ExitCode.OK
    return await _caught_up(folder, service.name, {one.source for one in chosen})


async def _caught_up(folder: Path, service: str, sources: set[str]) -> int:
    """Until what was emptied is filled again, or a minute is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _CAUGHT_UP_SECONDS
    async with door(folder) as open_door:
        # The service looks at its own position twice a second; what it says before then is what it remembers.
        await asyncio.sleep(1.0)
        while loop.time() < until:
            said = await ask_one(open_door, service)
            rows = [row for row in said.listening if row.source in sources] if said else []
            if rows and all(row.position >= row.head for row in rows):
                say(f"{service} has caught up.")
                return ExitCode.OK
            await asyncio.sleep(0.25)
    raise CommandError(f"{service} has not caught up within a minute.", "It goes on by itself.", "Look: kith status", ExitCode.PARTIAL)


async def _skip(folder: Path, service: Named, source: str, number: int, why: str) -> None:
    instance, _ = co_op_of(folder)
    async with _owned(instance, service) as (database, url):
        if source not in [one.source for one in _reactions(instance, service, url)]:
            what = f"{service.name} does not follow {source}."
            raise CommandError(what, "Nothing was ordered.", "Look: kith status", ExitCode.NOT_FOUND)
        async with database.work(_steward(instance), datetime.now(UTC)) as work:
            await skip(work, source, number, why)
    say(f"{service.name} will pass over fact {number} of {source}, if it cannot take it in.")


def _steward(instance: Instance) -> callers.Caller:
    """The person this machine's acts are done as. Raises CommandError before the founding."""
    try:
        person = UUID(instance.steward.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        what = "This co-op has not been founded yet."
        raise CommandError(what, "The first start registers the first member.", "Run kith up first.", ExitCode.CONFLICT) from None
    return callers.person(person, via=Via.COMMAND_LINE, strength=Strength.INSTANCE_KEY)


async def _list(folder: Path, service: Named, after: int, most: int) -> None:
    instance, _ = co_op_of(folder)
    async with _owned(instance, service) as (database, _), database.engine.connect() as connection:
        rows = await connection.execute(_FACTS, {"after": after, "most": most})
        for row in rows:
            about = row.subject.rsplit(".", 1)[-1]
            result(f"{row.number:>7}  {row.at:%Y-%m-%d %H:%M:%S}  {row.type.rsplit('.', 1)[-1]:<24} {about}")


_FACTS = text("select number, at, type, subject from outbox where number > :after order by number limit :most")


@asynccontextmanager
async def _owned(instance: Instance, service: Named) -> AsyncIterator[tuple[Database, str]]:
    """A service's database as its owner, and its URL. Raises CommandError when its PostgreSQL is away."""
    passwords = instance.keys.passwords
    roles = Roles(service.name, passwords[service.name, "owner"], passwords[service.name, "run"])
    url = Wanted(roles, _administrator(instance)).owner_url
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
    given = instance.co_op.postgres_url
    if given:
        return make_url(given).set(drivername="postgresql+asyncpg")
    query = {"host": str(instance.folder.postgres_sockets), "port": str(PORT)}
    return URL.create("postgresql+asyncpg", username=ADMINISTRATOR, database="postgres", query=query)


def _reactions(instance: Instance, service: Named, url: str) -> tuple[Reactions, ...]:
    """What the service follows, from its own wiring."""
    database, clock = Database(url), System()
    shared = Shared(co_op=instance.co_op.id, token_key_file=instance.folder.keys / "token.pub.pem")
    part = service.part(shared, instance.settings_of(service, url))
    return part.build(House(database, clock, Desk(database, clock))).reactions


def _named(service: str) -> Named:
    found = next((one for one in SERVICES if one.name == service), None)
    if found is None:
        names = ", ".join(one.name for one in SERVICES)
        raise CommandError(f"There is no service {service}.", f"There are {names}.", "Name one of them.", ExitCode.USAGE)
    return found
