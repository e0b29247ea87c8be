"""Settling a dispute on the pages: for each board the sizes that the evidence speaks for, in votes and in words; boards are golden."""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.documents import ANNUL, CUTS, Settlement, read_settlement_body
from libs.boards.vote_terms import VoteTerms, read_terms
from services.web.pages.federated_votes import bundle_boards
from services.web.pages.federated_votes.outcome_document import parse_outcome as read_outcome
from tests.unit.web.fake_people import NOW, to_timestamp
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_vote_services import SPLIT_VOTE, make_vote
from tests.unit.web.scriptless_browser import ScriptlessBrowser

ASH, BIRCH, CEDAR = "ash-grove", "birch-hill", "cedar-row"
NAMES = {ASH: "Ash Grove Care", BIRCH: "Birch Hill Care", CEDAR: "Cedar Row Care"}
SETTLE = f"/votes/{SPLIT_VOTE}/settle"
BUNDLES = Path(__file__).parents[3] / "examples" / "bundles"


def golden_vote(name: str) -> tuple[VoteTerms, bytes, bytes]:
    """Terms, the whole bundle, and its outcome."""
    content = (BUNDLES / f"{name}.kith").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        results = {one: files.extractfile(one) for one in ("terms", "outcome")}
        terms, outcome = (file.read() for file in results.values() if file is not None)
    return read_terms(terms), content, outcome


def make_board(co_op: str, **overrides: object) -> fed.BoardView:
    fields = {"co_op": co_op, "name": NAMES[co_op], "joined": True, "roll": True, "ready": True, "open": True, "closed": True}
    return fed.BoardView(**(fields | {"size": 18, "cut": 17, "cut_at_close": 15, "witnesses": [BIRCH, CEDAR]} | overrides))  # type: ignore[arg-type]  # fields of many kinds


@pytest.fixture
def fakes() -> FakeServices:
    """Ash Grove's board went on after the others had looked at it for the last time: it counts to 15, or to 16."""
    fakes = FakeServices()
    terms, content, outcome = golden_vote("late-head")
    fakes.votes.votes[SPLIT_VOTE] = make_vote(
        vote_id=SPLIT_VOTE, state=pb.VOTE_STATE_DISPUTED, terms=terms.data, participants=list(terms.participants)
    )
    fakes.evidence.bundle = content
    fakes.evidence.proved[SPLIT_VOTE] = fed.GetVoteEvidenceResponse(
        vote_id=SPLIT_VOTE,
        state=fed.EVIDENCE_STATE_DISPUTED,
        why="split",
        boards=[make_board(ASH), make_board(BIRCH, size=17), make_board(CEDAR, size=17)],
        revision=1,
        q=1,
        concluded_from=to_timestamp(NOW),
    )
    digest = hashlib.sha256(outcome).hexdigest()
    fakes.evidence.signed[SPLIT_VOTE] = fed.GetOutcomeResponse(
        outcome=outcome,
        hash=digest,
        signers=[fed.OutcomeSigner(co_op=ASH, hash=digest), fed.OutcomeSigner(co_op=BIRCH, hash="cd" * 32)],
    )
    return fakes


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


def selectable_sizes(page: str, co_op: str) -> dict[int, str]:
    """Size -> what the choice says, as text."""
    found = re.findall(rf'type="radio" name="size-{co_op}" value="(\d+)"[^>]*>(.*?)</label>', page, re.DOTALL)
    return {int(size): re.sub(r"<[^>]+>", " ", text).strip() for size, text in found}


def submitted_settlement(fakes: FakeServices) -> Settlement:
    sent = next(request for request in fakes.votes.requests if isinstance(request, pb.SettleVoteRequest))
    return read_settlement_body(sent.settlement)


def test_each_size_that_the_evidence_speaks_for_can_be_chosen_with_who_speaks_for_it(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"{SETTLE}?kind=cuts&decision=2")
    ash = selectable_sizes(page, ASH)
    assert list(ash) == [15, 16], "what has the same votes is one choice"
    assert ash[15].startswith("Up to line 14: 5 votes")
    assert "Enough other co-ops held it in time, as the rules of the vote ask." in ash[15]
    assert "Held this far by Birch Hill Care, Cedar Row Care when voting ended." in ash[15]
    assert ash[16].startswith("Up to line 15: 5 votes"), "somebody changed their vote there"
    assert "Counted like this by Ash Grove Care." in ash[16]
    assert "Enough other co-ops hold it today." in ash[16]
    assert "today" not in ash[15], "what was held in time is held today as well"
    assert not selectable_sizes(page, BIRCH), "there is nothing to choose"
    assert '<th scope="row">Birch Hill Care</th><td>Up to line 14: 5 votes</td>' in page
    assert f'<input type="hidden" name="size-{BIRCH}" value="15">' in page


def test_what_was_chosen_is_checked_and_agreed_to(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open(f"{SETTLE}?kind=cuts&decision=2&size-{ASH}=16&size-{BIRCH}=15&size-{CEDAR}=15")
    assert "<dt>Ash Grove Care</dt><dd>Up to line 15" in page
    assert browser.submit(SETTLE) == (303, f"/votes/{SPLIT_VOTE}/dispute?done=settled")
    assert submitted_settlement(fakes).cuts == ((ASH, 16), (BIRCH, 15), (CEDAR, 15))
    assert (submitted_settlement(fakes).kind, submitted_settlement(fakes).revision, submitted_settlement(fakes).without) == (CUTS, 2, ())


def test_a_size_that_nothing_speaks_for_is_not_taken(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    answer = browser.http.get(f"{SETTLE}?kind=cuts&decision=2&size-{ASH}=12&size-{BIRCH}=15&size-{CEDAR}=15")
    assert answer.status_code == 422
    assert "Choose how far the board of Ash Grove Care counts." in answer.text
    assert f'href="#size-{ASH}"' in answer.text
    browser.open(f"{SETTLE}?kind=cuts&decision=2&size-{ASH}=16&size-{BIRCH}=15&size-{CEDAR}=15")
    assert browser.submit(SETTLE, **{f"size-{ASH}": "12"}) == (303, SETTLE)
    assert not [request for request in fakes.votes.requests if isinstance(request, pb.SettleVoteRequest)]


def test_of_a_co_op_that_was_shown_to_do_wrong_all_votes_can_be_left_out(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.evidence.proved[SPLIT_VOTE].misconduct.append(f"fork {CEDAR}")
    page = browser.open(f"{SETTLE}?kind=cuts&decision=2")
    assert selectable_sizes(page, CEDAR)[0].startswith("None of its votes")
    assert 0 not in selectable_sizes(page, ASH)
    page = browser.open(f"{SETTLE}?kind=cuts&decision=2&size-{ASH}=15&size-{BIRCH}=15&size-{CEDAR}=0")
    assert "shown to do wrong: Cedar Row Care" in page
    assert browser.submit(SETTLE)[0] == 303
    assert (submitted_settlement(fakes).cuts[2], submitted_settlement(fakes).without) == ((CEDAR, 0), (CEDAR,))


def test_without_a_bundle_the_boards_own_numbers_are_offered(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.evidence.bundle = b"this is none"
    fakes.evidence.signed[SPLIT_VOTE] = fed.GetOutcomeResponse()
    ash = selectable_sizes(browser.open(f"{SETTLE}?kind=cuts&decision=2"), ASH)
    assert list(ash) == [15, 17, 18]
    assert ash[15].startswith("Up to line 14")
    assert "votes" not in ash[15].partition("This is")[0]
    assert "Held this far by Birch Hill Care, Cedar Row Care today." in ash[18]


def test_what_others_signed_is_shown_board_by_board_and_nothing_else_can_be_agreed_to(
    browser: ScriptlessBrowser, fakes: FakeServices
) -> None:
    body = Settlement(SPLIT_VOTE, 2, CUTS, ((ASH, 16), (BIRCH, 15), (CEDAR, 15)), ()).data()
    fakes.evidence.proved[SPLIT_VOTE].settlement = body
    fakes.evidence.proved[SPLIT_VOTE].settled_by.append(BIRCH)
    assert "<td>Up to line 15</td>" in browser.open(f"/votes/{SPLIT_VOTE}/dispute")
    page = browser.open(SETTLE)
    assert 'value="agree"' in page
    assert 'value="annul"' not in page
    page = browser.open(f"{SETTLE}?kind=agree&decision=2")
    assert "<dt>Ash Grove Care</dt><dd>Up to line 15</dd>" in page
    assert "Signed so far: Birch Hill Care" in page
    assert browser.submit(SETTLE)[0] == 303
    assert submitted_settlement(fakes).data() == body


def test_a_result_that_is_final_and_contested_can_be_settled_too(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.votes.votes[SPLIT_VOTE].state = pb.VOTE_STATE_FINAL
    fakes.evidence.proved[SPLIT_VOTE].state = fed.EVIDENCE_STATE_FINAL
    assert f'href="{SETTLE}"' not in browser.open(f"/votes/{SPLIT_VOTE}/dispute")
    fakes.evidence.proved[SPLIT_VOTE].contested = True
    assert f'href="{SETTLE}"' in browser.open(f"/votes/{SPLIT_VOTE}/dispute")


def test_that_the_vote_does_not_count_needs_no_sizes(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "The vote does not count" in browser.open(f"{SETTLE}?kind=annul&decision=2")
    assert browser.submit(SETTLE)[0] == 303
    assert (submitted_settlement(fakes).kind, submitted_settlement(fakes).cuts) == (ANNUL, ())


@pytest.mark.parametrize("name", ["pooled-cap", "settled", "silent-co-op", "changed-and-bad-ballots"])
def test_a_board_is_read_to_the_size_and_the_votes_that_the_outcome_counted(name: str) -> None:
    terms, content, outcome = golden_vote(name)
    read = bundle_boards.parse_bundle(terms, content)
    assert read is not None
    outcome_fields = read_outcome(outcome)
    for co_op, size, _ in outcome_fields.boards:
        voters = sum(ballots for owner, _, _, ballots in outcome_fields.quorums if owner == co_op)
        assert read.count(co_op, {size})[size] == bundle_boards.VotersAtSize(size, voters)
