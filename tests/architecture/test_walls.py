"""The walls hold, and each of them stops what it is there to stop: shown on a copy of the house with one thing put in the wrong place."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

LINT = ROOT / ".venv/bin/lint-imports"
CHECKED = ("services", "libs", "scripts", "protos/gen")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    for folder in CHECKED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


@pytest.fixture
def house(untouched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(untouched, tmp_path / "house"))


def lint(house: Path) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": f"{house}:{house / 'protos/gen'}", "COLUMNS": "400", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([LINT, "--no-cache", "--no-logo"], cwd=house, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def write(house: Path, path: str, text: str) -> None:
    (house / path).parent.mkdir(parents=True, exist_ok=True)
    before = (house / path).read_text(encoding="utf-8") if (house / path).exists() else ""
    (house / path).write_text(f"{before}\n{text}\n", encoding="utf-8")


def test_the_walls_hold(untouched: Path) -> None:
    code, said = lint(untouched)

    assert code == 0, said


@pytest.mark.parametrize(
    "stray",
    ["services/governance/tidying.py", "services/web/tidying.py", "services/tidying.py", "libs/tidying.py"],
)
def test_a_module_in_no_room_is_named(house: Path, stray: str) -> None:
    write(house, stray, '"""In nobody\'s room."""')

    code, said = lint(house)

    assert code == 1
    assert f"- {stray.removesuffix('.py').replace('/', '.')}" in said


@pytest.mark.parametrize(
    ("where", "line"),
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
        ("services/governance/storage/facts_out.py", "import kith.membership.facts.v1.facts_pb2"),
        ("services/governance/rpc/translate.py", "import kith.identity.v1.identity_pb2"),
        ("services/governance/rpc/translate.py", "import nats"),
        ("services/governance/reactions/membership.py", "import kith.governance.v1.governance_pb2"),
        ("services/governance/jobs/close_due_motions.py", "import services.governance.queries.see_result"),
        ("services/web/page.py", "import kith.governance.facts.v1.facts_pb2"),
        ("services/web/page.py", "import services.governance.domain.tally"),
        ("services/web/words/dates.py", "import services.web.page"),
        ("libs/refusals/__init__.py", "import libs.clock"),
        ("libs/rulebook/reading.py", "import sqlalchemy"),
        ("libs/clock/__init__.py", "import nats"),
        ("libs/rpc/desk.py", "import libs.messages.bus"),
        ("libs/rpc/desk.py", "import kith.governance.v1.governance_pb2"),
        ("libs/database/engine.py", "import services.governance.domain.tally"),
        ("libs/database/engine.py", "import scripts.cli.main"),
        ("scripts/cli/count.py", "import services.governance.commands.cast_ballot"),
        ("scripts/checks/tree.py", "import libs.clock"),
    ],
)
def test_an_import_through_a_wall_is_named(house: Path, where: str, line: str) -> None:
    write(house, where, line)

    code, said = lint(house)

    importer = where.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    imported = line.removeprefix("import ")
    assert code == 1
    assert any(importer in said_line and imported in said_line for said_line in said.splitlines()), said
