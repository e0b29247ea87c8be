"""What is wrong with a rulebook, said so that the person who wrote it can put it right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing to put right: the line (from 1), the key it is about (dotted, may be empty), what is wrong, and what to write instead."""

    line: int
    key: str
    problem: str
    suggestion: str


class RulebookMistakes(ValueError):
    """Raised with every mistake of a rulebook at once, in line order."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(f"line {m.line}: {m.problem} {m.suggestion}" for m in self.mistakes))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, or None when none is near."""
    lowered = {name.lower(): name for name in known}
    close = get_close_matches(word.lower().replace("-", "_"), lowered, n=1, cutoff=0.6)
    return lowered[close[0]] if close else None


def listed(words: Iterable[str]) -> str:
    """The words as a person would list them: `a`, `a or b`, `a, b or c`."""
    names = list(words)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else "nothing"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion sentence for a word nobody knows: the nearest one when there is one, and all of them."""
    names = list(known)
    near = nearest(word, names)
    if near is not None:
        return f'Did you mean "{near}"?'
    return f"Use {listed(names)}." if names else "Leave it out."
