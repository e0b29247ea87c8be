"""The example diffs of the how-tos apply to the current code."""

import compileall
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.docs.markdown_text import ROOT, example_diff

EXAMPLES = ("docs/how-to/add-a-command.md", "docs/how-to/add-a-service.md")


def touched_paths(change: str) -> list[str]:
    return re.findall(r"^diff --git a/(\S+) b/", change, re.MULTILINE)


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
