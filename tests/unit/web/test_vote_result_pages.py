"""Results of votes with other co-ops: counted, taken away as a file, disputed, settled, looked up elsewhere."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.documents import read_settlement_body
from libs.clock import FixedClock
from libs.refusals import NotFound
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_vote_services import (
    DONE_VOTE,
    ELM,
    HARBOUR,
    MILL,
    OPEN_VOTE,
    OWN_PSEUDONYM,
    SPLIT_VOTE,
)
from tests.unit.web.html_tables import row_cells
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


def test_the_result_says_the_same_as_sentence_drawing_and_table(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/votes/{DONE_VOTE}/result")
    assert "162 people voted. 103 said yes and 57 said no. 2 did not choose." in page
    assert "Of the members, yes got 64 in every 100." in page
    assert "2 of 3 co-ops are for it." in page
    assert "<desc>Elm Row Care Co\u2011op: Supported member: 60 yes, 20 no, 2 no choice." in page
    assert row_cells(page, "Elm Row Care Co.op: Supported member")[:2] == ["60", "20"]
    assert "This is final." in page
    assert "2 co-ops have signed this very result." in page
    assert "signed another result" in page
    assert "better to take them from your card" in page


def test_the_bundle_comes_in_pieces_and_whole(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    file = browser.http.get(f"/votes/{DONE_VOTE}/bundle")
    assert file.content == fakes.evidence.bundle
    assert 'filename="night-team.kith"' in file.headers["content-disposition"]
    assert [request.offset for request in fakes.evidence.requests if isinstance(request, fed.GetBundleRequest)] == [0, 1000, 2000]
    assert json.loads(browser.http.get(f"/votes/{DONE_VOTE}/pins").content) == {"v": 1, "pins": []}


def test_while_nothing_is_final_the_result_says_what_happens_next(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "There is no result yet." in browser.open(f"/votes/{OPEN_VOTE}/result")
    disputed = browser.open(f"/votes/{SPLIT_VOTE}/result")
    assert "This is only what our own co-op has counted." in disputed
    assert "So it passed." not in disputed
    fakes.evidence.refusals["GetOutcome"] = NotFound("OUTCOME_UNKNOWN")
    assert "Nothing holds until people have settled it." in browser.open(f"/votes/{SPLIT_VOTE}/result")


def test_a_dispute_says_what_was_found_what_the_software_will_not_do_and_what_people_can(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/votes/{SPLIT_VOTE}/dispute")
    assert "Mill Lane Care Co-op signed two different results." in page
    assert "It does not choose a side." in page
    assert "The boards of the three co-ops, in one meeting" in page
    assert "These co-ops object: Harbour Care Co-op." in page


def test_objecting_and_settling_name_a_decision_and_leave_out_who_did_wrong(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/votes/{SPLIT_VOTE}/object?decision=2")
    assert browser.submit(f"/votes/{SPLIT_VOTE}/object") == (303, f"/votes/{SPLIT_VOTE}/dispute?done=objected")
    settle = f"/votes/{SPLIT_VOTE}/settle"
    assert browser.http.get(f"{settle}?decision=&kind=").status_code == 422
    page = browser.open(f"{settle}?kind=cuts&decision=2")
    assert "Talk with the others first" in page
    assert page.count(" checked>") == 3, "what was held in time is chosen before"
    chosen = "".join(f"&size-{one}=160" for one in (ELM, HARBOUR, MILL))
    assert "Up to line 159" in browser.open(f"{settle}?kind=cuts&decision=2{chosen}")
    assert browser.submit(settle) == (303, f"/votes/{SPLIT_VOTE}/dispute?done=settled")
    sent = next(request for request in fakes.votes.requests if isinstance(request, pb.SettleVoteRequest))
    body = read_settlement_body(sent.settlement)
    assert (body.kind, body.revision, body.without) == ("cuts", 2, (MILL,))
    assert body.cuts == ((ELM, 160), (HARBOUR, 160), (MILL, 160))


def test_anybody_can_look_up_16_letters_and_see_no_name(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    page = browser.open("/look-up?ballot=7k3m+9qwd+2xtr+5hva")
    assert "2 votes stand under these letters." in page
    assert "Taken back" not in page
    assert "Ada" not in page
    assert 'href="#ballot"' in browser.http.get("/look-up?ballot=short").text
    fakes.evidence.found = False
    assert "We hold nothing under these letters" in browser.open(f"/look-up?ballot={OWN_PSEUDONYM}")


def test_looking_up_is_slowed_down_and_the_next_minute_is_free_again(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    codes = [browser.http.get(f"/look-up?ballot={OWN_PSEUDONYM}").status_code for _ in range(31)]
    assert (codes[:30], codes[30]) == ([200] * 30, 429)
    assert isinstance(fakes.clock, FixedClock)
    fakes.clock.at = NOW + timedelta(minutes=1)
    assert browser.http.get(f"/look-up?ballot={OWN_PSEUDONYM}").status_code == 200
