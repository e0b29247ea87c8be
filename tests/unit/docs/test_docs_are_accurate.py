"""Everything that the documents name exists: links, files, commands, scripts, refusals, libs, services."""

import hashlib
import re
from importlib import import_module
from pathlib import Path

import pytest
import typer

from scripts.checks import repository
from scripts.cli.commands import COMMANDS
from services.topology import SERVICES
from tests.unit.docs.markdown_text import MARKDOWN_FILES, ROOT, code_snippets, heading_anchors, link_targets, read_text

TRUE_OF_THE_CODE = [
    Path(name) for name in ("docs/flow.md", "docs/threat-model.md", "docs/asvs.md", "docs/where-things-go.md", "docs/glossary.md")
] + [path for path in MARKDOWN_FILES if path.parts[:2] == ("docs", "adr")]
ROOMS = ("", "services", "services/governance", "docs", "docs/adr")
"""Papers may leave out where everything begins."""
FILE = re.compile(r"(?<![\w/.*<-])[\w.-]+(?:/[\w.-]+)+\.(?:py|md|toml|proto|po|html|css)\b")
COMMAND = re.compile(r"(?<![\w/.-])kith (?:(?P<flag>-)|(?P<word>[a-z][a-z-]*)(?: (?P<verb>[a-z][a-z-]*))?)")
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"
"""SHA-256 of the licence as the Free Software Foundation gives it out."""


def path_id(path: Path) -> str:
    return str(path)


@pytest.mark.parametrize("path", MARKDOWN_FILES, ids=path_id)
def test_every_link_leads_somewhere(path: Path) -> None:
    lost = []
    for link in link_targets(path):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        result = (ROOT / path).parent / target if target else ROOT / path
        if not result.exists() or (anchor and anchor not in heading_anchors(result.resolve().relative_to(ROOT))):
            lost.append(link)

    assert lost == []


@pytest.mark.parametrize("path", TRUE_OF_THE_CODE, ids=path_id)
def test_every_file_that_is_named_exists(path: Path) -> None:
    named = {name for name in FILE.findall(read_text(path)) if "/X/" not in name and not name.startswith("..")}

    assert sorted(name for name in named if not any((ROOT / room / name).exists() for room in ROOMS)) == []


def test_every_kith_command_that_is_named_exists() -> None:
    unknown = []
    for path in MARKDOWN_FILES:
        for found in (match for piece in code_snippets(path) for match in COMMAND.finditer(piece)):
            word = found["word"]
            if word and (word not in COMMANDS or (found["verb"] and not verb_exists(word, found["verb"]))):
                unknown.append(f"{path}: {found[0]}")

    assert unknown == []


def verb_exists(word: str, verb: str) -> bool:
    """Whether the word has this verb; a word without verbs takes whatever follows as what it works on."""
    module, name = COMMANDS[word].target.split(":")
    target = getattr(import_module(module), name)
    if not isinstance(target, typer.Typer):
        return True
    known = [command.name or getattr(command.callback, "__name__", "") for command in target.registered_commands]
    known += [group.name or "" for group in target.registered_groups]
    return len(known) < 2 or verb in known


def test_every_script_that_is_named_may_be_run() -> None:
    named = {
        (path, name)
        for path in MARKDOWN_FILES
        for piece in code_snippets(path)
        for name in re.findall(r"(?<![\w/.])scripts/([a-z-]+)(?![\w/.-])", piece)
    }

    assert {name for _, name in named} >= {"setup", "test", "check", "demo"}
    assert [f"{path}: scripts/{name}" for path, name in sorted(named) if not (ROOT / "scripts" / name).exists()] == []


@pytest.mark.parametrize("path", TRUE_OF_THE_CODE, ids=path_id)
def test_every_reason_that_is_named_is_given_somewhere(path: Path) -> None:
    sources = "".join(repository.read_text(file) or "" for file in repository.list_files("services/*.py", "libs/*.py"))
    # The source of the facts that fail is put behind the first of these, and environment variables are put together from their prefix.
    named = {word for piece in re.findall(r"`([^`]+)`", read_text(path)) for word in re.findall(r"^[A-Z]+(?:_[A-Z]+)+$", piece)}

    assert sorted(word for word in named if not word.startswith("KITH_") and word not in sources) == []


def test_every_lib_and_every_service_has_its_line() -> None:
    page = read_text("docs/where-things-go.md")
    libs = {path.parts[1] for path in repository.list_files("libs/*.py") if len(path.parts) > 2}

    assert sorted(name for name in libs if f"| `{name}` |" not in page) == []
    assert [service.name for service in SERVICES if f"  {service.name}/" not in page] == []


@pytest.mark.parametrize("path", ["docs/where-things-go.md", *(f"services/{service.name}/README.md" for service in SERVICES)])
def test_nothing_has_its_line_twice(path: str) -> None:
    """Two branches that each add a line are merged without a conflict into both."""
    block, seen = 0, set()
    for line in read_text(path).splitlines():
        key = re.match(r"\| *([^|]*[^| -])[^|]*\||- ([A-Z]\w+ \w+ \w+ \w+)|  (\w+/) ", line)
        block += not line.strip()
        if key:
            assert (block, key[0].strip()) not in seen, line
            seen.add((block, key[0].strip()))


def test_every_folder_and_paper_at_the_top_has_its_line() -> None:
    page = read_text("docs/where-things-go.md").split("## The top level")[1]
    kept = {path.parts[0] + ("/" if len(path.parts) > 1 else "") for path in repository.list_files()}
    shown = {name for name in kept if name[0] != "." and not name.startswith("requirements")}

    assert sorted(name for name in shown if f"\n{name}" not in page) == []


def test_every_paper_is_in_the_list_of_papers() -> None:
    listed = {((ROOT / "docs") / link).resolve() for link in link_targets(Path("docs/README.md"))}
    papers = [path for path in MARKDOWN_FILES if path.parts[0] == "docs" and path != Path("docs/README.md")]

    assert [str(path) for path in papers if (ROOT / path).resolve() not in listed] == []


def test_decisions_are_numbered_once_and_say_three_things() -> None:
    decisions = [path for path in MARKDOWN_FILES if path.parts[:2] == ("docs", "adr")]
    numbers = [int(path.name[:4]) for path in decisions]

    assert numbers == list(range(1, len(numbers) + 1))
    for path, number in zip(decisions, numbers, strict=True):
        text = read_text(path)
        assert text.startswith(f"# {number}. "), path
        assert "\nStatus: " in text, path
        assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:3] == ["Context", "Decision", "Consequences"], path


def test_the_licence_is_whole_and_exact() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL


def test_no_paper_names_the_address_of_a_package_registry() -> None:
    address = re.compile(r"pypi\.|python" + r"hosted|npm" + r"js|--(?:extra-)?index" + r"-url|registry\.")

    assert [f"{path}: {found[0]}" for path in MARKDOWN_FILES for found in address.finditer(read_text(path))] == []


def test_the_change_log_knows_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', read_text("pyproject.toml"), re.MULTILINE)

    assert version is not None
    assert f"\n## {version[1]}" in read_text("CHANGELOG.md")
