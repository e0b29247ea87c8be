"""Migrations are frozen: whatever the code has become, a released migration executes the SQL that it was released with."""

import ast

import pytest

from tests.contract.migration_fingerprints import all_migrations, executed_sql, fingerprint, released_fingerprints

MIGRATIONS = all_migrations()
MAY_IMPORT = {"alembic", "sqlalchemy", "libs.database.shared_ddl"}


def imported_modules(source: str) -> set[str]:
    """Names as in `import a.b` and `from a.b import c`, where `c` may be a module, too."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            modules |= {f"{package}.{alias.name}" for alias in node.names}
    return modules


def is_allowed(module: str) -> bool:
    return any(module == allowed or module.startswith(f"{allowed}.") for allowed in MAY_IMPORT)


def test_every_migration_is_listed_and_none_has_disappeared() -> None:
    assert sorted(MIGRATIONS) == sorted(released_fingerprints())


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_migration_executes_the_sql_it_was_released_with(name: str) -> None:
    assert fingerprint(executed_sql(MIGRATIONS[name])) == released_fingerprints()[name]


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_migration_imports_nothing_that_may_change(name: str) -> None:
    assert {module for module in imported_modules(MIGRATIONS[name].read_text(encoding="utf-8")) if not is_allowed(module)} == set()


@pytest.mark.parametrize(
    "line",
    [
        "from libs.database import shared_tables",
        "from services.identity.storage import tables",
        "import libs.access.hats",
        "from libs.database.shared_tables import outbox",
        "from importlib import import_module",
    ],
)
def test_live_tables_are_recognised(line: str) -> None:
    assert not all(map(is_allowed, imported_modules(f"from alembic import op\n{line}")))


@pytest.mark.parametrize("line", ["from libs.database import shared_ddl", "from libs.database.shared_ddl import CREATE_SHARED_TABLES"])
def test_frozen_ddl_may_be_imported(line: str) -> None:
    assert all(map(is_allowed, imported_modules(line)))


def test_a_fingerprint_differs_with_one_word_of_sql_and_not_with_a_comment() -> None:
    sql = "create table a (\n  b text not null\n); -- why\n"

    assert fingerprint(sql) == fingerprint("create table a ( b text not null );")
    assert fingerprint(sql) != fingerprint(sql.replace("not null", "null"))
