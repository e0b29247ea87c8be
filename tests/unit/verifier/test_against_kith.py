"""Two programs written apart from the same pages, held against each other: what Kith makes, the verifier must find right."""

import pytest

from scripts.verifier import checks
from scripts.verifier.checks import Brought, Exit
from tests.support.made_votes import made_vote


@pytest.mark.capability("G15")
@pytest.mark.parametrize("number", range(40))
def test_a_vote_counted_and_packed_by_kith_is_final_for_the_verifier(number: int) -> None:
    vote = made_vote(number)

    verdict = checks.verify(vote.bundle(), Brought(vote.pins()))

    assert (verdict.wrong, verdict.exit) == (None, Exit.FINAL)
