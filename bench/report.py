"""Formats, prints and saves the results of measurements."""

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def is_quick_run() -> bool:
    """Whether `--quick` is set: few rounds, to see that a measurement works. Such a table is printed and not saved."""
    return "--quick" in sys.argv[1:]


def save_report(name: str, title: str, *paragraphs: str) -> None:
    """Prints the tables, and saves them in `results/<name>.md` unless this is a quick run."""
    text = "\n\n".join(paragraphs)
    print(text)
    if not is_quick_run():
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Formats a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percentile(values: Sequence[float], fraction: float) -> float:
    """The value that `fraction` of all values lie at or below, for example 0.99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of Kith's time against the reference's, pair by pair: whatever slows the machine for a while slows both of a pair."""
    return statistics.median(ours / reference for ours, reference in pairs)


def verdict(measured: float, aim: float, *, at_least: bool = False) -> str:
    """Says whether the aim was met."""
    return "met" if (measured >= aim if at_least else measured <= aim) else "MISSED"
