"""Entry point of a container: runs services with settings from the environment."""

import asyncio
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.host import configuration, health_check
from libs.host.configuration import ConfigurationError
from libs.host.instance_keys import KeysUnusableError, read_password
from libs.host.settings import DatabaseUrl, ServiceSettings, SharedSettings, url_with_password
from services.topology import SERVICES, ServiceEntry, find_service

NAMES = tuple(service.name for service in SERVICES)
MIGRATE = "migrate"
USAGE = f"""\
python -m services all | SERVICE...          run these services in this process
python -m services migrate                   make databases, roles and tables, as PostgreSQL's administrator
    --replace-lost database                  ... although this co-op had databases before: they begin empty
python -m services health SERVICE            ask a running one whether it is well: exit code 0 or 1
python -m services check-config [WHAT...]    say what is wrong with the settings of services, or of migrate

services: {" ".join(NAMES)}
"""


class MigrationSettings(BaseSettings):
    """Settings that `migrate` needs and no service has."""

    model_config = SettingsConfigDict(env_prefix="KITH_", extra="ignore", env_ignore_empty=True)

    admin_url: DatabaseUrl = Field(description="The URL of PostgreSQL's administrator, who may make databases and roles")
    admin_password_file: Path | None = None
    passwords_folder: Path = Field(description="A folder with the password of each service's two roles: <service>.owner and <service>.run")
    founded_file: Path | None = Field(
        default=None,
        description="Where it is recorded which databases this co-op has had; outside PostgreSQL's own disk",
        json_schema_extra={"made_by_the_service": True},
    )


def all_settings_classes() -> list[type[BaseSettings]]:
    """Every settings class that reads the environment."""
    return [SharedSettings, MigrationSettings, *(service.settings_class for service in SERVICES)]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check-config", *names] if {*names} <= {*NAMES, MIGRATE}:
            action = _check_config
        case ["health", name] if name in NAMES:
            action, names = _health, [name]
        case ["migrate"]:
            action, names = _migrate, list(NAMES)
        case ["migrate", "--replace-lost", "database"]:
            action, names = _replace_lost_databases, list(NAMES)
        case ["all"]:
            action, names = _run, list(NAMES)
        case [_, *_] if {*arguments} <= {*NAMES}:
            action, names = _run, arguments
        case _:
            sys.stderr.write(USAGE)
            return 2
    try:
        return action(names)
    except ConfigurationError as error:
        return _report_problems(error.problems)
    except (KeysUnusableError, ValueError, OSError, TimeoutError) as error:
        return _report_problems([f"{arguments[0]}: {error}"])


def _run(names: Sequence[str]) -> int:
    # Whatever a service creates, sockets among it, is for its account alone.
    os.umask(0o077)
    # Until everything is loaded: `Process` switches it on again.
    gc.disable()
    from libs.database.migrations import DatabaseIsNewerError
    from libs.host.process import Process
    from libs.observe import logs

    shared, settings_by_service = _read_settings([find_service(name) for name in names])
    _refuse_missing_files([shared, *settings_by_service.values()])
    logs.configure_logging(level=shared.log_level, co_op=shared.co_op)
    parts = [find_service(name).part(shared, settings) for name, settings in settings_by_service.items()]
    try:
        asyncio.run(Process(shared, parts, "-".join(names)).run())
    except DatabaseIsNewerError as error:
        return _report_problems([str(error)])
    finally:
        gc.enable()
    return 0


def _health(names: Sequence[str]) -> int:
    shared, settings_by_service = _read_settings([find_service(name) for name in names])
    return _report_problems(
        [
            problem
            for name, settings in settings_by_service.items()
            if (problem := asyncio.run(health_check.health_problem(name, shared, settings)))
        ]
    )


def _check_config(names: Sequence[str]) -> int:
    """Reports all mistakes at once, not one after the other."""
    settings_classes: list[type[BaseSettings]] = [
        SharedSettings,
        *(service.settings_class for service in SERVICES if service.name in (names or NAMES)),
    ]
    problems = configuration.unknown_variables(os.environ, all_settings_classes())
    settings_classes += [MigrationSettings] if MIGRATE in names else []
    for settings_class in settings_classes:
        try:
            problems += configuration.missing_files(configuration.read_settings(settings_class))
        except ConfigurationError as error:
            problems += error.problems
    if not problems:
        sys.stdout.write("The settings can be used.\n")
    return _report_problems(problems)


def _replace_lost_databases(names: Sequence[str]) -> int:
    return _migrate(names, replace_lost=True)


def _migrate(names: Sequence[str], *, replace_lost: bool = False) -> int:
    """Creates databases and roles as well as tables; refuses to make those anew that this co-op has had, unless `replace_lost`."""
    from sqlalchemy.engine import make_url

    from libs.database.bootstrap import DatabaseRoles
    from libs.database.migrations import DatabaseIsNewerError
    from libs.host.data_folder import FolderUnusable
    from libs.host.founded_folder import FoundedDatabases
    from libs.observe import logs
    from services.database_setup import DatabasesMissingError, ServiceDatabase, prepare_databases

    shared, migration = configuration.read_settings(SharedSettings), configuration.read_settings(MigrationSettings)
    _refuse_missing_files([migration])
    logs.configure_logging(level=shared.log_level, co_op=shared.co_op)
    url = make_url(url_with_password(migration.admin_url, migration.admin_password_file))
    folder = migration.passwords_folder
    databases = [
        ServiceDatabase(DatabaseRoles(name, read_password(folder / f"{name}.owner"), read_password(folder / f"{name}.run")), url)
        for name in names
    ]
    try:
        founded = FoundedDatabases(migration.founded_file)
        founded.record(asyncio.run(prepare_databases(url, databases, () if replace_lost else founded.services)))
    except DatabasesMissingError as error:
        return _report_problems([founded.lost_sentence(error.services)])
    except (DatabaseIsNewerError, FolderUnusable) as error:
        return _report_problems([str(error)])
    finally:
        gc.enable()
    return 0


def _read_settings(services: Sequence[ServiceEntry]) -> tuple[SharedSettings, dict[str, ServiceSettings]]:
    return configuration.read_settings(SharedSettings), {
        service.name: configuration.read_settings(service.settings_class) for service in services
    }


def _refuse_missing_files(settings: Sequence[BaseSettings]) -> None:
    problems = [sentence for each in settings for sentence in configuration.missing_files(each)]
    if problems:
        raise ConfigurationError(problems)


def _report_problems(problems: Sequence[str]) -> int:
    """Writes each problem to standard error, on a line of its own. Returns the exit code: 1 when there is any."""
    for sentence in problems:
        sys.stderr.write(f"{sentence}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
