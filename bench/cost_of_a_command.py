"""What one command costs to write: its hand-written lines and files, layer by layer, counted from the tree.

Run with `python -m bench.cost_of_a_command WithdrawFromVote VoteWithdrawn`: the RPC first, then its event, and any other word that is there
for it alone. `--root DIR` counts another checkout. Without names it counts the lines that the example of `docs/how-to/add-a-command.md`
adds or changes.

A line belongs to the command when it stands in a file of its name, in a message of its name, in a function or class of its name, in a
function that makes its request or its event, or when it mentions it. Blank lines and generated code are left out; tests and translations
are counted apart. The same rule counts every command of every tree, so two figures can be compared; a line that serves two commands counts
for both.
"""

import argparse
import ast
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import markdown_table, save_report
from tests.unit.docs.markdown_text import added_lines, example_diff

ROOT = Path(__file__).parent.parent
BUDGET_LINES, BUDGET_FILES = 80, 12
EXAMPLE = "docs/how-to/add-a-command.md"
_OWN_FUNCTION = 40
"""A longer function that mentions the request does more than this command; only its own lines count."""
_MANY = 3
"""A table with more entries serves several commands; only their own lines count."""
_LAYERS = (
    ("protos", r"protos/kith/"),
    ("domain", r"services/\w+/domain/"),
    ("storage, migrations", r"services/\w+/storage/"),
    ("commands, queries", r"services/\w+/(commands|queries)/"),
    ("rpc", r"services/\w+/rpc/"),
    ("reactions, jobs", r"services/\w+/(reactions|jobs)/"),
    ("web", r"services/web/(?!catalogues)"),
    ("command line", r"scripts/cli/"),
    ("other code", r"(services|libs|scripts)/.*\.py$"),
    ("README, docs", r".*\.md$"),
)
_ASIDE = (("tests", r"tests/"), ("translations", r"services/web/catalogues/"))
_LEFT_OUT = re.compile(r"protos/gen/|docs/how-to/|CHANGELOG|bench/|tests/contract/golden/|.*\.(lock|json|png|svg|kith)$")


@dataclass
class Cost:
    """Lines by file."""

    files: dict[str, int] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        return sum(self.files.values())


def cost_of(names: list[str], root: Path) -> dict[str, Cost]:
    """By layer, in the order of the table; only layers with lines."""
    costs: defaultdict[str, Cost] = defaultdict(Cost)
    for path in _tracked(root):
        layer = next((name for name, pattern in (*_ASIDE, *_LAYERS) if re.match(pattern, path)), None)
        if layer is None or _LEFT_OUT.match(path):
            continue
        try:
            text = (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        if count := len([line for line in _lines_of(path, text, names) if line.strip()]):
            costs[layer].files[path] = count
    return {name: costs[name] for name, _ in (*_LAYERS, *_ASIDE) if name in costs}


def cost_of_change(change: str) -> dict[str, Cost]:
    """What a diff costs, by layer, in the same order."""
    costs: defaultdict[str, Cost] = defaultdict(Cost)
    for path, count in added_lines(change).items():
        if layer := next((name for name, pattern in (*_ASIDE, *_LAYERS) if re.match(pattern, path)), None):
            costs[layer].files[path] = count
    return {name: costs[name] for name, _ in (*_LAYERS, *_ASIDE) if name in costs}


def _tracked(root: Path) -> list[str]:
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def _lines_of(path: str, text: str, names: list[str]) -> list[str]:
    lines, snakes = text.splitlines(), [_snake(name) for name in names]
    if Path(path).stem in (*snakes, *(f"test_{snake}" for snake in snakes)):
        return lines
    mentions = re.compile(
        "|".join(rf"(?<![A-Za-z]){re.escape(name)}(Request|Response|Servicer)?(?![A-Za-z])" for name in names)
        + "|"
        + "|".join(rf"(?<![a-z]){snake}(?![a-z])" for snake in snakes)
    )
    numbers = {number for number, line in enumerate(lines) if mentions.search(line)}
    if path.endswith(".proto"):
        numbers |= _messages(lines, names)
    elif path.endswith(".py"):
        numbers |= _functions(text, names, snakes, numbers)
    return [lines[number] for number in sorted(numbers)]


def _messages(lines: list[str], names: list[str]) -> set[int]:
    """Messages of the command's names, with the comments above them."""
    numbers: set[int] = set()
    for number, line in enumerate(lines):
        match = re.match(r"message (\w+) \{", line)
        if match and re.sub(r"(Request|Response)$", "", match[1]) in names:
            end = number if line.endswith("}") else next(at for at in range(number, len(lines)) if lines[at].startswith("}"))
            begin = number
            while begin and lines[begin - 1].startswith("//"):
                begin -= 1
            numbers |= set(range(begin, end + 1))
    return numbers


def _functions(text: str, names: list[str], snakes: list[str], mentioned: set[int]) -> set[int]:
    numbers: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            begin, end = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1, node.end_lineno or node.lineno
            span = set(range(begin, end))
            own = node.name in (*names, *snakes) or any(snake in node.name for snake in snakes)
            makes = not isinstance(node, ast.ClassDef) and len(span) <= _OWN_FUNCTION and not _is_table(node) and bool(span & mentioned)
            numbers |= span if own or makes else set()
        elif isinstance(node, ast.stmt) and not hasattr(node, "body"):
            span = set(range(node.lineno - 1, node.end_lineno or node.lineno))
            # An import of many names, or a table of many commands, shares its statement: only its own lines count.
            if span & mentioned and not isinstance(node, ast.Import | ast.ImportFrom) and len(span) <= len(span & mentioned) + 4:
                numbers |= span
    return numbers


def _is_table(node: ast.AST) -> bool:
    """Whether the function holds a table of many commands, such as the one that binds a service's RPCs."""
    return any(isinstance(each, ast.Dict) and len(each.keys) > _MANY for each in ast.walk(node))


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def report(costs: dict[str, Cost], *, with_files: bool) -> tuple[str, bool]:
    """The table, and whether it is within the budget."""
    aside = {name for name, _ in _ASIDE}
    parts = [markdown_table(["layer", "lines", "files"], [[layer, str(cost.lines), str(len(cost.files))] for layer, cost in costs.items()])]
    if with_files:
        parts.append("\n".join(f"{count:5} {path}" for cost in costs.values() for path, count in cost.files.items()))
    counted = [cost for layer, cost in costs.items() if layer not in aside]
    lines, files = sum(cost.lines for cost in counted), sum(len(cost.files) for cost in counted)
    parts.append(f"{lines} lines in {files} files, tests and translations aside; budget {BUDGET_LINES} in {BUDGET_FILES}.")
    return "\n\n".join(parts), lines <= BUDGET_LINES and files <= BUDGET_FILES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--files", action="store_true", help="name every file")
    parser.add_argument("--quick", action="store_true", help="keep no table")
    arguments = parser.parse_args()
    costs = cost_of(arguments.names, arguments.root) if arguments.names else cost_of_change(example_diff(EXAMPLE))
    table, within = report(costs, with_files=arguments.files)
    if arguments.names:
        print(f"{arguments.names[0]}\n\n{table}")
    else:
        save_report("cost_of_a_command", f"The example of {EXAMPLE}", table)
    return int(not within)


if __name__ == "__main__":
    raise SystemExit(main())
