"""Reads the co-op's rules file and names every mistake with its line. Pure: bytes in, values out."""

from libs.rulebook.mistakes import Mistake, RulebookMistakes
from libs.rulebook.reading import read
from libs.rulebook.rulebook import SCHEMA, MemberClass, ResolutionType, Rulebook, SecondMeeting

__all__ = ["SCHEMA", "MemberClass", "Mistake", "ResolutionType", "Rulebook", "RulebookMistakes", "SecondMeeting", "read"]
