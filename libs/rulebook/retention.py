"""Reads how long each kind of record is kept, and which holds the person under them does not see."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from libs.rulebook.toml_source import parse_toml
from libs.rulebook.toml_table import TomlTable

_MAX_YEARS = 100


class RecordKind(StrEnum):
    """Records that are disposed of when their time is over."""

    PROFILE = "profile"
    QUALIFICATIONS = "qualifications"
    ENQUIRIES = "enquiries"
    REQUESTS = "requests"
    VISITS = "visits"
    REFERRALS = "referrals"


class After(StrEnum):
    """What the years are counted from."""

    LEAVING = "leaving"
    APPLYING = "applying"
    ANSWERING = "answering"
    VISITING = "visiting"
    CLOSING = "closing"


class HoldKind(StrEnum):
    """Why nothing about a person may be erased for the time being."""

    CLAIM = "claim"
    COMPLAINT = "complaint"
    SAFEGUARDING = "safeguarding"
    AUTHORITY = "authority"


COUNTED_FROM = {
    RecordKind.PROFILE: After.LEAVING,
    RecordKind.QUALIFICATIONS: After.LEAVING,
    RecordKind.ENQUIRIES: After.APPLYING,
    RecordKind.REQUESTS: After.ANSWERING,
    RecordKind.VISITS: After.VISITING,
    RecordKind.REFERRALS: After.CLOSING,
}


@dataclass(frozen=True)
class RetentionRule:
    """Records of this kind are disposed of so many years after that."""

    kind: RecordKind
    years: int
    after: After


@dataclass(frozen=True)
class Retention:
    """`rules` has at most one for each kind; a kind without one is kept. `holds_not_shown` are kept from the person."""

    rules: tuple[RetentionRule, ...]
    holds_not_shown: tuple[HoldKind, ...]


def read_retention(root: TomlTable) -> Retention:
    """The section `[retention]`; the default one for a rulebook without it."""
    table = root.table("retention")
    if table is None:
        return default_retention()
    not_shown = table.names("holds_not_shown", tuple(HoldKind), "kind of hold")
    rules = tuple(_rule(kind, inner) for kind in RecordKind if (inner := table.table(kind)) is not None)
    if not rules:
        problem = "There is no kind of record; without the whole section a rulebook has the usual ones."
        table.note("", problem, 'Take [retention] out, or add [retention.profile] with years = 8 and after = "leaving".')
    table.reject_unknown_keys()
    return Retention(rules, tuple(map(HoldKind, not_shown)))


@cache
def default_retention() -> Retention:
    """What counts for a rulebook that has no section of its own: `libs/rulebook/templates/retention.toml`."""
    source = parse_toml(files("libs.rulebook.templates").joinpath("retention.toml").read_bytes())
    return read_retention(TomlTable(source, (), source.tree))


def _rule(kind: RecordKind, table: TomlTable) -> RetentionRule:
    years = table.integer("years", 1, _MAX_YEARS, example=8)
    after = table.choice("after", After)
    if table.has("after") and after is not COUNTED_FROM[kind]:
        table.note("after", f"These records are counted from {COUNTED_FROM[kind]}.", f'Write after = "{COUNTED_FROM[kind]}".')
    table.reject_unknown_keys()
    return RetentionRule(kind, years, COUNTED_FROM[kind])
