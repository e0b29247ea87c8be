"""Fingerprints of the SQL that each migration executes.

`python -m tests.contract.migration_fingerprints` adds the lines that are missing to `released_migrations.sha256` and never alters one:
databases exist that were made by exactly that SQL.

What a version shipped is frozen. Between two versions the SQL of a migration that none has shipped yet may still change, and its line
with it; a data folder made from such unreleased code may then have to be made anew.
"""

import hashlib
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from unittest.mock import Mock, patch

from services.database_setup import migrations_folder
from services.topology import SERVICE_NAMES

_FILE = Path(__file__).with_name("released_migrations.sha256")


def migration_files(service: str) -> list[Path]:
    """In the order in which they run."""
    return sorted(migrations_folder(service).glob("[0-9]*.py"))


def all_migrations() -> dict[str, Path]:
    """By their names, such as `identity/0001_first`."""
    return {f"{service}/{path.stem}": path for service in SERVICE_NAMES for path in migration_files(service)}


def executed_sql(migration: Path) -> str:
    """All statements of one migration, in order."""
    specification = spec_from_file_location(migration.stem, migration)
    assert specification is not None
    assert specification.loader is not None
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    operations = Mock(spec_set=["execute"])
    with patch.object(module, "op", operations):
        module.upgrade()
    return "\n".join(call.args[0] for call in operations.execute.call_args_list)


def fingerprint(sql: str) -> str:
    """The same for SQL that differs only in comments and spacing."""
    return hashlib.sha256(" ".join(re.sub("--.*", "", sql).split()).encode()).hexdigest()


def released_fingerprints() -> dict[str, str]:
    """By the names of the migrations."""
    return {name: digest for digest, name in map(str.split, _FILE.read_text(encoding="ascii").splitlines())}


def main() -> None:
    released = {name: fingerprint(executed_sql(path)) for name, path in all_migrations().items()} | released_fingerprints()
    _FILE.write_text("".join(f"{released[name]}  {name}\n" for name in sorted(released)), encoding="ascii")


if __name__ == "__main__":
    main()
