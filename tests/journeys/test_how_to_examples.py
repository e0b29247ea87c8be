"""The examples of the how-tos, applied to a copy of the code: generated, tested by their own tests, their page and command used."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import temp_folders
from tests.support.example_tree import make_example_tree
from tests.support.http_user import HttpUser
from tests.unit.docs.markdown_text import touched_paths

PYTEST = ("-m", "pytest", "-q", "--no-header", "-p", "no:randomly", "-o", "addopts=--import-mode=importlib -p no:cacheprovider")
ARCHITECTURE = ("tests/architecture/test_naming_conventions.py", "tests/architecture/test_service_pages.py", "tests/contract")


@dataclass(frozen=True)
class Example:
    """A how-to with what its example adds for people."""

    how_to: str
    page: str
    """Its path; `{person}` is the founder, who is secretary."""
    shows: str
    command: tuple[str, ...] = ()
    """What follows `kith`."""
    prints: str = ""


COMMAND = Example(
    "docs/how-to/add-a-command.md",
    "/members/{person}/sign-out",
    "Sign this person out everywhere",
    ("person", "sign-out", "{person}"),
    "1 session has ended.",
)
SERVICE = Example("docs/how-to/add-a-service.md", "/asks/new", "Ask your neighbours")


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = temp_folders.make_temp_folder("ke-")
    # PostgreSQL refuses to run as root; the account it runs as has to come in.
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("example", [COMMAND, SERVICE], ids=lambda example: Path(example.how_to).stem)
async def test_an_example_works_when_it_is_applied(example: Example, folder: Path) -> None:
    tree = make_example_tree(folder / "tree", example.how_to)
    python = [name for name in touched_paths(tree.change) if name.endswith(".py")]
    tests = [name for name in touched_paths(tree.change) if name.startswith("tests/service/test_")]

    tree.run("scripts/generate-protos")
    tree.run(".venv/bin/python", "-m", "tests.contract.golden_bytes")
    tree.run(".venv/bin/python", "-m", "tests.contract.migration_fingerprints")
    tree.run(".venv/bin/ruff", "check", "--no-cache", *python)
    tree.run(".venv/bin/ruff", "format", "--no-cache", "--check", *python)
    tree.run(".venv/bin/python", *PYTEST, *tests, *ARCHITECTURE)
    async with tree.running_co_op(folder) as co_op:
        person = (co_op.folder / "steward").read_text(encoding="utf-8").strip()
        link = tree.run(".venv/bin/kith", "person", "link", person, "--folder", str(co_op.folder))
        async with HttpUser(co_op.pages) as founder:
            await founder.get(_sign_in_path(link))
            await founder.submit("/sign-in/code")
            assert example.shows in await founder.get(example.page.format(person=person))
        if example.command:
            command = [word.format(person=person) for word in example.command]
            assert example.prints in tree.run(".venv/bin/kith", *command, "--folder", str(co_op.folder))


def _sign_in_path(letter: str) -> str:
    match = re.search(r"/sign-in/\S+", letter)
    assert match is not None, letter
    return match[0]
