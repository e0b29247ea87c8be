"""`kith containers`: prepares a co-op's data folder to run with docker-compose.yml instead of `kith up`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scripts.cli.actions import DEFAULT_FOLDER, FolderArgument
from scripts.cli.console import print_note, print_result
from scripts.cli.lazy_imports import lazy_imports

if TYPE_CHECKING:
    from services.co_op_settings import CoOpSettings
    from services.instance import Instance

with lazy_imports():
    from libs.host import instance_keys
    from scripts.cli import lock_owner

SERVICE_ADDRESSES = {
    "identity": "identity:7401",
    "membership": "membership:7402",
    "governance": "governance:7403",
    "matching": "matching:7406",
    "scheduling": "scheduling:7407",
    "federation": "federation:7405",
    "web": "web:7404",
}
"""As in docker-compose.yml."""
ENV_FILE = "containers.env"
ANCHOR_FOLDER = "anchored"
"""A folder in the data folder where federation records what it signed, outside the database."""
UNPUBLISHED_BORDER = "127.0.0.1:8443"
"""The published border address if no other co-op should call."""


def containers_command(folder: FolderArgument = DEFAULT_FOLDER) -> None:
    """Make a co-op's folder ready to run in containers: writes containers.env, and says in kith.toml where the services answer.

    After an upgrade it does the same for services that are new: they get keys and an address.
    """
    instance, co_op = lock_owner.load_co_op(folder)
    if co_op.service_addresses:
        _add_new_services(instance, co_op)
    if not co_op.service_addresses:
        write_service_addresses(instance, SERVICE_ADDRESSES)
        print_note(f"{instance.folder.settings} now says that the services run in containers. Remove its [services] to use kith up again.")
    (instance.folder.path / ANCHOR_FOLDER).mkdir(mode=0o700, exist_ok=True)
    env_file = instance.folder.path / ENV_FILE
    env_file.write_text(compose_variables(instance, co_op), encoding="utf-8")
    print_result(f"docker compose --env-file {env_file} up --detach --wait")


def _add_new_services(instance: "Instance", co_op: "CoOpSettings") -> None:
    """A service without an address came with an upgrade. One that has an address keeps its keys, or misses them loudly."""
    new = [name for name in SERVICE_ADDRESSES if name not in co_op.service_addresses]
    if not new:
        return
    instance_keys.create_missing_service_keys(instance.folder.keys, co_op.id, new)
    lines = "".join(f'{name} = "{SERVICE_ADDRESSES[name]}"\n' for name in new)
    settings = instance.folder.settings
    settings.write_text(settings.read_text(encoding="utf-8").replace("\n[services]\n", f"\n[services]\n{lines}", 1), encoding="utf-8")
    instance.__dict__.pop("co_op", None)
    print_note(f"New in this version: {', '.join(new)}. Its keys are in {instance.folder.keys}; back them up again.")


def write_service_addresses(instance: "Instance", addresses: Mapping[str, str]) -> None:
    """Adds the address of each service to the settings."""
    lines = "".join(f'{name} = "{address}"\n' for name, address in addresses.items())
    comment = "# Where each service answers the command line, with the certificates in keys/tls. Without this table: kith up."
    with instance.folder.settings.open("a", encoding="utf-8") as file:
        file.write(f"\n[services]\n{comment}\n{lines}")
    # The cached settings are out of date now.
    instance.__dict__.pop("co_op", None)


def compose_variables(instance: "Instance", co_op: "CoOpSettings") -> str:
    """The variables of docker-compose.yml in the format of `--env-file`. No secrets."""
    keys_stat = instance.folder.keys.stat()
    values = {
        "KITH_FOLDER": str(instance.folder.path),
        "KITH_USER": f"{keys_stat.st_uid}:{keys_stat.st_gid}",
        "KITH_CO_OP": co_op.id,
        "KITH_CO_OP_NAME": co_op.name,
        "KITH_ZONE": co_op.zone.key,
        "KITH_PHONE": co_op.phone,
        "KITH_PUBLIC_URL": co_op.public_url,
        "KITH_TRUSTED_PROXIES": co_op.trusted_proxies,
        "KITH_SHARED_SESSION_MINUTES": str(co_op.shared_session_minutes),
        "KITH_QUIET_MINUTES": str(co_op.quiet_minutes),
        "KITH_PUBLISH": co_op.web_address,
        "KITH_PUBLISH_BORDER": co_op.border_address or UNPUBLISHED_BORDER,
        "KITH_ENDPOINT": co_op.endpoint,
    }
    return "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())


def _quoted(text: str) -> str:
    # In double quotes Compose accepts a backslash before these three characters only.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'
