"""Builders for the terms of a federated vote, with defaults for all that a test does not name, and for evidence to count."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.boards import document_fields
from libs.boards.vote_rule import CONSENT, VoteRule, write_rule
from libs.boards.vote_terms import FIXED_OPTIONS, OBSERVER, PARTICIPANT, Party, VoteTerms, quorum_of_witnesses, read_terms, write_terms
from libs.rulebook.counting import CountingRule, Method, Quorum, Threshold
from libs.signing import merkle, statement
from libs.signing.canonical import Json
from services.governance.domain.vote_outcome import OutcomeEvidence
from tests.unit.governance.counting_rules import PLAIN

UNANIMOUS = Threshold(Fraction(1), strict=False)
DRAFT = "0" * 32
PROPOSED_AT = 1_800_000_000

BallotCounts = Mapping[str, Mapping[str, Mapping[str, int]]]
"""co-op -> group -> option -> number; `rows` and `ballots` say how many there are of each, where the options do not tell."""


@cache
def make_party(co_op: str, kind: str = PARTICIPANT, draft: str = DRAFT) -> Party:
    """A party whose keys are always the same for the same co-op and draft, with a valid signature."""
    words = ("root", "statement", "board", "witness", "signer")
    keys = {word: Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{co_op} {draft} {word}".encode()).digest()) for word in words}
    public = {role: key.public_key().public_bytes_raw() for role, key in keys.items()}
    unsigned = Party(co_op, kind, **{word: public[word] for word in words[:4]}, reachable=True, signer=public["signer"], sig=bytes(64))
    return replace(unsigned, sig=statement.sign(keys["signer"], "vote-keys", unsigned.vote_keys_body(draft)))


def make_terms(
    counting: CountingRule = PLAIN,
    *,
    groups: Sequence[str] = ("member",),
    co_ops: Sequence[str] = ("ash", "birch"),
    method: str = "",
    options: Sequence[str] = (),
    quorums: Mapping[str, Quorum] | None = None,
) -> VoteTerms:
    """Terms of a vote in 2027; every co-op may have 1,000 rows in every group."""
    named = method or counting.method.value
    if named == CONSENT:
        counting = replace(counting, method=Method.YES_NO_ABSTAIN, threshold=UNANIMOUS)
    fields: dict[str, Json] = {
        "v": 1,
        "draft": DRAFT,
        "convener": co_ops[0],
        "proposed": PROPOSED_AT,
        "question": "Shall we share a night line?",
        "text": "Each co-op would take one night.",
        "options": list(FIXED_OPTIONS.get(named) or options),
        "candidates": [],
        "rule": write_rule(VoteRule(named, counting, quorums or {})),
        "parties": document_fields.sort_items([*(make_party(co_op).json() for co_op in co_ops), make_party("observer", OBSERVER).json()]),
        "ceilings": document_fields.sort_items([[co_op, group, 1000] for co_op in co_ops for group in groups]),
        "groups": document_fields.sort_items(list(groups)),
        "classes": document_fields.sort_items([[co_op, group, group] for co_op in co_ops for group in groups]),
        "k": 1,
        "small": [],
        "q": quorum_of_witnesses(len(co_ops), 1),
        "open_latest": PROPOSED_AT + 3600,
        "close": PROPOSED_AT + 7200,
        "settle": 900,
        "grace": 86_400,
        "window": 604_800,
        "settlers": "The chairs together",
        "double_membership": "one_vote_per_membership",
        "ties": "do_not_pass",
        "audience": "members",
    }
    return read_terms(write_terms(fields))


def make_evidence(
    terms: VoteTerms, cast: BallotCounts, *, revision: int = 1, rejected: Sequence[tuple[str, int, str]] = ()
) -> OutcomeEvidence:
    """Evidence from ballot counts. Without `rows` everybody has voted; `ballots` is needed if one ballot makes several marks."""
    tallies: dict[tuple[str, str, str], int] = {}
    groups: dict[tuple[str, str], tuple[int, int]] = {}
    for co_op, by_group in cast.items():
        for group, counts in by_group.items():
            marks = {option: number for option, number in counts.items() if option not in ("rows", "ballots")}
            tallies |= {(co_op, group, option): number for option, number in marks.items() if number}
            ballots = counts.get("ballots", sum(marks.values()))
            if rows := counts.get("rows", ballots):
                groups[co_op, group] = (rows, ballots)
    boards = [(participant, 7, merkle.leaf_hash(participant.encode())) for participant in terms.participants]
    return OutcomeEvidence(revision, boards, tallies, groups, rejected)
