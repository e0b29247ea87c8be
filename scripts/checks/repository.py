"""The files of this repository: those tracked by git, and new ones that are not ignored."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
GENERATED = "protos/gen/"


def list_files(*patterns: str, generated: bool = False) -> list[Path]:
    """Paths relative to the root, sorted. Patterns are git pathspecs; without any, all files. Generated code only if requested."""
    listed = _git("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns).split("\0")
    paths = [Path(name) for name in sorted(set(listed)) if name and (generated or not name.startswith(GENERATED))]
    return [path for path in paths if (ROOT / path).is_file()]


def latest_release_tag() -> str:
    """The newest version tag that this commit contains; empty before the first release."""
    return next(iter(_git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-v:refname").split()), "")


def read_text(path: Path) -> str | None:
    """The content of a file; None if it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def run_tool(*command: str) -> list[str]:
    """Runs a program and returns its output as lines if it fails; an empty list if it succeeds."""
    completed = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603 - programs of ours, named in our code
    output = f"{completed.stdout}{completed.stderr}".strip()
    return [] if completed.returncode == 0 else (output.splitlines() or [f"{Path(command[0]).name} ended with {completed.returncode}"])


def _git(*arguments: str) -> str:
    """Runs git. Raises if this is not a git checkout, because then the project's files are unknown."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603, S607 - git, as the PATH has it
