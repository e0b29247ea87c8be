"""What a container runs. Everything comes from the environment."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.host import configuration, probe
from libs.host.configuration import ConfigurationError
from libs.host.instance_keys import KeysUnusableError, password
from libs.host.settings import DatabaseUrl, Service, Shared, with_password
from services.topology import SERVICES, Named, named

NAMES = tuple(one.name for one in SERVICES)
MIGRATE = "migrate"
USAGE = f"""\
python -m services all | SERVICE...          run these services in this process
python -m services migrate                   make databases, roles and tables, as PostgreSQL's administrator
python -m services health SERVICE            ask a running one whether it is well: exit code 0 or 1
python -m services check-config [WHAT...]    say what is wrong with the settings of services, or of migrate

services: {" ".join(NAMES)}
"""


class Administrator(BaseSettings):
    """What `migrate` needs and no service has."""

    model_config = SettingsConfigDict(env_prefix="KITH_", extra="ignore", env_ignore_empty=True)

    admin_url: DatabaseUrl = Field(description="The URL of PostgreSQL's administrator, who may make databases and roles")
    admin_password_file: Path | None = None
    passwords_folder: Path = Field(description="A folder with the password of each service's two roles: <service>.owner and <service>.run")


def known() -> list[type[BaseSettings]]:
    """All settings there are."""
    return [Shared, Administrator, *(one.kind for one in SERVICES)]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check-config", *names] if {*names} <= {*NAMES, MIGRATE}:
            act = _check_config
        case ["health", name] if name in NAMES:
            act, names = _health, [name]
        case ["migrate"]:
            act, names = _migrate, list(NAMES)
        case ["all"]:
            act, names = _run, list(NAMES)
        case [_, *_] if {*arguments} <= {*NAMES}:
            act, names = _run, arguments
        case _:
            sys.stderr.write(USAGE)
            return 2
    try:
        return act(names)
    except ConfigurationError as error:
        return _say(error.problems)
    except (KeysUnusableError, ValueError, OSError, TimeoutError) as error:
        return _say([f"{arguments[0]}: {error}"])


def _run(names: Sequence[str]) -> int:
    from libs.database.migrations import DatabaseIsNewerError
    from libs.host.process import Process
    from libs.observe import logs

    shared, found = _settings([named(name) for name in names])
    _refuse_missing_files([shared, *found.values()])
    logs.configure(level=shared.log_level, co_op=shared.co_op)
    parts = [named(name).part(shared, settings) for name, settings in found.items()]
    try:
        asyncio.run(Process(shared, parts, "-".join(names)).run())
    except DatabaseIsNewerError as error:
        return _say([str(error)])
    return 0


def _health(names: Sequence[str]) -> int:
    shared, found = _settings([named(name) for name in names])
    return _say([trouble for name, settings in found.items() if (trouble := asyncio.run(probe.trouble(name, shared, settings)))])


def _check_config(names: Sequence[str]) -> int:
    """Everything wrong at once, not one thing after the other."""
    wanted: list[type[BaseSettings]] = [Shared, *(one.kind for one in SERVICES if one.name in (names or NAMES))]
    wrong = configuration.unknown(os.environ, known())
    wanted += [Administrator] if MIGRATE in names else []
    for kind in wanted:
        try:
            wrong += configuration.missing_files(configuration.read(kind))
        except ConfigurationError as error:
            wrong += error.problems
    if not wrong:
        sys.stdout.write("The settings can be used.\n")
    return _say(wrong)


def _migrate(names: Sequence[str]) -> int:
    """Makes databases and roles too."""
    from sqlalchemy.engine import make_url

    from libs.database.bootstrap import Roles
    from libs.database.migrations import DatabaseIsNewerError
    from libs.observe import logs
    from services.prepare import Wanted, prepare

    shared, admin = configuration.read(Shared), configuration.read(Administrator)
    _refuse_missing_files([admin])
    logs.configure(level=shared.log_level, co_op=shared.co_op)
    url = make_url(with_password(admin.admin_url, admin.admin_password_file))
    folder = admin.passwords_folder
    wanted = [Wanted(Roles(name, password(folder / f"{name}.owner"), password(folder / f"{name}.run")), url) for name in names]
    try:
        asyncio.run(prepare(url, wanted))
    except DatabaseIsNewerError as error:
        return _say([str(error)])
    return 0


def _settings(chosen: Sequence[Named]) -> tuple[Shared, dict[str, Service]]:
    return configuration.read(Shared), {one.name: configuration.read(one.kind) for one in chosen}


def _refuse_missing_files(settings: Sequence[BaseSettings]) -> None:
    wrong = [sentence for one in settings for sentence in configuration.missing_files(one)]
    if wrong:
        raise ConfigurationError(wrong)


def _say(wrong: Sequence[str]) -> int:
    """To standard error, a line each. Gives the exit code: 1 when anything is wrong."""
    for sentence in wrong:
        sys.stderr.write(f"{sentence}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
