"""The example diffs of the how-tos apply to the current code. `tests/journeys/test_how_to_examples.py` executes them."""

import compileall
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.docs.markdown_text import ROOT, added_lines, example_diff, touched_paths

MOST_LINES, MOST_FILES = 80, 12
"""What a simple command with page, event and command line may cost, by hand, tests and translations aside."""
EXAMPLES = ("docs/how-to/add-a-command.md", "docs/how-to/add-a-service.md")


def apply_diff(change: str, folder: Path) -> list[Path]:
    """The touched files as the change leaves them, in a copy of those that are there."""
    for name in touched_paths(change):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=change, text=True, check=True, capture_output=True)
    return [folder / name for name in touched_paths(change)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_applies_to_the_code_as_it_is(name: str) -> None:
    done = subprocess.run(["git", "apply", "--check", "-"], cwd=ROOT, input=example_diff(name), text=True, capture_output=True, check=False)

    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_leaves_python_that_compiles(name: str, tmp_path: Path) -> None:
    files = apply_diff(example_diff(name), tmp_path)

    assert [file.name for file in files if not file.exists()] == []
    assert any(file.suffix == ".py" and file.parent.name == "commands" for file in files)
    assert compileall.compile_dir(tmp_path, quiet=1)


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_includes_its_own_test(name: str) -> None:
    assert [path for path in touched_paths(example_diff(name)) if path.startswith("tests/service/test_")]


def test_the_example_command_costs_no_more_than_it_may() -> None:
    added = added_lines(example_diff(EXAMPLES[0]))
    counts = {name: lines for name, lines in added.items() if not name.startswith(("tests/", "services/web/catalogues/"))}

    assert sum(counts.values()) <= MOST_LINES, counts
    assert len(counts) <= MOST_FILES, counts
