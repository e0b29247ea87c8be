"""`kith containers`: makes a co-op's data folder ready to run with docker-compose.yml instead of `kith up`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.console import result, say
from scripts.cli.holder import co_op_of
from services.instance import CoOp, Instance

ADDRESSES = {
    "identity": "identity:7401",
    "membership": "membership:7402",
    "governance": "governance:7403",
    "federation": "federation:7405",
    "web": "web:7404",
}
"""As docker-compose.yml names them."""
VARIABLES = "containers.env"
ANCHORED = "anchored"
"""A folder of the co-op's own: what federation signed is written down there, outside the database."""
BORDER = "127.0.0.1:8443"
"""Published when no other co-op is to call."""


def containers_command(
    folder: Annotated[Path, typer.Argument(help="The co-op's data folder.", metavar="folder")] = Path("kith-data"),
) -> None:
    """Make a co-op's folder ready to run in containers: writes containers.env, and says in kith.toml where the services answer."""
    instance, co_op = co_op_of(folder)
    if not co_op.elsewhere:
        move_out(instance, ADDRESSES)
        say(f"{instance.folder.settings} now says that the services run in containers. Remove its [services] to use kith up again.")
    (instance.folder.path / ANCHORED).mkdir(mode=0o700, exist_ok=True)
    place = instance.folder.path / VARIABLES
    place.write_text(variables(instance, co_op), encoding="utf-8")
    result(f"docker compose --env-file {place} up --detach --wait")


def move_out(instance: Instance, addresses: Mapping[str, str]) -> None:
    """Says in the settings where each service answers."""
    lines = "".join(f'{name} = "{address}"\n' for name, address in addresses.items())
    said = "# Where each service answers the command line, with the certificates in keys/tls. Without this table: kith up."
    with instance.folder.settings.open("a", encoding="utf-8") as file:
        file.write(f"\n[services]\n{said}\n{lines}")
    # What was read before no longer holds.
    instance.__dict__.pop("co_op", None)


def variables(instance: Instance, co_op: CoOp) -> str:
    """What docker-compose.yml asks for, in the form of its `--env-file`. No secrets."""
    keys = instance.folder.keys.stat()
    said = {
        "KITH_FOLDER": str(instance.folder.path),
        "KITH_USER": f"{keys.st_uid}:{keys.st_gid}",
        "KITH_CO_OP": co_op.id,
        "KITH_CO_OP_NAME": co_op.name,
        "KITH_ZONE": co_op.zone.key,
        "KITH_PHONE": co_op.phone,
        "KITH_PUBLIC_URL": co_op.public_url,
        "KITH_PUBLISH": co_op.web_address,
        "KITH_PUBLISH_BORDER": co_op.border_address or BORDER,
        "KITH_ENDPOINT": co_op.endpoint,
    }
    return "".join(f"{name}={_quoted(value)}\n" for name, value in said.items())


def _quoted(text: str) -> str:
    # In double quotes Compose takes a backslash for these three, and no others.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'
