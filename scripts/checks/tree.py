"""The files of this repository: what git keeps, and what is new and not ignored."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
GENERATED = "protos/gen/"


def files(*patterns: str, generated: bool = False) -> list[Path]:
    """Paths from the root, sorted. Patterns are git's, all files when there is none; generated code only when asked for."""
    listed = _git("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns).split("\0")
    wanted = [Path(name) for name in sorted(set(listed)) if name and (generated or not name.startswith(GENERATED))]
    return [path for path in wanted if (ROOT / path).is_file()]


def last_release() -> str:
    """The newest version tag behind this commit; empty before the first."""
    return next(iter(_git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-v:refname").split()), "")


def text(path: Path) -> str | None:
    """What a file says; None when it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def run(*command: str) -> list[str]:
    """What a program complains about; nothing when it is content."""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603 - programs of ours, named in our code
    said = f"{done.stdout}{done.stderr}".strip()
    return [] if done.returncode == 0 else (said.splitlines() or [f"{Path(command[0]).name} ended with {done.returncode}"])


def _git(*arguments: str) -> str:
    """Raises when this is no git checkout: without one nobody knows what belongs to the project."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603, S607 - git, as the PATH has it
