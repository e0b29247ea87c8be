"""docker-compose.yml matches the existing services and their settings."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from libs.host import instance_keys
from libs.host.configuration import variable_descriptions
from scripts.cli.containers import SERVICE_ADDRESSES
from services.__main__ import all_settings_classes
from services.topology import SERVICES
from tests.support.compose_file import COMPOSE_FILE, ComposeFile, VariableMissingError, substitute_variables

NAMES = [service.name for service in SERVICES]
GIVEN = {"KITH_CO_OP": "journey-row", "KITH_CO_OP_NAME": "Journey Row Care", "KITH_PUBLIC_URL": "https://example.org"}
SECRETS = Path("/run/secrets")


@pytest.fixture
def composition() -> ComposeFile:
    return ComposeFile(GIVEN)


def test_it_is_a_composition_by_the_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE_FILE)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_it_is_a_composition_to_a_second_reader() -> None:
    """With YAML's `<<` followed and variables filled in first, as Compose does."""
    merged = json.dumps(yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8")))
    read = PyCompose.from_yaml(substitute_variables(merged, GIVEN))
    assert {*NAMES, "migrate", "postgres", "nats"} <= {*(read.services or {})}


def test_every_service_runs_alone_in_a_container_of_its_name(composition: ComposeFile) -> None:
    assert composition.kith_services == NAMES
    for name in NAMES:
        assert composition.argv(name, SECRETS) == ["python", "-m", "services", name]
        assert composition.health(name, SECRETS) == ["python", "-m", "services", "health", name]


def test_every_variable_is_a_setting(composition: ComposeFile) -> None:
    settings = variable_descriptions(all_settings_classes())
    for name in (*NAMES, "migrate"):
        unknown = {*composition.environment(name, SECRETS)} - {*settings}
        assert not unknown, f"{name}: {unknown}"


def test_no_two_services_share_a_port_and_the_edge_finds_them_all(composition: ComposeFile) -> None:
    secrets = {name: composition.environment(name, SECRETS) for name in NAMES}
    ports = [
        value.rsplit(":", 1)[1]
        for one in secrets.values()
        for key, value in one.items()
        if key.endswith("_ADDRESS") and value.startswith("0.")
    ]
    assert len(ports) == len({*ports}) == 2 * len(NAMES) + 2
    for name in set(NAMES) - {"web"}:
        listens = secrets[name][f"KITH_{name.upper()}_ADDRESS"].rsplit(":", 1)[1]
        assert secrets["web"][f"KITH_WEB_{name.upper()}_ADDRESS"] == f"{name}:{listens}" == SERVICE_ADDRESSES[name]


def test_a_container_is_given_the_secrets_it_names_and_no_others(composition: ComposeFile) -> None:
    for name in composition.services:
        values = [*composition.environment(name, SECRETS).values()]
        named = {Path(value).name for value in values if value.startswith("/run/secrets/")}
        secrets = {*composition.secrets(name)}
        if "/run/secrets" in values:
            roles = {f"{name}.{role}" for name in NAMES for role in instance_keys.ROLES}
            named |= roles if name == "migrate" else {"ca.pem", f"{name}.pem", f"{name}.key.pem"}
        assert secrets == named, name


def test_only_identity_can_sign_tokens_and_only_migrate_can_change_tables(composition: ComposeFile) -> None:
    holders = {name: {*composition.secrets(name)} for name in composition.services}
    assert [name for name, secrets in holders.items() if secrets & {"root.pem", "seal.key"}] == ["federation"]
    assert [name for name, secrets in holders.items() if "token.pem" in secrets] == ["identity"]
    assert [name for name, secrets in holders.items() if any(one.endswith(".owner") for one in secrets)] == ["migrate"]
    assert sorted(name for name, secrets in holders.items() if "postgres" in secrets) == ["migrate", "postgres"]


def test_every_secret_is_a_file_that_kith_init_makes(tmp_path: Path, keys: Path) -> None:
    composition = ComposeFile({**GIVEN, "KITH_FOLDER": str(keys.parent)})
    files = {file for name in composition.services for file in composition.secrets(name).values()}
    assert all(file.is_file() for file in files)
    assert len(files) == len(composition.content["secrets"])


def test_no_container_can_do_more_than_it_must(composition: ComposeFile) -> None:
    for name, one in composition.services.items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in one, name
    for name in NAMES:
        one = composition.services[name]
        assert {"mem_limit", "pids_limit", "cpus", "user", "restart", "stop_grace_period", "healthcheck"} <= {*one}, name
        assert "cap_add" not in one, name


def test_only_the_pages_and_the_border_are_published_and_only_they_reach_out(composition: ComposeFile) -> None:
    assert [name for name, one in composition.services.items() if "ports" in one] == ["federation", "web"]
    assert [name for name, one in composition.services.items() if "outside" in one["networks"]] == ["federation", "web"]
    assert composition.content["networks"]["inside"] == {"internal": True}


def test_no_password_is_in_the_environment_or_on_a_command_line(composition: ComposeFile) -> None:
    for name, one in composition.services.items():
        for key, value in one.get("environment", {}).items():
            assert "PASSWORD" not in key or key.endswith(("_FILE", "_FOLDER")), f"{name}: {key}"
            assert "KITH_SECRETS" not in str(value) or not key.endswith("_URL"), f"{name}: {key}"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${A}", "1"),
        ("${A:-2}", "1"),
        ("${B:-2}", "2"),
        ("${E:-2}", "2"),
        ("${B}", ""),
        ("$$A", "$A"),
        ("x${A:?why}y", "x1y"),
        ("a:b", "a:b"),
    ],
)
def test_variables_are_filled_in_as_compose_does(text: str, result: str) -> None:
    assert substitute_variables(text, {"A": "1", "E": ""}) == result


def test_a_variable_that_is_missing_says_why_it_is_wanted() -> None:
    with pytest.raises(VariableMissingError, match="KITH_CO_OP: the id of the co-op"):
        ComposeFile({}).environment("web", SECRETS)
