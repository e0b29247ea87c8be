"""`kith containers`: a folder that is made ready, and made ready again after an upgrade that brought a service."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts.cli.containers import SERVICE_ADDRESSES, containers_command
from scripts.cli.demo.folders import EXAMPLES
from scripts.cli.init_answers import InitAnswers
from scripts.cli.init_folder import create_data_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    values = tomllib.loads((EXAMPLES / "elm-row" / "settings.toml").read_text(encoding="utf-8"))
    folder = tmp_path / "elm-row"
    create_data_folder(folder, InitAnswers(**(values | {"address": "127.0.0.1:8400", "federation_address": ""})), datetime.now(UTC))
    return folder


def addresses(folder: Path) -> dict[str, str]:
    services: dict[str, str] = tomllib.loads((folder / "kith.toml").read_text(encoding="utf-8"))["services"]
    return services


def test_a_service_that_came_with_an_upgrade_gets_keys_and_an_address(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    containers_command(folder)
    assert addresses(folder) == SERVICE_ADDRESSES
    settings, keys = folder / "kith.toml", folder / "keys"
    settings.write_text(settings.read_text(encoding="utf-8").replace('matching = "matching:7406"\n', ""), encoding="utf-8")
    names = ["passwords/matching.owner", "passwords/matching.run", "tls/matching.key.pem", "tls/matching.pem"]
    for name in names:
        (keys / name).unlink()
    before = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    capsys.readouterr()

    containers_command(folder)

    assert "New in this version: matching." in capsys.readouterr().err
    assert addresses(folder) == SERVICE_ADDRESSES
    assert all((keys / name).is_file() for name in names)
    assert {path: path.read_bytes() for path in before} == before, "no key of another service changes"
    containers_command(folder)
    assert "New in this version" not in capsys.readouterr().err
