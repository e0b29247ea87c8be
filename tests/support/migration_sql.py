"""The SQL that a service's migrations execute, read without a database."""

import hashlib
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from unittest.mock import Mock, patch

from services.database_setup import migrations_folder


def migration_files(service: str) -> list[Path]:
    """In the order in which they run."""
    return sorted(migrations_folder(service).glob("[0-9]*.py"))


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
