"""The draft of a vote with other co-ops, and the terms it becomes once every party has given its keys.

How votes are counted comes from a resolution type of our own rulebook; its classes become the groups of the terms. The same draft and the
same parties give the same terms.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction

from libs.boards import forms
from libs.boards.forms import DocumentError
from libs.boards.rule import CONSENT, METHODS, Rule, write_rule
from libs.boards.terms import FIXED_OPTIONS, OBSERVER, PARTICIPANT, Party, Terms, quorum_of_witnesses, read_terms, write_terms
from libs.refusals import FieldProblem, Invalid, invalid
from libs.rulebook import ResolutionType, Rulebook
from libs.rulebook.counting import Basis, BelowQuorum, Cap, ClassRule, CountingRule, FixedShares, Method, Quorum, Threshold
from libs.signing.canonical import Json, NotCanonicalError
from services.governance.domain.motion import FARTHEST
from services.governance.domain.outcome import require_countable
from services.governance.domain.vote_limits import check_times
from services.governance.domain.vote_quorums import AskedQuorums, Quorums, quorums

QUESTION_MOST, TEXT_MOST, OPTION_MOST = 200, 4000, 100
K, SETTLE, GRACE, WINDOW = 5, 900, 86_400, 604_800
SPARE_ROWS = 20
HIGHEST_SCORE_MOST = 1000
AUDIENCES = ("members", "public")
_DUMMY = bytes(64)


@dataclass(frozen=True)
class ClassGroup:
    """In which group a class votes; `co_op` empty: of every participant that has it."""

    co_op: str
    member_class: str
    group: str


@dataclass(frozen=True)
class Asked:
    """What the secretary filled in; empty and 0 where they left it to the usual."""

    question: str
    text: str
    method: str
    options: tuple[str, ...]
    candidates: tuple[str, ...]
    basis: str
    weights: tuple[tuple[str, str], ...]
    below_quorum: str
    participants: tuple[str, ...]
    observers: tuple[str, ...]
    class_groups: tuple[ClassGroup, ...]
    ceilings: tuple[tuple[str, str, int], ...]
    k: int
    small: tuple[tuple[str, str], ...]
    open_latest: datetime
    close: datetime
    settle: int
    grace: int
    window: int
    settlers: str
    audience: str
    highest_score: int
    quorums: AskedQuorums = field(default_factory=AskedQuorums)


@dataclass(frozen=True)
class Draft:
    """What the terms will say, but for the parties' keys: `said` are their keys as the terms write them."""

    convener: str
    participants: tuple[str, ...]
    observers: tuple[str, ...]
    class_groups: tuple[ClassGroup, ...]
    ceilings: tuple[tuple[str, str, int], ...]
    said: Mapping[str, Json]

    def json(self) -> dict[str, Json]:
        """As it is kept."""
        return {
            "convener": self.convener,
            "participants": list(self.participants),
            "observers": list(self.observers),
            "class_groups": [[one.co_op, one.member_class, one.group] for one in self.class_groups],
            "ceilings": [[co_op, group, most] for co_op, group, most in self.ceilings],
            "said": dict(self.said),
        }


def read_draft(value: Json) -> Draft:
    """What `Draft.json` wrote."""
    fields = forms.Fields(value, "draft")
    said = fields.take("said")
    if not isinstance(said, dict):
        raise DocumentError("draft has no words")
    return Draft(
        convener=fields.words("convener", 63),
        participants=fields.list("participants", str, is_sorted=False),
        observers=fields.list("observers", str, is_sorted=False),
        class_groups=fields.list("class_groups", lambda one: ClassGroup(*map(str, forms.items(one, 3, "class"))), is_sorted=False),
        ceilings=fields.list("ceilings", _read_ceiling, is_sorted=False),
        said=said,
    )


def draft(asked: Asked, rulebook: Rulebook, kind: ResolutionType, co_op: str, now: datetime) -> Draft:
    """Checked by the law of the terms themselves, with keys nobody has. Raises Invalid."""
    _check_words(asked)
    _check_times(asked, now)
    # In whole seconds, as the terms will say them.
    check_times(kind, asked.open_latest.replace(microsecond=0), asked.close.replace(microsecond=0), now)
    participants = tuple(sorted({co_op, *asked.participants}))
    observers = tuple(sorted(set(asked.observers)))
    if set(participants) & set(observers):
        raise invalid("observers", "PARTY_TWICE")
    groups = asked.class_groups or tuple(ClassGroup("", one.key, one.key) for one in rulebook.classes if one.votes)
    if len({(one.co_op, one.member_class) for one in groups}) != len(groups):
        raise invalid("class_groups", "CLASS_GROUPS_WRONG")
    own_groups = _own_groups(groups, co_op)
    _check_classes(rulebook, own_groups)
    rule = _rule(asked, kind.counting, own_groups, co_op)
    made = Draft(
        convener=co_op,
        participants=participants,
        observers=observers,
        class_groups=groups,
        ceilings=asked.ceilings,
        said=_said(asked, rule, groups),
    )
    tried = [_nobody(one, PARTICIPANT) for one in participants] + [_nobody(one, OBSERVER) for one in observers]
    own = {one.member_class: 0 for one in groups if one.co_op in ("", co_op)}
    compose(made, "0" * 32, [(one, own) for one in tried], int(now.timestamp()))
    return made


def compose(made: Draft, draft_id: str, parties: Sequence[tuple[Party, Mapping[str, int]]], proposed: int) -> Terms:
    """The terms: each party with its keys and how many people its classes have. `proposed` is whole seconds.

    Raises Invalid PARTIES_WRONG where other parties came than were asked, TERMS_IMPOSSIBLE with what the law of terms has against it.
    """
    wanted = dict.fromkeys(made.participants, PARTICIPANT) | dict.fromkeys(made.observers, OBSERVER)
    if {one.id: one.kind for one, _ in parties} != wanted or len(parties) != len(wanted):
        raise invalid("parties", "PARTIES_WRONG")
    classes = _classes(made, parties)
    said: dict[str, Json] = {
        **made.said,
        "v": 1,
        "draft": draft_id,
        "convener": made.convener,
        "proposed": proposed,
        "parties": forms.in_order([one.json() for one, _ in parties]),
        "classes": forms.in_order([[co_op, name, group] for (co_op, name), group in classes.items()]),
        "ceilings": forms.in_order([[co_op, group, most] for co_op, group, most in made.ceilings or _ceilings(classes, parties)]),
        "q": quorum_of_witnesses(len(made.participants), len(made.observers)),
    }
    try:
        terms = read_terms(write_terms(said))
    except (DocumentError, NotCanonicalError) as error:
        raise invalid("terms", "TERMS_IMPOSSIBLE", why=str(error)) from error
    require_countable(terms.rule, terms.groups, terms.participants)
    return terms


def _said(asked: Asked, rule: Rule, groups: Sequence[ClassGroup]) -> dict[str, Json]:
    return {
        "question": _text(asked.question),
        "text": _text(asked.text),
        "options": list(_options(asked, rule.method)),
        "candidates": forms.in_order([*{_text(one) for one in asked.candidates}]),
        "rule": write_rule(rule),
        "groups": forms.in_order([*{one.group for one in groups}]),
        "k": asked.k or K,
        "small": forms.in_order([[co_op, group] for co_op, group in set(asked.small)]),
        "open_latest": int(asked.open_latest.timestamp()),
        "close": int(asked.close.timestamp()),
        "settle": asked.settle or SETTLE,
        "grace": asked.grace or GRACE,
        "window": asked.window or WINDOW,
        "settlers": _text(asked.settlers),
        "double_membership": "one_vote_per_membership",
        "ties": "do_not_pass",
        "audience": asked.audience or AUDIENCES[0],
    }


def _classes(made: Draft, parties: Sequence[tuple[Party, Mapping[str, int]]]) -> dict[tuple[str, str], str]:
    known = {(one.co_op, one.member_class): one.group for one in made.class_groups}
    found: dict[tuple[str, str], str] = {}
    for party, classes in parties:
        for name in classes if party.kind == PARTICIPANT else ():
            group = known.get((party.id, name)) or known.get(("", name))
            if group is not None:
                found[party.id, name] = group
    return found


def _ceilings(classes: Mapping[tuple[str, str], str], parties: Sequence[tuple[Party, Mapping[str, int]]]) -> list[tuple[str, str, int]]:
    """Twice the people there are now, and twenty: membership may grow until the roll is frozen."""
    people: dict[tuple[str, str], int] = {}
    for party, counted in parties:
        for name, number in counted.items():
            group = classes.get((party.id, name))
            if group is not None:
                people[party.id, group] = people.get((party.id, group), 0) + number
    return [(co_op, group, 2 * number + SPARE_ROWS) for (co_op, group), number in people.items()]


def _rule(asked: Asked, counting: CountingRule, groups: Mapping[str, str], us: str) -> Rule:
    """The resolution type's rule with its classes as groups, and what the secretary chose for several co-ops."""
    method = asked.method or counting.method.value
    if method not in METHODS:
        raise invalid("method", "METHOD_UNKNOWN")
    try:
        basis = Basis(asked.basis or Basis.POOLED)
        below_quorum = BelowQuorum(asked.below_quorum or BelowQuorum.LEFT_OUT)
        weights = tuple((co_op, forms.fraction(weight, "weight")) for co_op, weight in asked.weights)
    except DocumentError:
        raise invalid("weights", "WEIGHTS_WRONG") from None
    except ValueError:
        raise invalid("basis", "BASIS_UNKNOWN") from None
    if len(dict(weights)) != len(weights):
        raise invalid("weights", "WEIGHTS_WRONG")
    excluded = _excluded(counting.excluded, groups)
    ours = Quorums(counting.quorum, _class_quorums(counting.class_quorums, groups))
    needed = quorums(ours, asked.quorums, basis, excluded, us)
    counted = replace(
        counting,
        method=Method.YES_NO_ABSTAIN if method == CONSENT else Method(method),
        threshold=Threshold(Fraction(1), strict=False) if method == CONSENT else counting.threshold,
        class_rule=_class_rule(counting.class_rule, groups),
        excluded=excluded,
        quorum=needed.whole,
        class_quorums=needed.groups,
        highest_score=_highest_score(asked, counting) if method == Method.SCORE else None,
        basis=basis,
        below_quorum=below_quorum,
        co_op_weights=weights,
    )
    return Rule(method, counted, needed.co_ops)


def _own_groups(groups: Sequence[ClassGroup], co_op: str) -> dict[str, str]:
    """Class of our rulebook -> group."""
    everywhere = {one.member_class: one.group for one in groups if not one.co_op}
    return everywhere | {one.member_class: one.group for one in groups if one.co_op == co_op}


def _check_classes(rulebook: Rulebook, groups: Mapping[str, str]) -> None:
    """What is said for us must be of our own rulebook; the classes of the other co-ops nobody here knows."""
    known = [one.key for one in rulebook.classes]
    for name in groups:
        if name not in known:
            raise invalid("class_groups", "CLASS_NOT_IN_RULES", member_class=name, known=", ".join(known))
    if missing := [one.key for one in rulebook.classes if one.votes and one.key not in groups]:
        raise invalid("class_groups", "CLASS_WITHOUT_GROUP", classes=", ".join(missing), known=", ".join(sorted(groups)))


def _class_rule(rule: ClassRule, groups: Mapping[str, str]) -> ClassRule:
    match rule:
        case Cap(classes, fraction, measured_on):
            return Cap(tuple(sorted({_group(groups, one) for one in classes})), fraction, measured_on)
        case FixedShares(shares, silent):
            together: dict[str, Fraction] = {}
            for name, share in shares:
                together[_group(groups, name)] = together.get(_group(groups, name), Fraction(0)) + share
            return FixedShares(tuple(sorted(together.items())), silent)
        case _:
            return rule


def _excluded(classes: Sequence[str], groups: Mapping[str, str]) -> tuple[str, ...]:
    """Whoever votes together is left out together, or nobody knows whom the rule means."""
    found = {groups[one] for one in classes if one in groups}
    if found & {group for name, group in groups.items() if name not in classes}:
        raise invalid("class_groups", "CLASS_GROUPS_WRONG")
    return tuple(sorted(found))


def _class_quorums(quorums: Sequence[tuple[str, Quorum]], groups: Mapping[str, str]) -> tuple[tuple[str, Quorum], ...]:
    found: dict[str, Quorum] = {}
    for name, quorum in quorums:
        if found.setdefault(_group(groups, name), quorum) != quorum:
            raise invalid("class_groups", "CLASS_GROUPS_WRONG")
    return tuple(sorted(found.items()))


def _group(groups: Mapping[str, str], member_class: str) -> str:
    if member_class not in groups:
        raise invalid("class_groups", "CLASS_GROUPS_WRONG", member_class=member_class)
    return groups[member_class]


def _highest_score(asked: Asked, counting: CountingRule) -> int:
    highest = asked.highest_score or counting.highest_score or 0
    if not 1 <= highest <= HIGHEST_SCORE_MOST:
        raise invalid("highest_score", "HIGHEST_SCORE_WRONG", most=str(HIGHEST_SCORE_MOST))
    return highest


def _options(asked: Asked, method: str) -> tuple[str, ...]:
    return FIXED_OPTIONS.get(method) or tuple(_text(one) for one in asked.options)


def _check_words(asked: Asked) -> None:
    question, text = _text(asked.question), _text(asked.text)
    options = [_text(one) for one in asked.options]
    wrong = (
        (not question, "question", "TITLE_MISSING"),
        (len(question) > QUESTION_MOST, "question", "TITLE_TOO_LONG"),
        (not _printable(question), "question", "TITLE_UNPRINTABLE"),
        (not text, "text", "TEXT_MISSING"),
        (len(text) > TEXT_MOST, "text", "VOTE_TEXT_TOO_LONG"),
        (not _printable(text.replace("\n", " ")), "text", "TEXT_UNPRINTABLE"),
        (not _text(asked.settlers), "settlers", "SETTLERS_MISSING"),
        (len(_text(asked.settlers)) > QUESTION_MOST or not _printable(_text(asked.settlers)), "settlers", "SETTLERS_MISSING"),
        (any(not one or len(one) > OPTION_MOST or not _printable(one) for one in options), "options", "OPTIONS_WRONG"),
        (len(set(options)) != len(options) or len(options) == 1, "options", "OPTIONS_WRONG"),
        (not {_text(one) for one in asked.candidates} <= set(options), "candidates", "CANDIDATES_WRONG"),
        (any(not forms.CO_OP.fullmatch(one) for one in (*asked.participants, *asked.observers)), "participants", "CO_OP_MALFORMED"),
        (min(asked.k, asked.settle, asked.grace, asked.window) < 0, "k", "NUMBER_NEGATIVE"),
        (any(most < 0 for _, _, most in asked.ceilings), "ceilings", "NUMBER_NEGATIVE"),
        (asked.audience not in ("", *AUDIENCES), "audience", "AUDIENCE_UNKNOWN"),
    )
    problems = [FieldProblem(field, reason) for is_wrong, field, reason in wrong if is_wrong]
    if problems:
        raise Invalid(problems[0].reason, *problems)


def _check_times(asked: Asked, now: datetime) -> None:
    longest = int(timedelta(days=3660).total_seconds())
    if not now < asked.open_latest < asked.close or asked.close - now > FARTHEST:
        raise invalid("closes_at", "TIMES_WRONG")
    if max(asked.settle, asked.grace, asked.window) > longest:
        raise invalid("closes_at", "TIMES_WRONG")


def _nobody(co_op: str, kind: str) -> Party:
    """A party with keys that nobody holds, to try the terms with."""
    keys = [hashlib.sha256(f"{co_op} {one}".encode()).digest() for one in ("root", "statement", "board", "witness", "signer")]
    root, statement, board, witness, signer = keys
    return Party(co_op, kind, root, statement, board, witness, reachable=True, signer=signer, sig=_DUMMY)


def _text(value: str) -> str:
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()


def _printable(value: str) -> bool:
    return not any(unicodedata.category(letter) == "Cc" for letter in value)


def _read_ceiling(value: Json) -> tuple[str, str, int]:
    co_op, group, most = forms.items(value, 3, "ceiling")
    return str(co_op), str(group), forms.number(most, "ceiling")
