"""Lengths of files and functions, as a measurement: this never fails."""

import ast
import statistics

from scripts.checks import repository


def size_summary() -> str:
    """Median, 90th percentile and maximum number of lines of files and functions."""
    sources = {str(path): repository.read_text(path) or "" for path in repository.list_files("services/*.py", "libs/*.py", "scripts/*.py")}
    tests = sum((repository.read_text(path) or "").count("\n") for path in repository.list_files("tests/*.py"))
    lines = {name: text.count("\n") for name, text in sources.items() if text.strip()}
    functions = {f"{name}:{node.lineno} {node.name}": _length(node) for name, text in sources.items() for node in _functions(text)}
    code = sum(lines.values())
    spread = f"files {_spread(lines)}\n   functions {_spread(functions)}"
    return f"{spread}\n   {code} lines of code, and {tests / max(code, 1):.1f} times that in tests"


def _functions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    try:
        return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    except SyntaxError:
        return []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _spread(lengths: dict[str, int]) -> str:
    ordered = sorted(lengths.values()) or [0]
    longest = max(lengths, key=lambda name: lengths[name], default="")
    return f"median {statistics.median(ordered):.0f}, p90 {ordered[len(ordered) * 9 // 10]}, longest {ordered[-1]} ({longest})"
