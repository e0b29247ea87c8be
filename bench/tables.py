"""How what was measured is shown and kept."""

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def quick() -> bool:
    """`--quick`: few rounds, to see that a measurement works. Such a table is shown and not kept."""
    return "--quick" in sys.argv[1:]


def show(name: str, title: str, *paragraphs: str) -> None:
    """Prints the table, and keeps it in `results/<name>.md` unless the run was a quick one."""
    shown = "\n\n".join(paragraphs)
    print(shown)
    if not quick():
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(f"# {title}\n\n{shown}\n", encoding="utf-8")


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of all lie at or below, for example 0.99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of ours against the reference, pair by pair: what slows the machine for a while slows both of a pair."""
    return statistics.median(ours / reference for ours, reference in pairs)


def verdict(found: float, aim: float, *, at_least: bool = False) -> str:
    """Plainly, whether the aim was met."""
    return "met" if (found >= aim if at_least else found <= aim) else "MISSED"
