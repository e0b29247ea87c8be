"""Mistakes in a rulebook, described so that its author can correct them."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake: its line (from 1), its key (dotted, may be empty), the problem, and what to write instead."""

    line: int
    key: str
    problem: str
    suggestion: str


class RulebookMistakes(ValueError):
    """Raised with all the mistakes of a rulebook, in line order."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(f"line {m.line}: {m.problem} {m.suggestion}" for m in self.mistakes))


def closest_match(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to `word`, or None if none is close."""
    by_lowercase = {name.lower(): name for name in known}
    matches = get_close_matches(word.lower().replace("-", "_"), by_lowercase, n=1, cutoff=0.6)
    return by_lowercase[matches[0]] if matches else None


def join_words(words: Iterable[str]) -> str:
    """Joins words for a sentence: `a`, `a or b`, `a, b or c`."""
    names = list(words)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else "nothing"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion for an unknown word: the closest known word, or else all of them."""
    names = list(known)
    closest = closest_match(word, names)
    if closest is not None:
        return f'Did you mean "{closest}"?'
    return f"Use {join_words(names)}." if names else "Leave it out."
