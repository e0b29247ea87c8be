"""The steps of a concern as a diagram in the documentation, made from the table that runs.

python -m tests.support.concern_diagram     # writes it
"""

import re
from pathlib import Path

from services.matching.domain.concern import NEXT, OVER

PAGE = Path("docs/how-to/when-two-do-not-get-on.md")
_DIAGRAM = re.compile(r"```mermaid\n.*?```", re.DOTALL)


def diagram() -> str:
    lines = ["stateDiagram-v2", "    [*] --> talk", "    [*] --> facilitated"]
    lines += [f"    {step} --> {after}: {move}" for step, moves in NEXT.items() for move, after in moves.items()]
    lines += [f"    {step} --> [*]" for step in NEXT if step in OVER]
    return "\n".join(("```mermaid", *lines, "```"))


def with_diagram(page: str) -> str:
    return _DIAGRAM.sub(lambda _: diagram(), page)


if __name__ == "__main__":
    PAGE.write_text(with_diagram(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
