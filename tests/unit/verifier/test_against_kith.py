"""Two programs written apart from the same pages, held against each other: what one makes of any bytes, the other makes of them too.

`python -m bench.fuzz` goes on from here for as long as one likes.
"""

import pytest

from libs.signing import canonical
from tests.support.boards import said_terms
from tests.support.spoilt_votes import KINDS, SEEDS, papers_of, seed
from tests.support.two_readers import REFUSED, paper, terms

HOW_MANY = {"whole_vote": 20, "json_bytes": 200, "terms": 60, "board": 60, "note": 40, "paper": 30, "identity": 60}


@pytest.mark.capability("G15")
@pytest.mark.parametrize("kind", KINDS)
def test_kith_and_the_verifier_find_the_same(kind: str) -> None:
    differing = {number: (ours, theirs) for number in range(HOW_MANY[kind]) for ours, theirs in [KINDS[kind](number)] if ours != theirs}

    assert differing == {}


def test_terms_of_nobody_are_refused_by_both() -> None:
    said = said_terms()
    for empty in ("parties", "groups", "options", "classes", "ceilings"):
        ours, theirs = terms(canonical.encode({**said, empty: []}), ["ash", "birch", "cedar"])
        assert ours == theirs
        assert (ours == REFUSED) == (empty in {"parties", "groups", "options"})


@pytest.mark.parametrize("number", range(SEEDS))
def test_papers_of_every_kind_prove_something_to_both(number: int) -> None:
    """The papers that are spoilt above are good before, but for the objection of somebody who only watches."""
    vote = seed(number)
    found = [paper(vote.terms, vote.entries, one)[0] for one in papers_of(number)]

    watching = vote.parties[-1] in vote.terms.observers
    assert found == [True] * 7 + ["refused" if watching else True] + [True] * 2
