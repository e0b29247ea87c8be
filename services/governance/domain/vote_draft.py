"""Builds the draft of a federated vote, and its terms once every party has given its keys.

The counting rule comes from a resolution type of our own rulebook; its classes become the groups of the terms. The same draft and the same
parties give the same terms.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction

from libs.boards import document_fields
from libs.boards.document_fields import DocumentError
from libs.boards.vote_rule import CONSENT, METHODS, VoteRule, write_rule
from libs.boards.vote_terms import FIXED_OPTIONS, OBSERVER, PARTICIPANT, Party, VoteTerms, quorum_of_witnesses, read_terms, write_terms
from libs.refusals import FieldProblem, Invalid, invalid
from libs.rulebook import ResolutionType, Rulebook
from libs.rulebook.counting import Basis, BelowQuorum, ClassCap, ClassRule, CountingRule, FixedShares, Method, Quorum, Threshold
from libs.signing.canonical import Json, NotCanonicalError
from services.governance.domain.motion import MAX_TIME_AHEAD
from services.governance.domain.vote_outcome import require_countable
from services.governance.domain.vote_quorums import QuorumDrafts, VoteQuorums, resolve_quorums
from services.governance.domain.vote_timing import check_draft_times

QUESTION_MAX_LENGTH, TEXT_MAX_LENGTH, OPTION_MAX_LENGTH = 200, 4000, 100
DEFAULT_K, DEFAULT_SETTLE_SECONDS, DEFAULT_GRACE_SECONDS, DEFAULT_WINDOW_SECONDS = 5, 900, 86_400, 604_800
SPARE_ROWS = 20
HIGHEST_SCORE_LIMIT = 1000
AUDIENCES = ("members", "public")
_PLACEHOLDER_SIGNATURE = bytes(64)


@dataclass(frozen=True)
class ClassGroup:
    """The group in which a class votes; an empty `co_op` means every participant that has the class."""

    co_op: str
    member_class: str
    group: str


@dataclass(frozen=True)
class VoteDraftRequest:
    """What the secretary filled in; empty or 0 means the default."""

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
    quorums: QuorumDrafts = field(default_factory=QuorumDrafts)


@dataclass(frozen=True)
class VoteDraft:
    """The content of the terms except the parties' keys; `terms_fields` are JSON fields as the terms write them."""

    convener: str
    participants: tuple[str, ...]
    observers: tuple[str, ...]
    class_groups: tuple[ClassGroup, ...]
    ceilings: tuple[tuple[str, str, int], ...]
    terms_fields: Mapping[str, Json]

    def json(self) -> dict[str, Json]:
        """The JSON form for storage."""
        return {
            "convener": self.convener,
            "participants": list(self.participants),
            "observers": list(self.observers),
            "class_groups": [[class_group.co_op, class_group.member_class, class_group.group] for class_group in self.class_groups],
            "ceilings": [[co_op, group, most] for co_op, group, most in self.ceilings],
            "said": dict(self.terms_fields),
        }


def parse_draft(value: Json) -> VoteDraft:
    """Parse what `VoteDraft.json` wrote."""
    fields = document_fields.DocumentFields(value, "draft")
    terms_fields = fields.take("said")
    if not isinstance(terms_fields, dict):
        raise DocumentError("draft has no words")
    return VoteDraft(
        convener=fields.words("convener", 63),
        participants=fields.list("participants", str, is_sorted=False),
        observers=fields.list("observers", str, is_sorted=False),
        class_groups=fields.list(
            "class_groups", lambda item: ClassGroup(*map(str, document_fields.parse_items(item, 3, "class"))), is_sorted=False
        ),
        ceilings=fields.list("ceilings", _parse_ceiling, is_sorted=False),
        terms_fields=terms_fields,
    )


def make_draft(request: VoteDraftRequest, rulebook: Rulebook, kind: ResolutionType, co_op: str, now: datetime) -> VoteDraft:
    """Make a draft and check it by building terms with placeholder keys. Raises Invalid."""
    _check_texts(request)
    _check_times(request, now)
    # In whole seconds, as in the terms.
    check_draft_times(kind, request.open_latest.replace(microsecond=0), request.close.replace(microsecond=0), now)
    participants = tuple(sorted({co_op, *request.participants}))
    observers = tuple(sorted(set(request.observers)))
    if set(participants) & set(observers):
        raise invalid("observers", "PARTY_TWICE")
    groups = request.class_groups or tuple(ClassGroup("", item.key, item.key) for item in rulebook.classes if item.votes)
    if len({(group.co_op, group.member_class) for group in groups}) != len(groups):
        raise invalid("class_groups", "CLASS_GROUPS_WRONG")
    own_groups = _own_groups(groups, co_op)
    _check_classes(rulebook, own_groups)
    rule = _counting_rule_for_groups(request, kind.counting, own_groups, co_op)
    draft = VoteDraft(
        convener=co_op,
        participants=participants,
        observers=observers,
        class_groups=groups,
        ceilings=request.ceilings,
        terms_fields=_terms_fields(request, rule, groups),
    )
    placeholder_parties = [_placeholder_party(participant, PARTICIPANT) for participant in participants] + [
        _placeholder_party(observer, OBSERVER) for observer in observers
    ]
    own_classes = {group.member_class: 0 for group in groups if group.co_op in ("", co_op)}
    build_terms(draft, "0" * 32, [(party, own_classes) for party in placeholder_parties], int(now.timestamp()))
    return draft


def build_terms(draft: VoteDraft, draft_id: str, parties: Sequence[tuple[Party, Mapping[str, int]]], proposed: int) -> VoteTerms:
    """Build the terms from each party's keys and how many people its classes have. `proposed` is Unix seconds.

    Raises Invalid PARTIES_WRONG where the parties are not those of the draft, TERMS_IMPOSSIBLE with the rule of terms that is violated.
    """
    expected_kinds = dict.fromkeys(draft.participants, PARTICIPANT) | dict.fromkeys(draft.observers, OBSERVER)
    if {party.id: party.kind for party, _ in parties} != expected_kinds or len(parties) != len(expected_kinds):
        raise invalid("parties", "PARTIES_WRONG")
    classes = _class_groups_by_co_op(draft, parties)
    fields: dict[str, Json] = {
        **draft.terms_fields,
        "v": 1,
        "draft": draft_id,
        "convener": draft.convener,
        "proposed": proposed,
        "parties": document_fields.sort_items([party.json() for party, _ in parties]),
        "classes": document_fields.sort_items([[co_op, name, group] for (co_op, name), group in classes.items()]),
        "ceilings": document_fields.sort_items(
            [[co_op, group, most] for co_op, group, most in draft.ceilings or _default_ceilings(classes, parties)]
        ),
        "q": quorum_of_witnesses(len(draft.participants), len(draft.observers)),
    }
    try:
        terms = read_terms(write_terms(fields))
    except (DocumentError, NotCanonicalError) as error:
        raise invalid("terms", "TERMS_IMPOSSIBLE", why=str(error)) from error
    require_countable(terms.rule, terms.groups, terms.participants)
    return terms


def _terms_fields(request: VoteDraftRequest, rule: VoteRule, groups: Sequence[ClassGroup]) -> dict[str, Json]:
    return {
        "question": _normalised(request.question),
        "text": _normalised(request.text),
        "options": list(_options(request, rule.method)),
        "candidates": document_fields.sort_items([*{_normalised(candidate) for candidate in request.candidates}]),
        "rule": write_rule(rule),
        "groups": document_fields.sort_items([*{class_group.group for class_group in groups}]),
        "k": request.k or DEFAULT_K,
        "small": document_fields.sort_items([[co_op, group] for co_op, group in set(request.small)]),
        "open_latest": int(request.open_latest.timestamp()),
        "close": int(request.close.timestamp()),
        "settle": request.settle or DEFAULT_SETTLE_SECONDS,
        "grace": request.grace or DEFAULT_GRACE_SECONDS,
        "window": request.window or DEFAULT_WINDOW_SECONDS,
        "settlers": _normalised(request.settlers),
        "double_membership": "one_vote_per_membership",
        "ties": "do_not_pass",
        "audience": request.audience or AUDIENCES[0],
    }


def _class_groups_by_co_op(draft: VoteDraft, parties: Sequence[tuple[Party, Mapping[str, int]]]) -> dict[tuple[str, str], str]:
    drafted_groups = {(class_group.co_op, class_group.member_class): class_group.group for class_group in draft.class_groups}
    class_groups: dict[tuple[str, str], str] = {}
    for party, classes in parties:
        for name in classes if party.kind == PARTICIPANT else ():
            group = drafted_groups.get((party.id, name)) or drafted_groups.get(("", name))
            if group is not None:
                class_groups[party.id, name] = group
    return class_groups


def _default_ceilings(
    classes: Mapping[tuple[str, str], str], parties: Sequence[tuple[Party, Mapping[str, int]]]
) -> list[tuple[str, str, int]]:
    """Twice the current number of people plus twenty: membership may grow until the roll is frozen."""
    people: dict[tuple[str, str], int] = {}
    for party, people_by_class in parties:
        for name, number in people_by_class.items():
            group = classes.get((party.id, name))
            if group is not None:
                people[party.id, group] = people.get((party.id, group), 0) + number
    return [(co_op, group, 2 * number + SPARE_ROWS) for (co_op, group), number in people.items()]


def _counting_rule_for_groups(request: VoteDraftRequest, counting: CountingRule, groups: Mapping[str, str], own_co_op: str) -> VoteRule:
    """Return the resolution type's rule with its classes as groups, and the secretary's choices for several co-ops."""
    method = request.method or counting.method.value
    if method not in METHODS:
        raise invalid("method", "METHOD_UNKNOWN")
    try:
        basis = Basis(request.basis or Basis.POOLED)
        below_quorum = BelowQuorum(request.below_quorum or BelowQuorum.LEFT_OUT)
        weights = tuple((co_op, document_fields.parse_fraction(weight, "weight")) for co_op, weight in request.weights)
    except DocumentError:
        raise invalid("weights", "WEIGHTS_WRONG") from None
    except ValueError:
        raise invalid("basis", "BASIS_UNKNOWN") from None
    if len(dict(weights)) != len(weights):
        raise invalid("weights", "WEIGHTS_WRONG")
    excluded = _excluded_groups(counting.excluded, groups)
    own_quorums = VoteQuorums(counting.quorum, _group_quorums(counting.class_quorums, groups))
    vote_quorums = resolve_quorums(own_quorums, request.quorums, basis, excluded, own_co_op)
    vote_counting = replace(
        counting,
        method=Method.YES_NO_ABSTAIN if method == CONSENT else Method(method),
        threshold=Threshold(Fraction(1), strict=False) if method == CONSENT else counting.threshold,
        class_rule=_class_rule_for_groups(counting.class_rule, groups),
        excluded=excluded,
        quorum=vote_quorums.whole,
        class_quorums=vote_quorums.groups,
        highest_score=_highest_score(request, counting) if method == Method.SCORE else None,
        basis=basis,
        below_quorum=below_quorum,
        co_op_weights=weights,
    )
    return VoteRule(method, vote_counting, vote_quorums.co_ops)


def _own_groups(groups: Sequence[ClassGroup], co_op: str) -> dict[str, str]:
    """Return class of our rulebook -> group."""
    everywhere = {class_group.member_class: class_group.group for class_group in groups if not class_group.co_op}
    return everywhere | {class_group.member_class: class_group.group for class_group in groups if class_group.co_op == co_op}


def _check_classes(rulebook: Rulebook, groups: Mapping[str, str]) -> None:
    """Check our own classes against our rulebook; those of other co-ops are not known here."""
    known = [member_class.key for member_class in rulebook.classes]
    for name in groups:
        if name not in known:
            raise invalid("class_groups", "CLASS_NOT_IN_RULES", member_class=name, known=", ".join(known))
    if missing := [member_class.key for member_class in rulebook.classes if member_class.votes and member_class.key not in groups]:
        raise invalid("class_groups", "CLASS_WITHOUT_GROUP", classes=", ".join(missing), known=", ".join(sorted(groups)))


def _class_rule_for_groups(rule: ClassRule, groups: Mapping[str, str]) -> ClassRule:
    match rule:
        case ClassCap(classes, fraction, measured_on):
            return ClassCap(tuple(sorted({_group_of_class(groups, name) for name in classes})), fraction, measured_on)
        case FixedShares(shares, silent):
            group_shares: dict[str, Fraction] = {}
            for name, share in shares:
                group_shares[_group_of_class(groups, name)] = group_shares.get(_group_of_class(groups, name), Fraction(0)) + share
            return FixedShares(tuple(sorted(group_shares.items())), silent)
        case _:
            return rule


def _excluded_groups(classes: Sequence[str], groups: Mapping[str, str]) -> tuple[str, ...]:
    """Return the groups of the excluded classes. A group must be excluded as a whole, otherwise the rule would be ambiguous."""
    excluded = {groups[name] for name in classes if name in groups}
    if excluded & {group for name, group in groups.items() if name not in classes}:
        raise invalid("class_groups", "CLASS_GROUPS_WRONG")
    return tuple(sorted(excluded))


def _group_quorums(quorums: Sequence[tuple[str, Quorum]], groups: Mapping[str, str]) -> tuple[tuple[str, Quorum], ...]:
    group_quorums: dict[str, Quorum] = {}
    for name, quorum in quorums:
        if group_quorums.setdefault(_group_of_class(groups, name), quorum) != quorum:
            raise invalid("class_groups", "CLASS_GROUPS_WRONG")
    return tuple(sorted(group_quorums.items()))


def _group_of_class(groups: Mapping[str, str], member_class: str) -> str:
    if member_class not in groups:
        raise invalid("class_groups", "CLASS_GROUPS_WRONG", member_class=member_class)
    return groups[member_class]


def _highest_score(request: VoteDraftRequest, counting: CountingRule) -> int:
    highest = request.highest_score or counting.highest_score or 0
    if not 1 <= highest <= HIGHEST_SCORE_LIMIT:
        raise invalid("highest_score", "HIGHEST_SCORE_WRONG", most=str(HIGHEST_SCORE_LIMIT))
    return highest


def _options(request: VoteDraftRequest, method: str) -> tuple[str, ...]:
    return FIXED_OPTIONS.get(method) or tuple(_normalised(option) for option in request.options)


def _check_texts(request: VoteDraftRequest) -> None:
    question, text = _normalised(request.question), _normalised(request.text)
    options = [_normalised(option) for option in request.options]
    checks = (
        (not question, "question", "TITLE_MISSING"),
        (len(question) > QUESTION_MAX_LENGTH, "question", "TITLE_TOO_LONG"),
        (not _printable(question), "question", "TITLE_UNPRINTABLE"),
        (not text, "text", "TEXT_MISSING"),
        (len(text) > TEXT_MAX_LENGTH, "text", "VOTE_TEXT_TOO_LONG"),
        (not _printable(text.replace("\n", " ")), "text", "TEXT_UNPRINTABLE"),
        (not _normalised(request.settlers), "settlers", "SETTLERS_MISSING"),
        (
            len(_normalised(request.settlers)) > QUESTION_MAX_LENGTH or not _printable(_normalised(request.settlers)),
            "settlers",
            "SETTLERS_MISSING",
        ),
        (any(not option or len(option) > OPTION_MAX_LENGTH or not _printable(option) for option in options), "options", "OPTIONS_WRONG"),
        (len(set(options)) != len(options) or len(options) == 1, "options", "OPTIONS_WRONG"),
        (not {_normalised(candidate) for candidate in request.candidates} <= set(options), "candidates", "CANDIDATES_WRONG"),
        (
            any(not document_fields.CO_OP.fullmatch(co_op) for co_op in (*request.participants, *request.observers)),
            "participants",
            "CO_OP_MALFORMED",
        ),
        (min(request.k, request.settle, request.grace, request.window) < 0, "k", "NUMBER_NEGATIVE"),
        (any(most < 0 for _, _, most in request.ceilings), "ceilings", "NUMBER_NEGATIVE"),
        (request.audience not in ("", *AUDIENCES), "audience", "AUDIENCE_UNKNOWN"),
    )
    problems = [FieldProblem(field, reason) for is_wrong, field, reason in checks if is_wrong]
    if problems:
        raise Invalid(problems[0].reason, *problems)


def _check_times(request: VoteDraftRequest, now: datetime) -> None:
    longest = int(timedelta(days=3660).total_seconds())
    if not now < request.open_latest < request.close or request.close - now > MAX_TIME_AHEAD:
        raise invalid("closes_at", "TIMES_WRONG")
    if max(request.settle, request.grace, request.window) > longest:
        raise invalid("closes_at", "TIMES_WRONG")


def _placeholder_party(co_op: str, kind: str) -> Party:
    """Make a party with keys that nobody holds, for building trial terms."""
    keys = [hashlib.sha256(f"{co_op} {purpose}".encode()).digest() for purpose in ("root", "statement", "board", "witness", "signer")]
    root, statement, board, witness, signer = keys
    return Party(co_op, kind, root, statement, board, witness, reachable=True, signer=signer, sig=_PLACEHOLDER_SIGNATURE)


def _normalised(value: str) -> str:
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()


def _printable(value: str) -> bool:
    return not any(unicodedata.category(letter) == "Cc" for letter in value)


def _parse_ceiling(value: Json) -> tuple[str, str, int]:
    co_op, group, most = document_fields.parse_items(value, 3, "ceiling")
    return str(co_op), str(group), document_fields.parse_number(most, "ceiling")
