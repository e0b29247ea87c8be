"""A parsed rulebook: member classes, and the resolution types that they vote on."""

from dataclasses import dataclass
from datetime import timedelta

from libs.rulebook.concerns import ConcernRules
from libs.rulebook.counting import CountingRule, Threshold
from libs.rulebook.credentials import CredentialKind
from libs.rulebook.drafts import DraftRules
from libs.rulebook.matching import MatchingRules
from libs.rulebook.money import MoneyRules
from libs.rulebook.partners import PartnerRules
from libs.rulebook.retention import Retention
from libs.rulebook.visits import VisitRules
from libs.rulebook.watch import WatchRules
from libs.rulebook.working_time import WorkingTimeRules

SCHEMA = "kith.rulebook.v1"


@dataclass(frozen=True)
class MemberClass:
    """One class of members. `votes` is False for a class that has no vote on anything."""

    key: str
    name: str
    description: str
    easy_read: str
    votes: bool


@dataclass(frozen=True)
class SecondMeeting:
    """A statutory special resolution must be confirmed at a second meeting, this many days after the first, by this threshold."""

    earliest_days: int
    latest_days: int
    threshold: Threshold


@dataclass(frozen=True)
class ResolutionType:
    """One type of resolution: how it is counted and how long people have.

    `notice_days` are whole days between telling members and the vote opening. A vote is open for at least `minimum_open_hours` and at
    most `maximum_open_days`. Only a type with `changes_rulebook` may adopt another rulebook.
    """

    key: str
    name: str
    explanation: str
    easy_read: str
    counting: CountingRule
    notice_days: int
    minimum_open_hours: int
    maximum_open_days: int
    changes_rulebook: bool
    second_meeting: SecondMeeting | None

    @property
    def notice(self) -> timedelta:
        return timedelta(days=self.notice_days)

    @property
    def minimum_open(self) -> timedelta:
        return timedelta(hours=self.minimum_open_hours)

    @property
    def maximum_open(self) -> timedelta:
        return timedelta(days=self.maximum_open_days)


@dataclass(frozen=True)
class Rulebook:
    """A co-op's rules as data. `hash` is the SHA-256 of the exact bytes read, in hex; every decision refers to the rulebook by it."""

    hash: str
    schema: str
    classes: tuple[MemberClass, ...]
    resolutions: tuple[ResolutionType, ...]
    ballot_kind: str
    recorders: int
    """How many people together record a paper or phone vote."""
    credentials: tuple[CredentialKind, ...]
    """What people show before they may do something; the default ones where the rulebook names none."""
    matching: MatchingRules
    """How people find one another; as usual where the rulebook does not say."""
    retention: Retention
    """How long records are kept; the default where the rulebook does not say."""
    money: MoneyRules | None
    """What the co-op adds and takes, and what travel costs; None where the rulebook does not say."""
    visits: VisitRules
    """What holds for visits; as usual where the rulebook does not say."""
    partners: PartnerRules
    """What holds for partners and referrals; as usual where the rulebook does not say."""
    concerns: ConcernRules
    """How long steps are between two between whom something is wrong; as usual where the rulebook does not say."""
    watch: WatchRules
    """When who is told that a visit is late; as usual where the rulebook does not say."""
    drafts: DraftRules
    """Who has weeks drafted, and what counts how much; as usual where the rulebook does not say."""
    working_time: WorkingTimeRules
    """Rests, breaks and the longest weeks of employed workers; as usual where the rulebook does not say."""

    def member_class(self, key: str) -> MemberClass | None:
        """The class with this key, or None."""
        return next((member_class for member_class in self.classes if member_class.key == key), None)

    def resolution(self, key: str) -> ResolutionType | None:
        """The resolution type with this key, or None."""
        return next((resolution for resolution in self.resolutions if resolution.key == key), None)
