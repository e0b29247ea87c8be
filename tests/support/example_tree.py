"""A copy of this repository to which the example of a how-to is applied: generated, checked, and run like any other tree.

tree = make_example_tree(folder, "docs/how-to/add-a-command.md")
tree.run("scripts/generate-protos")
async with tree.running_co_op() as co_op: ...
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.checks import repository
from tests.support.kith_up_process import KithUpProcess, kith_up_in
from tests.unit.docs.markdown_text import example_diff

_SECONDS = 300.0


@dataclass(frozen=True)
class ExampleTree:
    """The copy, with the environment of this repository."""

    path: Path
    change: str

    @property
    def environment(self) -> dict[str, str]:
        """Imports everything from the copy. Its bytecode may be kept: many processes start on it."""
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "GIT_DIR", "GIT_WORK_TREE")}
        return kept | {"PYTHONPATH": f"{self.path}:{self.path}/protos/gen"}

    def run(self, *command: str) -> str:
        """Runs a command of the copy and returns what it prints; asserts that it succeeds."""
        program, *arguments = command
        completed = subprocess.run(
            [self.path / program, *arguments],
            cwd=self.path,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        assert completed.returncode == 0, f"{command}\n{completed.stdout[-4000:]}\n{completed.stderr[-2000:]}"
        return completed.stdout

    @asynccontextmanager
    async def running_co_op(self, folder: Path) -> AsyncIterator[KithUpProcess]:
        """A founded co-op that runs the copy's code. Its data folder is made by this tree, as that of a co-op that exists already."""
        async with kith_up_in(folder, tree=self.path, environment=self.environment) as co_op:
            await co_op.start()
            await co_op.wait_until_ready()
            yield co_op
            code, _ = await co_op.stop()
            assert code == 0, co_op.log_tail


def make_example_tree(folder: Path, how_to: str) -> ExampleTree:
    """Copies the files that git knows or would know, and applies the how-to's example."""
    for name in repository.list_files(generated=True):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repository.ROOT / name, target)
    (folder / ".venv").symlink_to(repository.ROOT / ".venv")
    change = example_diff(how_to)
    tree = ExampleTree(folder, change)
    for command in (["init", "--quiet"], ["apply", "--whitespace=error-all", "-"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, env=tree.environment, input=change, text=True, check=True, capture_output=True)
    return tree
