"""Files that machines read: they parse, locks are hashed and name no address, shell scripts stop at the first mistake."""

import json
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.checks import tree

_READERS: Mapping[str, Callable[[str], object]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yaml": yaml.safe_load,
    ".yml": yaml.safe_load,
}
_REQUIREMENT = re.compile(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", re.IGNORECASE)


_PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)


def parse() -> list[str]:
    """Files that a test keeps broken on purpose have `broken` in their path."""
    problems = []
    for path in tree.files(*(f"*{suffix}" for suffix in _READERS)):
        if "broken" in str(path):
            continue
        try:
            _READERS[path.suffix](tree.text(path) or "")
        except (ValueError, yaml.YAMLError) as error:
            problems.append(f"{path}: {error}")
    return problems


def locks() -> list[str]:
    problems = [problem for path in tree.files("*.lock") for problem in lock(str(path), tree.text(path) or "")]
    wanted = tomllib.loads(tree.text(Path("pyproject.toml")) or "")
    runtime = [*wanted["project"]["dependencies"], *wanted["project"]["optional-dependencies"]["local"]]
    for name, asked in (("requirements.lock", runtime), ("requirements-dev.lock", [*runtime, *wanted["dependency-groups"]["dev"]])):
        problems += [f"{name}: {problem}: make the locks anew" for problem in left_out(asked, tree.text(Path(name)) or "")]
    return problems


def left_out(asked: Iterable[str], text: str) -> list[str]:
    """What pyproject.toml asks for and a lock does not give."""
    given = {canonicalize_name(name): version for name, version in _PINNED.findall(text)}
    problems = []
    for requirement in map(Requirement, asked):
        version = given.get(canonicalize_name(requirement.name), "")
        if not version or not requirement.specifier.contains(version, prereleases=True):
            problems.append(f"{requirement} is asked for, {version or 'nothing'} is given")
    return problems


def lock(name: str, text: str) -> list[str]:
    """Every requirement has one exact version and a hash, and nothing says where from."""
    lines = text.splitlines()
    problems = [
        f"{name}:{number}: an address: {line.strip()}"
        for number, line in enumerate(lines, 1)
        if "://" in line or line.startswith("--index")
    ]
    wanted = [entry for entry in re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE)) if entry.strip()]
    problems += [f"{name}: not one exact version: {entry.splitlines()[0]}" for entry in wanted if not _REQUIREMENT.match(entry)]
    return problems + [f"{name}: no hash: {entry.splitlines()[0]}" for entry in wanted if "--hash=sha256:" not in entry]


def shell() -> list[str]:
    problems = []
    for path in tree.files():
        script = tree.text(path) if not path.suffix or path.suffix == ".sh" else None
        if not script or not re.match(r"#!.*\bsh\b", script):
            continue
        if not re.search(r"^set -eu", script, re.MULTILINE):
            problems.append(f"{path}: says no `set -eu`")
        if not (tree.ROOT / path).stat().st_mode & 0o111:
            problems.append(f"{path}: may not be run (chmod +x)")
        problems += tree.run("sh", "-n", str(path))
    return problems


def compose() -> list[str]:
    """The compose file, against the published schema; both come as packages."""
    path = "docker-compose.yml"
    if not (tree.ROOT / path).exists():
        return []
    return tree.run(str(tree.BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", path)


def protos() -> list[str]:
    """The committed code is what the protos make."""
    with tempfile.TemporaryDirectory() as folder:
        problems = tree.run("scripts/generate-protos", folder)
        if problems:
            return problems
        made, kept = (_contents(Path(one)) for one in (folder, tree.ROOT / "protos/gen"))
    changed = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    return [f"protos/gen/{name} is not what the protos make: run scripts/generate-protos" for name in changed]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.py*") if "__pycache__" not in path.parts}


def buf() -> list[str]:
    """The protos keep buf's style and, once there is a release, break nobody who speaks the last one."""
    buf_program = tree.BIN / "buf"
    if not buf_program.exists():
        print("   !! buf is not installed: the protos' style and their promises are NOT checked")
        return []
    problems = tree.run(str(buf_program), "lint", "protos")
    release = tree.last_release()
    if not release:
        print("   no release yet: nothing that the protos could break")
        return problems
    return problems + tree.run(str(buf_program), "breaking", "protos", "--against", f".git#tag={release},subdir=protos")
