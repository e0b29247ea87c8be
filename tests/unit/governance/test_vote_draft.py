"""The draft of a federated vote: the secretary's input becomes valid terms or is refused with a reason."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from libs.boards.vote_terms import OBSERVER, VoteTerms
from libs.refusals import Invalid, Refusal
from libs.rulebook import Rulebook, read_rulebook
from libs.rulebook.counting import ClassCap, Denominator, EachClass, FixedShares, Method, Quorum, Threshold
from libs.signing import canonical
from services.governance.domain.vote_draft import ClassGroup, VoteDraft, VoteDraftRequest, build_terms, make_draft, parse_draft
from services.governance.domain.vote_quorums import QuorumDraft, QuorumDrafts
from tests.support.member_assembly import RULEBOOK
from tests.unit.governance.counting_rules import make_rule
from tests.unit.governance.vote_terms import DRAFT, make_party

F = Fraction
NOW = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
RULES = read_rulebook(RULEBOOK)

PLAIN = VoteDraftRequest(
    question="Shall we share a night line?",
    text="Each co-op would take one night.",
    method="",
    options=(),
    candidates=(),
    basis="",
    weights=(),
    below_quorum="",
    participants=("brook",),
    observers=("dale",),
    class_groups=(),
    ceilings=(),
    k=0,
    small=(),
    open_latest=NOW + timedelta(days=1),
    close=NOW + timedelta(days=2),
    settle=0,
    grace=0,
    window=0,
    settlers="The two chairs",
    audience="",
    highest_score=0,
)


def draft_with(rules: Rulebook = RULES, **changed: Any) -> VoteDraft:  # Any: fields of many kinds
    kind = rules.resolution("ordinary")
    assert kind is not None
    return make_draft(replace(PLAIN, **changed), rules, kind, "ash", NOW)


def compose_terms(draft: VoteDraft, classes: Mapping[str, int] | None = None) -> VoteTerms:
    counted = {"user": 10, "worker": 4} if classes is None else classes
    parties = [(make_party(participant), counted) for participant in draft.participants] + [
        (make_party(observer, OBSERVER), {"user": 99}) for observer in draft.observers
    ]
    return build_terms(draft, DRAFT, parties, int(NOW.timestamp()))


def rulebook_with_rule(**parts: Any) -> Rulebook:  # Any: parts of a rule
    kind = RULES.resolution("ordinary")
    assert kind is not None
    return replace(RULES, resolutions=(replace(kind, counting=make_rule(**parts)),))


def test_unset_fields_get_their_defaults() -> None:
    terms = compose_terms(draft_with())
    assert (terms.convener, terms.participants, terms.observers) == ("ash", ("ash", "brook"), ("dale",))
    assert (terms.k, terms.settle, terms.grace, terms.window, terms.audience, terms.q) == (5, 900, 86_400, 604_800, "members", 1)
    assert (terms.rule.method, terms.options, terms.groups) == ("yes_no_abstain", ("for", "against", "abstain"), ("user", "worker"))
    assert terms.classes == {(one, name): name for one in ("ash", "brook") for name in ("user", "worker")}
    assert terms.ceilings == {(one, name): most for one in ("ash", "brook") for name, most in (("user", 40), ("worker", 28))}
    assert terms.proposed == int(NOW.timestamp())


def test_the_same_draft_and_parties_give_the_same_bytes_in_whatever_order_they_come() -> None:
    draft = draft_with()
    parties = [(make_party("brook"), {"worker": 4, "user": 1}), (make_party("dale", OBSERVER), {}), (make_party("ash"), {"user": 3})]
    first = build_terms(draft, DRAFT, parties, 1_800_000_000)
    again = build_terms(parse_draft(canonical.decode(canonical.encode(draft.json()))), DRAFT, parties[::-1], 1_800_000_000)
    assert again.data == first.data


def test_a_class_of_one_co_op_may_vote_in_another_group_and_an_unknown_one_in_none() -> None:
    groups = (ClassGroup("", "user", "people"), ClassGroup("", "worker", "people"), ClassGroup("brook", "worker", "staff"))
    terms = compose_terms(draft_with(class_groups=groups), {"user": 5, "worker": 2, "tenant": 7})
    assert terms.classes == {
        ("ash", "user"): "people",
        ("ash", "worker"): "people",
        ("brook", "user"): "people",
        ("brook", "worker"): "staff",
    }
    assert terms.ceilings == {("ash", "people"): 34, ("brook", "people"): 30, ("brook", "staff"): 24}


def test_the_rule_of_the_rulebook_speaks_of_groups() -> None:
    together = (ClassGroup("", "user", "people"), ClassGroup("", "worker", "staff"), ClassGroup("", "friend", "people"))
    cap = compose_terms(
        draft_with(rulebook_with_rule(class_rule=ClassCap(("worker",), F(1, 10), Denominator.PRESENT)), class_groups=together)
    )
    assert cap.rule.counting.class_rule == ClassCap(("staff",), F(1, 10), Denominator.PRESENT)
    shares = FixedShares((("user", F(1, 2)), ("worker", F(1, 3)), ("friend", F(1, 6))))
    fixed = compose_terms(draft_with(rulebook_with_rule(class_rule=shares), class_groups=together))
    assert fixed.rule.counting.class_rule == FixedShares((("people", F(2, 3)), ("staff", F(1, 3))))
    quorate = compose_terms(draft_with(rulebook_with_rule(class_quorums=(("worker", Quorum(F(1, 2))),)), class_groups=together))
    assert quorate.rule.counting.class_quorums == (("staff", Quorum(F(1, 2))),)
    excluding = compose_terms(draft_with(rulebook_with_rule(excluded=("worker",)), class_groups=together))
    assert excluding.rule.counting.excluded == ("staff",)
    each = compose_terms(draft_with(rulebook_with_rule(class_rule=EachClass(Threshold(F(1, 2), strict=True)))))
    assert each.rule.counting.class_rule == EachClass(Threshold(F(1, 2), strict=True))


def test_consent_brings_its_own_threshold_and_words() -> None:
    terms = compose_terms(draft_with(method="consent"))
    assert (terms.options, terms.rule.counting.threshold) == (("consent", "object", "abstain"), Threshold(F(1), strict=False))


def test_a_vote_over_options_keeps_their_order() -> None:
    terms = compose_terms(draft_with(method="plurality", options=("yew", "oak"), candidates=("oak",), basis="double_majority"))
    assert (terms.options, terms.candidates, terms.rule.counting.basis.value) == (("yew", "oak"), ("oak",), "double_majority")
    scored = compose_terms(draft_with(method="score", options=("yew", "oak"), highest_score=5))
    assert (scored.rule.counting.method, scored.rule.counting.highest_score) == (Method.SCORE, 5)


def test_weights_are_for_every_participant() -> None:
    weights = (("ash", "2/3"), ("brook", "1/3"))
    assert dict(compose_terms(draft_with(basis="fixed_weights", weights=weights)).rule.counting.co_op_weights) == {
        "ash": F(2, 3),
        "brook": F(1, 3),
    }


def test_how_many_must_take_part_stands_in_the_terms() -> None:
    requests = QuorumDrafts(QuorumDraft("", "1/5", 9), (QuorumDraft("worker", "1/2", 0),), (QuorumDraft("brook", "", 4),))
    rule = compose_terms(draft_with(basis="one_co_op_one_vote", quorums=requests)).rule
    assert (rule.counting.quorum, rule.counting.class_quorums) == (Quorum(F(1, 5), 9), (("worker", Quorum(F(1, 2))),))
    assert rule.co_op_quorums == {"brook": Quorum(F(0), 4)}
    with pytest.raises(Invalid, match="TERMS_IMPOSSIBLE"):
        draft_with(basis="one_co_op_one_vote", quorums=QuorumDrafts(co_ops=(QuorumDraft("cove", "", 4),)))


MIXED = (ClassGroup("", "user", "all"), ClassGroup("", "worker", "all"))
ONLY_USERS = (ClassGroup("", "user", "user"),)
WITH_A_THIRD = (*ONLY_USERS, ClassGroup("", "worker", "worker"), ClassGroup("", "friend", "friend"))
TWICE = (ClassGroup("", "user", "one"), ClassGroup("", "user", "two"))
SHARES = rulebook_with_rule(class_rule=FixedShares((("user", F(1, 2)), ("worker", F(1, 2)))))


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("TITLE_MISSING", {"question": " "}),
        ("TITLE_TOO_LONG", {"question": "x" * 201}),
        ("TITLE_UNPRINTABLE", {"question": "a\x00b"}),
        ("TEXT_MISSING", {"text": ""}),
        ("VOTE_TEXT_TOO_LONG", {"text": "x" * 4001}),
        ("TEXT_UNPRINTABLE", {"text": "a\tb"}),
        ("METHOD_UNKNOWN", {"method": "dice"}),
        ("BASIS_UNKNOWN", {"basis": "all"}),
        ("BASIS_UNKNOWN", {"below_quorum": "never"}),
        ("WEIGHTS_WRONG", {"basis": "fixed_weights", "weights": (("ash", "half"), ("brook", "1/2"))}),
        ("WEIGHTS_WRONG", {"basis": "fixed_weights", "weights": (("ash", "1/2"), ("ash", "1/3"))}),
        ("TERMS_IMPOSSIBLE", {"basis": "fixed_weights", "weights": (("ash", "1/2"),)}),
        ("TERMS_IMPOSSIBLE", {"weights": (("ash", "1/2"), ("brook", "1/2"))}),
        ("OPTIONS_WRONG", {"method": "plurality", "options": ("oak", "oak")}),
        ("OPTIONS_WRONG", {"method": "plurality", "options": ("oak", "")}),
        ("TERMS_IMPOSSIBLE", {"method": "plurality", "options": ("oak", "abstain")}),
        ("TERMS_IMPOSSIBLE", {"method": "plurality"}),
        ("CANDIDATES_WRONG", {"method": "plurality", "options": ("oak", "elm"), "candidates": ("yew",)}),
        ("HIGHEST_SCORE_WRONG", {"method": "score", "options": ("oak", "elm")}),
        ("HIGHEST_SCORE_WRONG", {"method": "score", "options": ("oak", "elm"), "highest_score": 1001}),
        ("CO_OP_MALFORMED", {"participants": ("The Brook",)}),
        ("TERMS_IMPOSSIBLE", {"participants": ()}),
        ("PARTY_TWICE", {"observers": ("brook",)}),
        ("TERMS_IMPOSSIBLE", {"participants": ("members",)}),
        ("CLASS_GROUPS_WRONG", {"class_groups": TWICE}),
        ("TERMS_IMPOSSIBLE", {"class_groups": (ClassGroup("", "user", "No Group"), ClassGroup("", "worker", "worker"))}),
        ("TERMS_IMPOSSIBLE", {"ceilings": (("cove", "user", 4),)}),
        ("NUMBER_NEGATIVE", {"ceilings": (("ash", "user", -4),)}),
        ("NUMBER_NEGATIVE", {"k": -1}),
        ("TERMS_IMPOSSIBLE", {"small": (("ash", "nobody"),)}),
        ("TIMES_WRONG", {"open_latest": NOW}),
        ("TIMES_WRONG", {"close": NOW + timedelta(hours=24)}),
        ("TIMES_WRONG", {"close": NOW + timedelta(days=2000)}),
        ("TIMES_WRONG", {"window": 10**10}),
        ("SETTLERS_MISSING", {"settlers": ""}),
        ("AUDIENCE_UNKNOWN", {"audience": "friends"}),
        ("CLASS_GROUPS_WRONG", {"rules": rulebook_with_rule(excluded=("worker",)), "class_groups": MIXED}),
        ("CLASS_NOT_IN_RULES", {"class_groups": (*MIXED, ClassGroup("", "usre", "all"))}),
        ("CLASS_NOT_IN_RULES", {"class_groups": (*MIXED, ClassGroup("ash", "tenant", "all"))}),
        ("CLASS_WITHOUT_GROUP", {"class_groups": ONLY_USERS}),
        ("CLASS_WITHOUT_GROUP", {"class_groups": (*ONLY_USERS, ClassGroup("brook", "worker", "worker"))}),
        (
            "CLASS_GROUPS_WRONG",
            {"rules": rulebook_with_rule(class_quorums=(("user", Quorum(F(1, 2))), ("worker", Quorum(F(1, 3))))), "class_groups": MIXED},
        ),
        (
            "TERMS_IMPOSSIBLE",
            {"rules": SHARES, "class_groups": WITH_A_THIRD},
        ),
    ],
)
def test_what_terms_could_never_say_is_refused_at_once(reason: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        draft_with(**changed)
    assert refused.value.reason == reason


def test_a_class_that_our_rules_do_not_have_is_named_with_those_they_have() -> None:
    with pytest.raises(Invalid) as unknown:
        draft_with(class_groups=(ClassGroup("", "membr", "all"), *MIXED))
    assert unknown.value.details == {"member_class": "membr", "known": "user, worker, friend"}
    with pytest.raises(Invalid) as missing:
        draft_with(class_groups=ONLY_USERS)
    assert missing.value.details == {"classes": "worker", "known": "user"}


def test_the_classes_of_another_co_op_are_its_own() -> None:
    assert (
        compose_terms(draft_with(class_groups=(*MIXED, ClassGroup("brook", "tenant", "all"))), {"tenant": 3}).classes["brook", "tenant"]
        == "all"
    )


def test_other_parties_than_were_asked_make_no_terms() -> None:
    draft = draft_with()
    ash, brook, dale = (make_party("ash"), {"user": 1}), (make_party("brook"), {"user": 1}), (make_party("dale", OBSERVER), {"user": 1})
    as_participant, stranger = (make_party("dale"), {"user": 1}), (make_party("cove"), {"user": 1})
    for parties in ([ash, brook], [ash, brook, dale, dale], [ash, brook, as_participant], [ash, dale, stranger]):
        with pytest.raises(Refusal) as refused:
            build_terms(draft, DRAFT, parties, int(NOW.timestamp()))
        assert refused.value.reason == "PARTIES_WRONG"


def test_keys_that_come_too_late_make_no_terms() -> None:
    draft = draft_with()
    parties = [(make_party("ash"), {"user": 1}), (make_party("brook"), {"user": 1}), (make_party("dale", OBSERVER), {"user": 1})]
    with pytest.raises(Invalid) as refused:
        build_terms(draft, DRAFT, parties, int((NOW + timedelta(days=1)).timestamp()))
    assert refused.value.reason == "TERMS_IMPOSSIBLE"
    assert refused.value.details["why"] == "terms: the times are not in order"
