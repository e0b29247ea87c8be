"""`scripts/check`: static checks of the code and the other files of the repository.

Every step is timed and runs even if an earlier one fails; the exit code is 1 if any step fails. `scripts/check imports forbidden` runs only
these two.
"""

import sys
import time
from collections.abc import Callable, Mapping

from scripts.checks import advisories, capabilities, code_size, file_checks, forbidden_text, repository


def _tool(name: str, *arguments: str) -> Callable[[], list[str]]:
    return lambda: repository.run_tool(str(repository.BIN / name), *arguments)


STEPS: Mapping[str, Callable[[], list[str]]] = {
    "ruff": _tool("ruff", "check", "--quiet", "--output-format=concise", "."),
    "format": _tool("ruff", "format", "--check", "--output-format=concise", "."),
    "types": _tool("mypy", "."),
    "imports": _tool("lint-imports", "--no-logo"),
    "protos": file_checks.check_generated_code,
    "buf": file_checks.check_protos,
    "forbidden": forbidden_text.find_forbidden_text,
    "ignores": forbidden_text.find_unexplained_ignores,
    "parse": file_checks.parse_data_files,
    "locks": file_checks.check_locks,
    "advisories": advisories.check_advisories,
    "shell": file_checks.check_shell_scripts,
    "compose": file_checks.check_compose_file,
    "images": file_checks.check_images,
    "capabilities": capabilities.check_capabilities,
}
# What people must see though it fails nothing; printed at the end, where they look.
NOTICES: Mapping[str, Callable[[], list[str]]] = {"advisories": advisories.notices}


def main(selected: list[str]) -> int:
    """Runs the selected steps, or all of them, and returns the exit code."""
    unknown = [name for name in selected if name not in STEPS]
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
        return 2
    start_all, failed = time.perf_counter(), []
    for name in selected or STEPS:
        start = time.perf_counter()
        problems = STEPS[name]()
        print(f"{'FAILED' if problems else 'ok':6} {name:12} {time.perf_counter() - start:5.1f} s", flush=True)
        print("".join(f"   {line}\n" for line in problems), end="", flush=True)
        failed += [name] if problems else []
    for name in selected or STEPS:
        print("".join(f"NOTICE {line}\n" for line in NOTICES.get(name, list)()), end="")
    print(f"   {code_size.size_summary()}")
    print(f"{'FAILED: ' + ', '.join(failed) if failed else 'All checks hold'} after {time.perf_counter() - start_all:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
