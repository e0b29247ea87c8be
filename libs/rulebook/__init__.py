"""Parses the co-op's rules file and reports every mistake with its line. Pure: bytes in, values out."""

from libs.rulebook.credentials import CredentialKind, Gate, default_credentials
from libs.rulebook.matching import MatchingRules
from libs.rulebook.mistakes import Mistake, RulebookMistakes
from libs.rulebook.parser import read_rulebook
from libs.rulebook.rulebook import SCHEMA, MemberClass, ResolutionType, Rulebook, SecondMeeting

__all__ = [
    "SCHEMA",
    "CredentialKind",
    "Gate",
    "MatchingRules",
    "MemberClass",
    "Mistake",
    "ResolutionType",
    "Rulebook",
    "RulebookMistakes",
    "SecondMeeting",
    "default_credentials",
    "read_rulebook",
]
