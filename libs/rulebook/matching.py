"""Reads how people find one another: how long each step of an introduction may take, and when both look back."""

from dataclasses import dataclass
from enum import StrEnum

from libs.rulebook.toml_table import TomlTable

_MAX_DAYS = 366
_MAX_VISITS = 200
_MAX_REVIEWS = 20
_MAX_ASK_DAYS = 92
_FEWEST_TOLD = 3
"""No co-op may tell others of fewer people than these."""


class LinkHat(StrEnum):
    """Which hat makes somebody the co-op's Link."""

    SECRETARY = "secretary"
    LINK = "link"


@dataclass(frozen=True)
class MatchingRules:
    """Days that each step waits for the answers of both; after which visits both sides say how it goes; how often one is shown a week;
    whether there are matching days, and how many days after one its ranks are kept; who is the Link.

    Of asks between co-ops: how many days one is open, below how many another co-op is told "none or a few", how many each may ask a day.
    """

    interest_days: int = 14
    meeting_days: int = 28
    trial_days: int = 56
    review_visits: tuple[int, ...] = (3, 8, 12)
    shown_a_week: int = 20
    ask_days: int = 28
    ask_least: int = 5
    asks_a_day: int = 10
    matching_days: bool = True
    ranks_kept_days: int = 28
    link: LinkHat = LinkHat.SECRETARY


def read_matching(root: TomlTable) -> MatchingRules:
    """The section `[matching]`; what it leaves out is as usual."""
    table, usual = root.table("matching"), MatchingRules()
    if table is None:
        return usual
    rules = MatchingRules(
        interest_days=table.integer("interest_days", 1, _MAX_DAYS, example=usual.interest_days, default=usual.interest_days),
        meeting_days=table.integer("meeting_days", 1, _MAX_DAYS, example=usual.meeting_days, default=usual.meeting_days),
        trial_days=table.integer("trial_days", 1, _MAX_DAYS, example=usual.trial_days, default=usual.trial_days),
        review_visits=_review_visits(table, usual.review_visits),
        shown_a_week=table.integer("shown_a_week", 1, 1000, example=usual.shown_a_week, default=usual.shown_a_week),
        ask_days=table.integer("ask_days", 1, _MAX_ASK_DAYS, example=usual.ask_days, default=usual.ask_days),
        ask_least=table.integer("ask_least", _FEWEST_TOLD, 1000, example=usual.ask_least, default=usual.ask_least),
        asks_a_day=table.integer("asks_a_day", 1, 100, example=usual.asks_a_day, default=usual.asks_a_day),
        matching_days=table.flag("matching_days", default=usual.matching_days),
        ranks_kept_days=table.integer("ranks_kept_days", 1, _MAX_DAYS, example=usual.ranks_kept_days, default=usual.ranks_kept_days),
        link=table.choice("link", LinkHat, usual.link),
    )
    table.reject_unknown_keys()
    return rules


def _review_visits(table: TomlTable, usual: tuple[int, ...]) -> tuple[int, ...]:
    value = table.take("review_visits")
    if value is None:
        return usual
    example = "review_visits = [3, 8, 12]"
    if not isinstance(value, list):
        table.wrong_kind("review_visits", "a list", value, example)
        return usual
    good = all(isinstance(visit, int) and not isinstance(visit, bool) and 1 <= visit <= _MAX_VISITS for visit in value)
    if not good or len(value) > _MAX_REVIEWS or sorted(set(value)) != value:
        problem = f"These must be whole numbers from 1 to {_MAX_VISITS}, each larger than the one before, at most {_MAX_REVIEWS} of them."
        table.note("review_visits", problem, f"Write for example {example}.")
        return usual
    return tuple(value)
