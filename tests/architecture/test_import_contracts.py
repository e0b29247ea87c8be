"""The import contracts are kept, and each one rejects a wrong import or a misplaced module in a copy of the repository."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.codebase import ROOT

LINT = ROOT / ".venv/bin/lint-imports"
CHECKED = ("services", "libs", "scripts", "protos/gen")


@pytest.fixture(scope="module")
def unchanged_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("checkout")
    for folder in CHECKED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


@pytest.fixture
def checkout_copy(unchanged_copy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(unchanged_copy, tmp_path / "checkout"))


def run_import_linter(checkout_copy: Path) -> tuple[int, str]:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{checkout_copy}:{checkout_copy / 'protos/gen'}",
        "COLUMNS": "400",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    completed = subprocess.run(
        [LINT, "--no-cache", "--no-logo"], cwd=checkout_copy, env=environment, capture_output=True, text=True, check=False
    )
    return completed.returncode, completed.stdout + completed.stderr


def append(checkout_copy: Path, path: str, text: str) -> None:
    (checkout_copy / path).parent.mkdir(parents=True, exist_ok=True)
    text_before = (checkout_copy / path).read_text(encoding="utf-8") if (checkout_copy / path).exists() else ""
    (checkout_copy / path).write_text(f"{text_before}\n{text}\n", encoding="utf-8")


def test_all_contracts_are_kept(unchanged_copy: Path) -> None:
    code, output = run_import_linter(unchanged_copy)

    assert code == 0, output


@pytest.mark.parametrize(
    "stray",
    ["services/governance/tidying.py", "services/web/tidying.py", "services/tidying.py", "libs/tidying.py"],
)
def test_a_module_outside_every_layer_is_named(checkout_copy: Path, stray: str) -> None:
    append(checkout_copy, stray, '"""A module that belongs to no layer."""')

    code, output = run_import_linter(checkout_copy)

    assert code == 1
    assert f"- {stray.removesuffix('.py').replace('/', '.')}" in output


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("services/governance/domain/tally.py", "import sqlalchemy"),
        ("services/governance/domain/tally.py", "import libs.database.engine"),
        ("services/governance/domain/tally.py", "import libs.clock"),
        ("services/governance/domain/tally.py", "import kith.governance.v1.governance_pb2"),
        ("services/governance/domain/tally.py", "import services.governance.storage.motions"),
        ("services/governance/commands/cast_ballot.py", "import sqlalchemy"),
        ("services/governance/commands/cast_ballot.py", "import kith.governance.v1.governance_pb2"),
        ("services/governance/commands/cast_ballot.py", "import services.governance.rpc.translate"),
        ("services/governance/commands/cast_ballot.py", "import services.identity.domain"),
        ("services/governance/commands/cast_ballot.py", "import services.governance.settings"),
        ("services/governance/storage/motions.py", "import kith.governance.facts.v1.facts_pb2"),
        ("services/governance/storage/events_out.py", "import kith.membership.facts.v1.facts_pb2"),
        ("services/governance/rpc/translate.py", "import kith.identity.v1.identity_pb2"),
        ("services/governance/rpc/translate.py", "import nats"),
        ("services/governance/reactions/membership.py", "import kith.governance.v1.governance_pb2"),
        ("services/governance/jobs/close_due_motions.py", "import services.governance.queries.get_result"),
        ("services/web/page.py", "import kith.governance.facts.v1.facts_pb2"),
        ("services/web/page.py", "import services.governance.domain.tally"),
        ("services/web/localisation/dates.py", "import services.web.page"),
        ("libs/refusals/__init__.py", "import libs.clock"),
        ("libs/rulebook/parser.py", "import sqlalchemy"),
        ("libs/clock/__init__.py", "import nats"),
        ("libs/rpc/transactions.py", "import libs.messages.bus"),
        ("libs/rpc/transactions.py", "import kith.governance.v1.governance_pb2"),
        ("libs/database/engine.py", "import services.governance.domain.tally"),
        ("libs/database/engine.py", "import scripts.cli.main"),
        ("scripts/cli/count.py", "import services.governance.commands.cast_ballot"),
        ("scripts/checks/repository.py", "import libs.clock"),
    ],
)
def test_a_disallowed_import_is_named(checkout_copy: Path, path: str, line: str) -> None:
    append(checkout_copy, path, line)

    code, output = run_import_linter(checkout_copy)

    importer = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    imported = line.removeprefix("import ")
    assert code == 1
    assert any(importer in output_line and imported in output_line for output_line in output.splitlines()), output
