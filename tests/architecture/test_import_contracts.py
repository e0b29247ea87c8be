"""The import contracts are kept, and each one rejects a wrong import or a misplaced module.

Two mistakes are written into a copy of the repository and found by the command that `scripts/check` runs. All others are added to the
import graph that the same contracts then check: reading 700 files takes longer than checking them.
"""

import os
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path

import grimp
import pytest
from importlinter import configuration
from importlinter.application import output, use_cases
from importlinter.application.app_config import settings

from tests.architecture.codebase import ROOT

LINT = ROOT / ".venv/bin/lint-imports"
CHECKED = ("services", "libs", "scripts", "protos/gen")
PACKAGES = ("services", "libs", "scripts", "kith")


class FixedGraph:
    """A graph builder for import-linter that returns an existing graph."""

    def __init__(self, graph: grimp.ImportGraph) -> None:
        self._graph = graph

    def build(self, **_options: object) -> grimp.ImportGraph:
        return self._graph


@pytest.fixture(scope="module")
def real_graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


@pytest.fixture
def graph(real_graph: grimp.ImportGraph) -> grimp.ImportGraph:
    return deepcopy(real_graph)


def check_contracts(graph: grimp.ImportGraph, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, str]:
    """Whether the graph keeps all contracts of `.importlinter`, and the report."""
    configuration.configure()
    settings.configure(GRAPH_BUILDER=FixedGraph(graph))
    monkeypatch.setattr(output.console, "width", 400)
    with output.console.capture() as capture:
        kept = use_cases.lint_imports(str(ROOT / ".importlinter"), cache_dir=None, is_debug_mode=True, no_logo=True)
    return kept, capture.get()


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def assert_named(report: str, importer: str, imported: str) -> None:
    assert any(importer in line and imported in line for line in report.splitlines()), report


def test_all_contracts_are_kept(graph: grimp.ImportGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, report = check_contracts(graph, monkeypatch)

    assert kept, report


def test_the_command_finds_mistakes_in_files(tmp_path: Path) -> None:
    for folder in CHECKED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    with (tmp_path / "services/governance/domain/tally.py").open("a", encoding="utf-8") as file:
        file.write("\nimport sqlalchemy\n")
    (tmp_path / "services/governance/tidying.py").write_text('"""A module that belongs to no layer."""\n', encoding="utf-8")
    path = f"{tmp_path}:{tmp_path / 'protos/gen'}"
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "400", "PYTHONDONTWRITEBYTECODE": "1"}

    completed = subprocess.run(
        [LINT, "--no-cache", "--no-logo"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert completed.returncode == 1
    assert "- services.governance.tidying" in completed.stdout
    assert_named(completed.stdout, "services.governance.domain.tally", "sqlalchemy")


@pytest.mark.parametrize(
    "stray",
    ["services/governance/tidying.py", "services/web/tidying.py", "services/tidying.py", "libs/tidying.py"],
)
def test_a_module_outside_every_layer_is_named(graph: grimp.ImportGraph, monkeypatch: pytest.MonkeyPatch, stray: str) -> None:
    graph.add_module(module_of(stray))

    kept, report = check_contracts(graph, monkeypatch)

    assert not kept
    assert f"- {module_of(stray)}" in report


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
def test_a_disallowed_import_is_named(graph: grimp.ImportGraph, monkeypatch: pytest.MonkeyPatch, path: str, line: str) -> None:
    importer, imported = module_of(path), line.removeprefix("import ")
    assert {importer, imported} <= graph.modules, "nothing would be checked"
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents=line)

    kept, report = check_contracts(graph, monkeypatch)

    assert not kept
    assert_named(report, importer, imported)
