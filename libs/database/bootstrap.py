"""Creates a service's database and its two roles, as the administrator.

The owner role owns the tables and runs migrations; the run role reads and writes rows and can neither alter a table nor bypass row-level
security. Safe to run at every start.
"""

import re
from dataclasses import dataclass

import asyncpg

_SERVICE = re.compile(r"[a-z][a-z_]{1,30}")


@dataclass(frozen=True)
class DatabaseRoles:
    """The two roles and the database of one service. Names derive from the service; passwords come from the instance's keys."""

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


async def create_database(admin: asyncpg.Connection, roles: DatabaseRoles) -> bool:
    """Creates what is missing and sets the passwords; returns whether the database is new. `admin` may create roles and databases."""
    if not _SERVICE.fullmatch(roles.service):
        raise ValueError(roles.service)
    for name, password in ((roles.owner, roles.owner_password), (roles.run, roles.run_password)):
        exists = await admin.fetchval("select 1 from pg_roles where rolname = $1", name)
        verb = "alter" if exists else "create"
        quoted = await admin.fetchval("select quote_literal($1)", password)
        await admin.execute(f"{verb} role {name} login password {quoted}")
    # Where the administrator is no superuser, only a member of a role can create a database owned by it.
    await admin.execute(f"grant {roles.owner} to current_user")
    if await admin.fetchval("select 1 from pg_database where datname = $1", roles.database_name):
        return False
    await admin.execute(f"create database \"{roles.database_name}\" owner {roles.owner} encoding 'UTF8' template template0")
    return True


async def grant_to_run_role(owner: asyncpg.Connection, roles: DatabaseRoles) -> None:
    """Grants the run role its rights, on existing and future tables; run as the owner, inside the service's database."""
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
