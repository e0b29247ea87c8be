"""Makes a service's database and its two roles, as the administrator.

The owner role holds the tables and runs migrations; the run role reads and writes rows and can neither alter a table nor pass row-level
security. Safe to run at every start.
"""

import re
from dataclasses import dataclass

import asyncpg

_SERVICE = re.compile(r"[a-z][a-z_]{1,30}")


@dataclass(frozen=True)
class Roles:
    """Names are made from the service; passwords come from the instance's keys."""

    service: str
    owner_password: str
    run_password: str
    database: str = ""
    """Empty for `kith_<service>`."""

    @property
    def owner(self) -> str:
        return f"kith_{self.service}_owner"

    @property
    def run(self) -> str:
        return f"kith_{self.service}_run"

    @property
    def database_name(self) -> str:
        return self.database or f"kith_{self.service}"


async def make(admin: asyncpg.Connection, roles: Roles) -> bool:
    """Makes what is missing and sets the passwords; says whether the database is new. `admin` may create roles and databases."""
    if not _SERVICE.fullmatch(roles.service):
        raise ValueError(roles.service)
    for name, password in ((roles.owner, roles.owner_password), (roles.run, roles.run_password)):
        known = await admin.fetchval("select 1 from pg_roles where rolname = $1", name)
        verb = "alter" if known else "create"
        quoted = await admin.fetchval("select quote_literal($1)", password)
        await admin.execute(f"{verb} role {name} login password {quoted}")
    # On servers where the administrator is no superuser, a database can only be given to a role one is a member of.
    await admin.execute(f"grant {roles.owner} to current_user")
    if await admin.fetchval("select 1 from pg_database where datname = $1", roles.database_name):
        return False
    await admin.execute(f"create database \"{roles.database_name}\" owner {roles.owner} encoding 'UTF8' template template0")
    return True


async def grant(owner: asyncpg.Connection, roles: Roles) -> None:
    """As the owner, inside the service's database: what the run role may do, now and with tables to come."""
    await owner.execute(
        f"""
        revoke all on schema public from public;
        grant usage on schema public to {roles.run};
        alter default privileges for role {roles.owner} in schema public
          grant select, insert, update, delete on tables to {roles.run};
        alter default privileges for role {roles.owner} in schema public
          grant usage, select on sequences to {roles.run};
        """
    )
