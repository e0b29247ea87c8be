"""A concern: something is wrong between two of one team, and they talk about it, agree on something, or end it.

| step        | ask for somebody | both agree | day comes | both well | not well    | time over | set aside | part  | covered |
|-------------|------------------|------------|-----------|-----------|-------------|-----------|-----------|-------|---------|
| talk        | facilitated      | agreed     | -         | -         | -           | -         | set_aside | cover | -       |
| facilitated | -                | agreed     | -         | -         | -           | -         | set_aside | cover | -       |
| agreed      | facilitated      | -          | look_back | -         | -           | -         | set_aside | cover | -       |
| look_back   | -                | -          | -         | repaired  | facilitated | repaired  | set_aside | cover | -       |
| cover       | -                | -          | -         | -         | -           | -         | -         | -     | ended   |
| repaired    | -                | -          | -         | -         | -           | -         | -         | -     | -       |
| set_aside   | -                | -          | -         | -         | -           | -         | -         | -     | -       |
| ended       | -                | -          | -         | -         | -           | -         | -         | -     | -       |

- Either of the two asks for somebody beside them, says that it is not well, sets it aside, or parts, by leaving the team or ending the
  other's place in theirs: at any time, without the other and without a reason. Every other step needs the yes of both, or time.
- Somebody is beside them once both have named the same person and that person has said yes. Who names another takes their yes back.
- Who sets something aside is left in peace: the other raises nothing with them for as long as two have to talk.
- What is agreed on are words and a day, which one of the three writes down; each yes is to one version of them.
- Every step but the ends has a day on which it is due. When it is over, both are told once and nothing else happens: nobody is pushed.
  Who says nothing when they look back has nothing to add to what both agreed on.
- The two have parted at `cover` already. It is over once no visit that the one left needs somebody (scheduling says so).
- Two stand in the order of their ids, so that both directions are one. Nothing of a concern counts for how anybody is found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import ConcernStep
from libs.refusals import Conflict, FailedPrecondition, invalid
from libs.rulebook import ConcernRules

MAX_WORDS = 5_000
MAX_LOOK_BACK = timedelta(days=366)


class Move(StrEnum):
    """What takes a concern from one step to another."""

    ASK_FOR_SOMEBODY = "ask for somebody"
    BOTH_AGREE = "both agree"
    DAY_COMES = "day comes"
    BOTH_WELL = "both well"
    NOT_WELL = "not well"
    TIME_OVER = "time over"
    SET_ASIDE = "set aside"
    PART = "part"
    COVERED = "covered"


_LEAVING = {Move.SET_ASIDE: ConcernStep.SET_ASIDE, Move.PART: ConcernStep.COVER}
NEXT: Mapping[ConcernStep, Mapping[Move, ConcernStep]] = {
    ConcernStep.TALK: {Move.ASK_FOR_SOMEBODY: ConcernStep.FACILITATED, Move.BOTH_AGREE: ConcernStep.AGREED, **_LEAVING},
    ConcernStep.FACILITATED: {Move.BOTH_AGREE: ConcernStep.AGREED, **_LEAVING},
    ConcernStep.AGREED: {Move.ASK_FOR_SOMEBODY: ConcernStep.FACILITATED, Move.DAY_COMES: ConcernStep.LOOK_BACK, **_LEAVING},
    ConcernStep.LOOK_BACK: {
        Move.BOTH_WELL: ConcernStep.REPAIRED,
        Move.NOT_WELL: ConcernStep.FACILITATED,
        Move.TIME_OVER: ConcernStep.REPAIRED,
        **_LEAVING,
    },
    ConcernStep.COVER: {Move.COVERED: ConcernStep.ENDED},
    ConcernStep.REPAIRED: {},
    ConcernStep.SET_ASIDE: {},
    ConcernStep.ENDED: {},
}
OVER = frozenset(step for step, moves in NEXT.items() if not moves)
BETWEEN_TWO = frozenset(step for step, moves in NEXT.items() if Move.PART in moves)
"""The steps at which the two still have something to say to each other."""


@dataclass(frozen=True)
class Concern:
    """Between `first` and `second`, both in the team of `owner`, who may be one of them. `due` is set until it is over.

    `first_named` and `second_named` are whom each would like beside them; `facilitator` is whom both named, and is beside them since
    `facilitates_since`. `words` and `look_back_on` are what both could agree on, or have; `version` counts such proposals. `leaver` is who
    left the team, and `set_aside_by` who no longer wanted to talk about it.
    """

    id: UUID
    team: UUID
    owner: UUID
    first: UUID
    second: UUID
    raised_by: UUID
    step: ConcernStep
    since: datetime
    due: datetime | None
    overdue_told_at: datetime | None = None
    first_named: UUID | None = None
    second_named: UUID | None = None
    facilitator: UUID | None = None
    facilitates_since: datetime | None = None
    words: str = ""
    look_back_on: date | None = None
    proposed_by: UUID | None = None
    first_yes: bool = False
    second_yes: bool = False
    version: int = 0
    first_well: bool | None = None
    second_well: bool | None = None
    leaver: UUID | None = None
    set_aside_by: UUID | None = None

    @property
    def two(self) -> tuple[UUID, UUID]:
        return self.first, self.second

    def other(self, one: UUID) -> UUID:
        """The other of the two."""
        return self.second if one == self.first else self.first

    def named_by(self, one: UUID) -> UUID | None:
        return self.first_named if one == self.first else self.second_named

    def said_yes(self, one: UUID) -> bool:
        """To what is proposed now."""
        return self.first_yes if one == self.first else self.second_yes

    def well_for(self, one: UUID) -> bool | None:
        """What this one said when they looked back: for them alone."""
        return self.first_well if one == self.first else self.second_well


def waits_for(concern: Concern, one: UUID) -> bool:
    """Whether the next word is this one's, of the two or of whom both want beside them. Nobody has to say it."""
    if one not in concern.two:
        return one == concern.facilitator and concern.facilitates_since is None and concern.step in BETWEEN_TWO
    if concern.step in {ConcernStep.TALK, ConcernStep.FACILITATED} and concern.look_back_on is not None:
        return not concern.said_yes(one)
    match concern.step:
        case ConcernStep.TALK:
            return one != concern.raised_by
        case ConcernStep.FACILITATED:
            own, others = concern.named_by(one), concern.named_by(concern.other(one))
            return own is None or others not in (None, own)
        case ConcernStep.LOOK_BACK:
            return concern.well_for(one) is None
    return False


def raise_concern(
    new_id: UUID, team: UUID, owner: UUID, raiser: UUID, other: UUID, now: datetime, rules: ConcernRules, *, facilitated: bool
) -> Concern:
    """The one who raises it chooses whether they talk alone first. Raises Invalid SAME_PERSON."""
    if raiser == other:
        raise invalid("person_id", "SAME_PERSON")
    first, second = sorted((raiser, other))
    step = ConcernStep.FACILITATED if facilitated else ConcernStep.TALK
    return Concern(new_id, team, owner, first, second, raiser, step, now, now + _time_for(step, rules))


def ask_for_somebody(concern: Concern, now: datetime, rules: ConcernRules) -> Concern:
    """Raises FailedPrecondition CONCERN_OVER or CONCERN_STEP_PASSED."""
    return replace(_begin(concern, Move.ASK_FOR_SOMEBODY, now, rules), first_yes=False, second_yes=False)


def name_facilitator(concern: Concern, by: UUID, named: UUID) -> Concern:
    """Raises FailedPrecondition CONCERN_OVER or CONCERN_STEP_PASSED, Invalid FACILITATOR_ON_A_SIDE for one of the two."""
    _require_step(concern, ConcernStep.FACILITATED)
    if named in concern.two:
        raise invalid("person_id", "FACILITATOR_ON_A_SIDE")
    if concern.named_by(by) == named:
        return concern
    changed = _with(concern, by, named=named)
    both = changed.first_named == changed.second_named
    return replace(changed, facilitator=named if both else None, facilitates_since=None)


def accept_facilitation(concern: Concern, person: UUID, now: datetime) -> Concern:
    """Raises FailedPrecondition FACILITATION_NOT_ASKED."""
    _require_asked(concern, person)
    return replace(concern, facilitates_since=concern.facilitates_since or now)


def end_facilitation(concern: Concern, person: UUID) -> Concern:
    """They say no, or no longer want to, or can: the two look for somebody else. Raises FailedPrecondition FACILITATION_NOT_ASKED."""
    _require_asked(concern, person)
    return _without_facilitator(concern)


def propose_repair(concern: Concern, by: UUID, words: str, look_back_on: date | None, today: date) -> Concern:
    """In place of what was proposed before. It has the yes of who proposes it, if that is one of the two.

    Raises FailedPrecondition CONCERN_OVER or CONCERN_STEP_PASSED, Invalid WORDS_MISSING, DATE_MALFORMED, DAY_PAST or LOOK_BACK_TOO_FAR.
    """
    _require_step(concern, ConcernStep.TALK, ConcernStep.FACILITATED)
    if not words:
        raise invalid("words", "WORDS_MISSING")
    if look_back_on is None:
        raise invalid("look_back_on", "DATE_MALFORMED")
    if look_back_on <= today:
        raise invalid("look_back_on", "DAY_PAST")
    if look_back_on > today + MAX_LOOK_BACK:
        raise invalid("look_back_on", "LOOK_BACK_TOO_FAR")
    proposed = replace(concern, words=words, look_back_on=look_back_on, proposed_by=by, version=concern.version + 1)
    proposed = replace(proposed, first_yes=False, second_yes=False)
    return _with(proposed, by, yes=True) if by in concern.two else proposed


def agree_repair(concern: Concern, by: UUID, shown: int, now: datetime, zone: ZoneInfo) -> Concern:
    """`shown` is the version on the page. With the yes of both it is agreed, and due on the day on which they look back.

    Raises FailedPrecondition CONCERN_OVER, CONCERN_STEP_PASSED or REPAIR_NOT_PROPOSED, Conflict VERSION_STALE.
    """
    _require_step(concern, ConcernStep.TALK, ConcernStep.FACILITATED)
    if concern.look_back_on is None:
        raise FailedPrecondition("REPAIR_NOT_PROPOSED")
    if shown != concern.version:
        raise Conflict("VERSION_STALE", version=str(concern.version))
    answered = _with(concern, by, yes=True)
    if not (answered.first_yes and answered.second_yes):
        return answered
    # A proposal that waited until after its day is looked back on at once.
    day_comes = datetime.combine(concern.look_back_on, time(), zone)
    return replace(_move(answered, Move.BOTH_AGREE), since=now, due=max(day_comes, now), overdue_told_at=None)


def look_back(concern: Concern, now: datetime, rules: ConcernRules) -> Concern:
    """Both are asked, once."""
    return _begin(replace(concern, first_well=None, second_well=None), Move.DAY_COMES, now, rules)


def answer_look_back(concern: Concern, by: UUID, now: datetime, rules: ConcernRules, *, well: bool) -> Concern:
    """Not well for one: they talk again, with somebody beside them. Raises FailedPrecondition CONCERN_OVER or CONCERN_STEP_PASSED."""
    _require_step(concern, ConcernStep.LOOK_BACK)
    answered = _with(concern, by, well=well)
    if not well:
        return replace(_begin(answered, Move.NOT_WELL, now, rules), first_yes=False, second_yes=False)
    return _close(answered, Move.BOTH_WELL, now) if answered.first_well and answered.second_well else answered


def close_over_time(concern: Concern, now: datetime) -> Concern:
    """The time for looking back is over, and nobody asked for more than both agreed on."""
    return _close(concern, Move.TIME_OVER, now)


def set_aside(concern: Concern, by: UUID, now: datetime) -> Concern:
    """Raises FailedPrecondition CONCERN_OVER or CONCERN_STEP_PASSED."""
    return replace(_close(concern, Move.SET_ASIDE, now), set_aside_by=by)


def require_left_in_peace(set_aside_at: datetime | None, now: datetime, rules: ConcernRules) -> None:
    """`set_aside_at` is when the other last set something between the two aside, if they have.

    Raises FailedPrecondition CONCERN_SET_ASIDE within the days for talking.
    """
    if set_aside_at is not None and now < set_aside_at + timedelta(days=rules.talk_days):
        raise FailedPrecondition("CONCERN_SET_ASIDE", days=str(rules.talk_days))


def part(concern: Concern, leaver: UUID, now: datetime, rules: ConcernRules) -> Concern:
    """One of them has left the team. Unchanged where the two had parted before."""
    if Move.PART not in NEXT[concern.step]:
        return concern
    parted = replace(_without_facilitator(concern), words="", look_back_on=None, proposed_by=None, leaver=leaver)
    return _begin(parted, Move.PART, now, rules)


def end_covered(concern: Concern, now: datetime) -> Concern:
    """No visit of the one who left needs anybody."""
    return _close(concern, Move.COVERED, now)


def _time_for(step: ConcernStep, rules: ConcernRules) -> timedelta:
    days = {
        ConcernStep.TALK: rules.talk_days,
        ConcernStep.FACILITATED: rules.facilitated_days,
        ConcernStep.LOOK_BACK: rules.answer_days,
        ConcernStep.COVER: rules.cover_days,
    }
    return timedelta(days=days[step])


def _begin(concern: Concern, move: Move, now: datetime, rules: ConcernRules) -> Concern:
    moved = _move(concern, move)
    return replace(moved, since=now, due=now + _time_for(moved.step, rules), overdue_told_at=None)


def _close(concern: Concern, move: Move, now: datetime) -> Concern:
    """What both agreed on stays with them; nobody is beside them any more."""
    closed = replace(_without_facilitator(_move(concern, move)), since=now, due=None, overdue_told_at=None)
    return closed if closed.step is ConcernStep.REPAIRED else replace(closed, words="", look_back_on=None, proposed_by=None)


def _move(concern: Concern, move: Move) -> Concern:
    following = NEXT[concern.step].get(move)
    if following is None:
        raise _refusal(concern)
    return replace(concern, step=following)


def _require_step(concern: Concern, *steps: ConcernStep) -> None:
    if concern.step not in steps:
        raise _refusal(concern)


def _refusal(concern: Concern) -> FailedPrecondition:
    return FailedPrecondition("CONCERN_STEP_PASSED" if concern.step in BETWEEN_TWO else "CONCERN_OVER")


def _require_asked(concern: Concern, person: UUID) -> None:
    if concern.facilitator != person or concern.step not in BETWEEN_TWO:
        raise FailedPrecondition("FACILITATION_NOT_ASKED")


def _without_facilitator(concern: Concern) -> Concern:
    return replace(concern, first_named=None, second_named=None, facilitator=None, facilitates_since=None)


def _with(concern: Concern, one: UUID, **said: UUID | bool) -> Concern:
    """With what this one of the two said."""
    side = "first" if one == concern.first else "second"
    return replace(concern, **{f"{side}_{name}": value for name, value in said.items()})  # type: ignore[arg-type]  # one field of a side
