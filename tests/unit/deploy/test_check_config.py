"""`python -m services check-config` reports everything that is wrong with the settings at once, in words."""

from pathlib import Path

import pytest

from services.__main__ import main
from tests.support.compose_file import ComposeFile

GIVEN = {"KITH_CO_OP": "journey-row", "KITH_CO_OP_NAME": "Journey Row Care", "KITH_PUBLIC_URL": "https://example.org"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, keys: Path, tmp_path: Path) -> pytest.MonkeyPatch:
    """As governance's container has it."""
    composition = ComposeFile({**GIVEN, "KITH_FOLDER": str(keys.parent)})
    for secret, file in composition.secrets("governance").items():
        (tmp_path / secret).write_bytes(file.read_bytes())
    for name, value in composition.environment("governance", tmp_path).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def _run_and_list_complaints(capsys: pytest.CaptureFixture[str], *what: str) -> list[str]:
    code = main(["check-config", *what])
    said = capsys.readouterr()
    assert code == (1 if said.err else 0)
    assert ("can be used" in said.out) == (code == 0)
    return said.err.splitlines()


def test_what_the_composition_gives_is_enough(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run_and_list_complaints(capsys, "governance") == []


def test_everything_wrong_is_said_at_once_with_the_variables_name(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment.delenv("KITH_GOVERNANCE_DATABASE_URL")
    environment.setenv("KITH_GOVERNANCE_ADDRESS", "everywhere")
    environment.setenv("KITH_GOVERNANCE_ZONE", "Europe/Londno")
    environment.setenv("KITH_LOG_LEVEL", "loud")
    environment.setenv("KITH_GOVERNANCE_POOL_SIZE", "many")
    assert _run_and_list_complaints(capsys, "governance") == [
        "KITH_LOG_LEVEL cannot be used: write debug, info, warning or error.",
        "KITH_GOVERNANCE_ADDRESS cannot be used: it is not an address; write `unix:<path>` or `<host>:<port>`.",
        "KITH_GOVERNANCE_DATABASE_URL is not set. postgresql+asyncpg://..., the run role.",
        "KITH_GOVERNANCE_POOL_SIZE cannot be used: Input should be a valid integer, unable to parse string as an integer.",
        "KITH_GOVERNANCE_ZONE cannot be used: there is no such time zone; write one such as Europe/London.",
    ]


def test_a_misspelt_variable_is_named_with_what_was_meant(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    environment.setenv("KITH_GOVERNANCE_ADRESS", "0.0.0.0:7403")
    environment.setenv("KITH_COFFEE", "black")
    assert _run_and_list_complaints(capsys, "governance") == [
        "KITH_COFFEE is not a setting.",
        "KITH_GOVERNANCE_ADRESS is not a setting. Did you mean KITH_GOVERNANCE_ADDRESS?",
    ]


def test_a_file_that_is_not_there_is_named(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "governance.run").unlink()
    place = tmp_path / "governance.run"
    assert _run_and_list_complaints(capsys, "governance") == [f"KITH_GOVERNANCE_DATABASE_PASSWORD_FILE names {place}, which is not there."]


def test_no_complaint_quotes_a_value(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    environment.setenv("KITH_GOVERNANCE_DATABASE_URL", "postgres://role:hunter2@host/db")
    assert "hunter2" not in str(_run_and_list_complaints(capsys, "governance"))


def test_migrate_has_settings_of_its_own(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = _run_and_list_complaints(capsys, "migrate", "governance")
    assert [line.split()[0] for line in said] == ["KITH_ADMIN_URL", "KITH_PASSWORDS_FOLDER"]


@pytest.mark.parametrize("arguments", [[], ["bakery"], ["health"], ["health", "bakery"], ["check-config", "bakery"], ["all", "web"]])
def test_wrong_arguments_point_to_check_config(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 2
    assert "check-config" in capsys.readouterr().err
