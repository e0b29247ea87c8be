"""`scripts/check`: everything that can be said about the code without running it.

Each step is named, timed and run whatever the others said; the exit code is 1 when any of them complains. `scripts/check walls marks` runs
only these.
"""

import sys
import time
from collections.abc import Callable, Mapping

from scripts.checks import capabilities, lengths, marks, papers, tree


def _tool(name: str, *arguments: str) -> Callable[[], list[str]]:
    return lambda: tree.run(str(tree.BIN / name), *arguments)


STEPS: Mapping[str, Callable[[], list[str]]] = {
    "ruff": _tool("ruff", "check", "--quiet", "--output-format=concise", "."),
    "format": _tool("ruff", "format", "--check", "--output-format=concise", "."),
    "types": _tool("mypy", "."),
    "walls": _tool("lint-imports", "--no-logo"),
    "protos": papers.protos,
    "buf": papers.buf,
    "marks": marks.forbidden,
    "ignores": marks.ignores,
    "parse": papers.parse,
    "locks": papers.locks,
    "shell": papers.shell,
    "compose": papers.compose,
    "capabilities": capabilities.readable,
}


def main(asked: list[str]) -> int:
    """The exit code."""
    unknown = [name for name in asked if name not in STEPS]
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
        return 2
    began, failed = time.perf_counter(), []
    for name in asked or STEPS:
        start = time.perf_counter()
        problems = STEPS[name]()
        print(f"{'FAILED' if problems else 'ok':6} {name:12} {time.perf_counter() - start:5.1f} s", flush=True)
        print("".join(f"   {line}\n" for line in problems), end="", flush=True)
        failed += [name] if problems else []
    print(f"   {lengths.shown()}")
    print(f"{'FAILED: ' + ', '.join(failed) if failed else 'All checks hold'} after {time.perf_counter() - began:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
