"""Checks of files other than Python: data files parse, locks are hashed and contain no URLs, shell scripts stop at the first error."""

import json
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.checks import images, repository

_READERS: Mapping[str, Callable[[str], object]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yaml": yaml.safe_load,
    ".yml": yaml.safe_load,
}
_REQUIREMENT = re.compile(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", re.IGNORECASE)


_PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)


def parse_data_files() -> list[str]:
    """JSON, TOML and YAML files are well-formed. Files that tests keep broken on purpose have `broken` in their path."""
    problems = []
    for path in repository.list_files(*(f"*{suffix}" for suffix in _READERS)):
        if "broken" in str(path):
            continue
        try:
            _READERS[path.suffix](repository.read_text(path) or "")
        except (ValueError, yaml.YAMLError) as error:
            problems.append(f"{path}: {error}")
    return problems


def check_locks() -> list[str]:
    problems = [
        problem for path in repository.list_files("*.lock") for problem in lock_problems(str(path), repository.read_text(path) or "")
    ]
    project = tomllib.loads(repository.read_text(Path("pyproject.toml")) or "")
    # The build table takes no hashes, so it names the exact version that the lock has with its hashes.
    problems += [
        f"pyproject.toml: {problem}" for problem in unpinned_build_tools(project, repository.read_text(Path("requirements.lock")) or "")
    ]
    runtime = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["local"]]
    for name, requirements in (("requirements.lock", runtime), ("requirements-dev.lock", [*runtime, *project["dependency-groups"]["dev"]])):
        problems += [
            f"{name}: {problem}: make the locks anew" for problem in missing_from_lock(requirements, repository.read_text(Path(name)) or "")
        ]
    return problems


def unpinned_build_tools(project: Mapping[str, Any], lock: str) -> list[str]:
    """Build requirements that are not the exact version of the lock."""
    versions = {canonicalize_name(name): version for name, version in _PINNED.findall(lock)}
    tools = map(Requirement, project["build-system"]["requires"])
    return [
        f"{tool} is built with, {versions.get(canonicalize_name(tool.name)) or 'nothing'} is locked"
        for tool in tools
        if str(tool.specifier) != f"=={versions.get(canonicalize_name(tool.name))}"
    ]


def missing_from_lock(requirements: Iterable[str], text: str) -> list[str]:
    """Requirements of pyproject.toml that a lock does not satisfy."""
    versions = {canonicalize_name(name): version for name, version in _PINNED.findall(text)}
    problems = []
    for requirement in map(Requirement, requirements):
        version = versions.get(canonicalize_name(requirement.name), "")
        if not version or not requirement.specifier.contains(version, prereleases=True):
            problems.append(f"{requirement} is asked for, {version or 'nothing'} is given")
    return problems


def lock_problems(name: str, text: str) -> list[str]:
    """Every requirement has one exact version and a hash, and the lock contains no URL."""
    lines = text.splitlines()
    problems = [
        f"{name}:{number}: an address: {line.strip()}"
        for number, line in enumerate(lines, 1)
        if "://" in line or line.startswith("--index")
    ]
    entries = [entry for entry in re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE)) if entry.strip()]
    problems += [f"{name}: not one exact version: {entry.splitlines()[0]}" for entry in entries if not _REQUIREMENT.match(entry)]
    return problems + [f"{name}: no hash: {entry.splitlines()[0]}" for entry in entries if "--hash=sha256:" not in entry]


def check_shell_scripts() -> list[str]:
    problems = []
    for path in repository.list_files():
        script = repository.read_text(path) if not path.suffix or path.suffix == ".sh" else None
        if not script or not re.match(r"#!.*\bsh\b", script):
            continue
        if not re.search(r"^set -eu", script, re.MULTILINE):
            problems.append(f"{path}: says no `set -eu`")
        if not (repository.ROOT / path).stat().st_mode & 0o111:
            problems.append(f"{path}: may not be run (chmod +x)")
        problems += repository.run_tool("sh", "-n", str(path))
    return problems


def check_compose_file() -> list[str]:
    """The compose file matches the published schema; the checker and the schema come as packages."""
    path = "docker-compose.yml"
    if not (repository.ROOT / path).exists():
        return []
    return repository.run_tool(str(repository.BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", path)


def check_images() -> list[str]:
    """Every image has a version, and its digest, if it has one, is one."""
    return images.problems(images.list_images(repository.ROOT))


def check_generated_code() -> list[str]:
    """The committed generated code matches the protos."""
    with tempfile.TemporaryDirectory() as folder:
        problems = repository.run_tool("scripts/generate-protos", folder)
        if problems:
            return problems
        generated, committed = (_contents(Path(path)) for path in (folder, repository.ROOT / "protos/gen"))
    changed = sorted(name for name in generated.keys() | committed.keys() if generated.get(name) != committed.get(name))
    return [f"protos/gen/{name} is not what the protos make: run scripts/generate-protos" for name in changed]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.py*") if "__pycache__" not in path.parts}


def check_protos() -> list[str]:
    """The protos follow buf's style and are backward compatible with the latest release, once there is one."""
    buf_program = repository.BIN / "buf"
    if not buf_program.exists():
        print("   !! buf is not installed: the protos' style and their promises are NOT checked")
        return []
    problems = repository.run_tool(str(buf_program), "lint", "protos")
    release = repository.latest_release_tag()
    if not release:
        print("   no release yet: nothing that the protos could break")
        return problems
    return problems + repository.run_tool(str(buf_program), "breaking", "protos", "--against", f".git#tag={release},subdir=protos")
