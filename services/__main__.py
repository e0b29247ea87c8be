"""`python -m services all | <service> | migrate | check-config`: what a container runs. Everything comes from the environment."""

import asyncio
import sys
import tomllib
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.database import migrations
from libs.host.settings import Shared, with_password
from libs.observe import logs
from services.topology import SERVICES, Named, named


class Administrator(BaseSettings):
    """What `migrate` needs and no service has."""

    model_config = SettingsConfigDict(env_prefix="KITH_", extra="ignore")

    admin_url: str
    admin_password_file: Path | None = None
    passwords_file: Path


def main(arguments: list[str]) -> int:
    names = [one.name for one in SERVICES]
    if len(arguments) != 1 or arguments[0] not in ("all", "migrate", "check-config", *names):
        sys.stderr.write(f"usage: python -m services all | migrate | check-config | {' | '.join(names)}\n")
        return 2
    asked = arguments[0]
    try:
        return _run(asked, list(SERVICES) if asked in ("all", "migrate", "check-config") else [named(asked)])
    except (ValueError, OSError, TimeoutError, migrations.DatabaseIsNewerError) as error:
        sys.stderr.write(f"{asked}: {error}\n")
        return 1


def _run(asked: str, chosen: list[Named]) -> int:
    shared = Shared()
    logs.configure(level=shared.log_level, co_op=shared.co_op)
    if asked == "migrate":
        asyncio.run(_migrate([one.name for one in chosen]))
        return 0
    settings = [(one, one.settings()) for one in chosen]
    if asked == "check-config":
        sys.stdout.write("The settings can be read.\n")
        return 0
    from libs.host.process import Process

    parts = [one.part(shared, found) for one, found in settings]
    asyncio.run(Process(shared, parts, asked).run())
    return 0


async def _migrate(names: list[str]) -> None:
    """With the administrator's URL: makes databases and roles too."""
    from sqlalchemy.engine import make_url

    from libs.database.bootstrap import Roles
    from services.prepare import Wanted, prepare

    admin = Administrator()
    url = make_url(with_password(admin.admin_url, admin.admin_password_file))
    passwords = tomllib.loads(admin.passwords_file.read_text(encoding="utf-8"))
    wanted = [Wanted(Roles(name, passwords[name]["owner"], passwords[name]["run"]), url) for name in names]
    await prepare(url, wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
