"""A database of its own for every test: cloned from a template that is migrated once in a run (about 30 ms instead of a second)."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import URL

from libs.database import bootstrap
from libs.database.bootstrap import Roles
from libs.database.house_tables import FIRST
from libs.host import leader
from services.prepare import Wanted, prepare
from tests.support.servers import Servers

_PASSWORD = "tests-password-16"
_COUNT = itertools.count(1)


class Databases:
    """One for a run."""

    def __init__(self, servers: Servers) -> None:
        self._admin = servers.admin
        self._made: set[str] = set()

    @asynccontextmanager
    async def of(self, service: str) -> AsyncIterator[Wanted]:
        """A fresh database with this service's tables, dropped afterwards."""
        template = await self._template(service)
        async with self._clone(template, service) as wanted:
            yield wanted

    @asynccontextmanager
    async def of_a_voice(self, source: str) -> AsyncIterator[Wanted]:
        """A fresh database with nothing but the tables every service has: enough to state facts as `source`."""
        template = await self._voice_template(source)
        async with self._clone(template, source) as wanted:
            yield wanted

    async def _template(self, service: str) -> str:
        name = f"template_{service}"
        if name not in self._made:
            await prepare(self._admin, [self._wanted(service, name)])
            self._made.add(name)
        return name

    async def _voice_template(self, source: str) -> str:
        name = f"template_voice_{source}"
        if name not in self._made:
            wanted = self._wanted(source, name)
            admin = await leader.connect(_text(self._admin))
            await bootstrap.make(admin, wanted.roles)
            await admin.close()
            owner = await leader.connect(wanted.owner_url)
            await bootstrap.grant(owner, wanted.roles)
            await owner.execute(FIRST)
            await owner.close()
            self._made.add(name)
        return name

    async def make(self, service: str) -> Wanted:
        """A fresh database with this service's tables; whoever asked drops it."""
        return await self._made_from(await self._template(service), service)

    async def copy(self, one: Wanted) -> Wanted:
        """Another database with the same content. Nobody may be connected to the first meanwhile."""
        return await self._made_from(one.roles.database_name, one.roles.service)

    async def drop(self, one: Wanted) -> None:
        await self._as_administrator(f'drop database if exists "{one.roles.database_name}" with (force)')

    @asynccontextmanager
    async def _clone(self, template: str, service: str) -> AsyncIterator[Wanted]:
        wanted = await self._made_from(template, service)
        try:
            yield wanted
        finally:
            await self.drop(wanted)

    async def _made_from(self, template: str, service: str) -> Wanted:
        wanted = self._wanted(service, f"test_{service}_{next(_COUNT)}")
        await self._as_administrator(f'create database "{wanted.roles.database_name}" template "{template}" owner {wanted.roles.owner}')
        return wanted

    async def _as_administrator(self, statement: str) -> None:
        admin: asyncpg.Connection = await leader.connect(_text(self._admin))
        try:
            await admin.execute(statement)
        finally:
            await admin.close()

    def _wanted(self, service: str, database: str) -> Wanted:
        return Wanted(Roles(service, _PASSWORD, _PASSWORD, database), self._admin)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
