"""Measures how hard a text is to read: words per sentence and the Flesch-Kincaid grade.

Grade = 0.39 x words / sentences + 11.8 x syllables / words - 15.59
(J. P. Kincaid and others, Derivation of New Readability Formulas, 1975).

Syllables are counted by vowel groups with the usual corrections, which is as exact as the formula deserves.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

_TAG = re.compile(r"<[^>]+>")
_VALUE = re.compile(r"\{\w+\}")
_END = re.compile(r"(?<=[.!?:])\s+|\n")
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019]*|\d[\d,.]*")
_LE = re.compile(r"[^aeiouy]le$")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class ReadabilityScore:
    """The counts for one text."""

    sentences: int
    words: int
    syllables: int
    longest: int

    @property
    def mean(self) -> float:
        return self.words / self.sentences

    @property
    def grade(self) -> float:
        return 0.39 * self.mean + 11.8 * self.syllables / self.words - 15.59


def plain_text(text: str) -> str:
    """The text without tags; a value counts as one easy word."""
    return unescape(_VALUE.sub("it", _TAG.sub("", text)))


def split_sentences(text: str) -> list[list[str]]:
    """The words of each sentence."""
    sentence_words = [_WORD.findall(part) for part in _END.split(plain_text(text))]
    return [words for words in sentence_words if words]


def count_syllables(word: str) -> int:
    lower = word.lower().strip("'\u2019")
    if not lower.isalpha():
        return 1
    if lower.startswith("rulebook"):
        # Written as one word, said as two.
        return count_syllables(lower[:4]) + count_syllables(lower[4:])
    count = len(_VOWELS.findall(lower))
    if lower.endswith("e") and not _LE.search(lower) and not lower.endswith("ee") and count > 1:
        count -= 1
    if lower.endswith("ed") and not lower.endswith(("ted", "ded", "eed")) and count > 1:
        count -= 1
    if lower.endswith("es") and not lower.endswith(("ses", "ces", "ges", "shes", "ches", "xes", "zes", "ies")) and count > 1:
        count -= 1
    return max(count, 1)


def measure_readability(texts: Iterable[str]) -> ReadabilityScore:
    sentence_words = [words for text in texts for words in split_sentences(text)]
    return ReadabilityScore(
        sentences=len(sentence_words),
        words=sum(len(words) for words in sentence_words),
        syllables=sum(count_syllables(word) for words in sentence_words for word in words),
        longest=max(len(words) for words in sentence_words),
    )
