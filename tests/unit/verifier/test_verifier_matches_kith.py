"""Two programs written apart from the same pages, held against each other: what one makes of any bytes, the other makes of them too.

`python -m bench.fuzz` goes on from here for as long as one likes.
"""

import unicodedata

import pytest

from libs.boards.board import Board
from libs.boards.document_fields import DocumentError
from libs.boards.evidence import read_evidence
from libs.signing import canonical
from libs.signing.canonical import Json
from scripts.verifier import evidence
from scripts.verifier import terms as theirs_terms
from scripts.verifier.errors import CheckFailedError
from tests.support.mutated_votes import COMPARISONS, VOTES, cached_vote, evidence_documents
from tests.support.verifier_comparison import REFUSED, board, evidence_document, terms
from tests.support.vote_boards import make_vote_boards, plain_rule, terms_json

HOW_MANY = {"whole_vote": 20, "json_bytes": 200, "terms": 60, "board": 60, "note": 40, "paper": 30, "identity": 60, "edge": 40, "state": 20}


@pytest.mark.capability("G15")
@pytest.mark.parametrize("kind", COMPARISONS)
def test_kith_and_the_verifier_find_the_same(kind: str) -> None:
    differing = {
        number: (ours, theirs) for number in range(HOW_MANY[kind]) for ours, theirs in [COMPARISONS[kind](number)] if ours != theirs
    }

    assert differing == {}


LETTERS = ("e\u0301", "\U0001e08f\U00010efd", "\u0344", "\n\u0301")
"""Not in NFC, or in it for some Unicode tables and not for others."""


def _fail_if_called(form: str, text: str) -> bool:
    raise AssertionError(f"whether {text!r} is in {form} was asked")


@pytest.mark.parametrize("letters", LETTERS)
def test_the_result_of_a_board_does_not_depend_on_unicode_tables(letters: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vote = make_vote_boards("ash", "birch", options=["caf\u00e9", "pub"], rule=plain_rule(method="plurality")).open_vote()
    start = len(vote.entries["ash"])
    items: list[Json] = [{"a": letters, "kind": "ballot"}, {letters: [letters], "kind": letters}, [letters], letters]
    for item in items:
        vote.append_entry("ash", canonical.encode(item))
    vote.ballot("ash", 0, letters)
    vote.ballot("ash", 0, "cafe\u0301")
    vote.ballot("ash", 1, "caf\u00e9")
    # The terms are what people agreed on, and are read before.
    agreed = theirs_terms.read_terms(vote.terms.data)

    with monkeypatch.context() as patched:
        patched.setattr(theirs_terms, "read_terms", lambda _: agreed)
        patched.setattr(unicodedata, "is_normalized", _fail_if_called)
        patched.setattr(unicodedata, "normalize", _fail_if_called)
        ours, theirs = board(vote.terms, "ash", vote.entries["ash"])
        rejected = Board(vote.terms, "ash").extend(vote.entries["ash"]).rejected

    assert ours == theirs
    assert rejected == [*enumerate(["BAD_FORM"] * 4 + ["BAD_CHOICE"] * 2, start)]


def test_evidence_is_asked_of_no_unicode_table(monkeypatch: pytest.MonkeyPatch) -> None:
    vote = cached_vote(0)
    content = canonical.encode({"kind": "objection", "object": {"body": {"about": "e\u0301"}, "sig": "00" * 64}})

    with monkeypatch.context() as patched:
        patched.setattr(unicodedata, "is_normalized", _fail_if_called)
        with pytest.raises(CheckFailedError):
            evidence.read_evidence("a paper", content)
        with pytest.raises(DocumentError):
            read_evidence(vote.terms, vote.boards(), content)


def test_terms_of_nobody_are_refused_by_both() -> None:
    said = terms_json()
    for empty in ("parties", "groups", "options", "classes", "ceilings"):
        ours, theirs = terms(canonical.encode({**said, empty: []}), ["ash", "birch", "cedar"])
        assert ours == theirs
        assert (ours == REFUSED) == (empty in {"parties", "groups", "options"})


@pytest.mark.parametrize("number", range(VOTES))
def test_papers_of_every_kind_prove_something_to_both(number: int) -> None:
    """The papers that are spoilt above are good before, but for the objection of somebody who only watches."""
    vote = cached_vote(number)
    results = [evidence_document(vote.terms, vote.entries, document)[0] for document in evidence_documents(number)]

    watching = vote.parties[-1] in vote.terms.observers
    assert results == [True] * 7 + ["refused" if watching else True] + [True] * 2
