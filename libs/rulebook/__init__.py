"""Parses the co-op's rules file and reports every mistake with its line. Pure: bytes in, values out."""

from libs.rulebook.concerns import ConcernRules
from libs.rulebook.credentials import CredentialKind, Gate, default_credentials
from libs.rulebook.drafts import DraftHat, DraftPoints, DraftRules
from libs.rulebook.matching import LinkHat, MatchingRules
from libs.rulebook.mistakes import Mistake, RulebookMistakes
from libs.rulebook.money import MoneyRules, PayFloor
from libs.rulebook.parser import read_rulebook
from libs.rulebook.partners import PartnerRules
from libs.rulebook.retention import After, HoldKind, RecordKind, Retention, RetentionRule, default_retention
from libs.rulebook.rulebook import SCHEMA, MemberClass, ResolutionType, Rulebook, SecondMeeting
from libs.rulebook.visits import VisitRules
from libs.rulebook.watch import WatchRules
from libs.rulebook.working_time import PassableRule, RestReason, RestRules, WorkingTimeRules

__all__ = [
    "SCHEMA",
    "After",
    "ConcernRules",
    "CredentialKind",
    "DraftHat",
    "DraftPoints",
    "DraftRules",
    "Gate",
    "HoldKind",
    "LinkHat",
    "MatchingRules",
    "MemberClass",
    "Mistake",
    "MoneyRules",
    "PartnerRules",
    "PassableRule",
    "PayFloor",
    "RecordKind",
    "ResolutionType",
    "RestReason",
    "RestRules",
    "Retention",
    "RetentionRule",
    "Rulebook",
    "RulebookMistakes",
    "SecondMeeting",
    "VisitRules",
    "WatchRules",
    "WorkingTimeRules",
    "default_credentials",
    "default_retention",
    "read_rulebook",
]
