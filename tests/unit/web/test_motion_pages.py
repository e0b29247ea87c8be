"""Motions on the pages: voted on, counted, recorded from paper, and written."""

from collections.abc import Iterator

import pytest

from kith.governance.v1 import governance_pb2 as gov
from libs.refusals import Conflict, FailedPrecondition, invalid
from tests.unit.web.fake_people import ADA, JO, NOW, to_timestamp
from tests.unit.web.fake_services import (
    ANNOUNCED_MOTION,
    CAPPED_MOTION,
    OPEN_MOTION,
    OTHERS_ENTRY,
    OWN_ENTRY,
    FakeServices,
)
from tests.unit.web.html_tables import row_cells
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("I5")
def test_a_member_votes_checks_and_gets_a_receipt_that_says_it_is_not_secret(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "Should we share one night team" in browser.open("/")
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    assert browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for") == (303, f"/motions/{OPEN_MOTION}/check")
    assert "Your answer</dt><dd>Yes" in browser.open(f"/motions/{OPEN_MOTION}/check")
    assert not any(isinstance(request, gov.CastBallotRequest) for request in fakes.governance.requests)
    assert browser.submit(f"/motions/{OPEN_MOTION}/check") == (303, f"/motions/{OPEN_MOTION}/receipt")
    receipt = browser.open(f"/motions/{OPEN_MOTION}/receipt")
    assert "not secret from your own co-op" in receipt
    assert "You said: <strong>Yes</strong>" in receipt
    assert fakes.governance.ballot is not None
    assert fakes.governance.ballot.choice == "for"


def test_changing_ones_vote_sends_the_revision_that_was_shown(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    for choice in ("for", "against"):
        browser.open(f"/motions/{OPEN_MOTION}/vote")
        browser.submit(f"/motions/{OPEN_MOTION}/vote", choice=choice)
        browser.open(f"/motions/{OPEN_MOTION}/check")
        browser.submit(f"/motions/{OPEN_MOTION}/check")
    assert fakes.governance.ballot is not None
    assert (fakes.governance.ballot.choice, fakes.governance.ballot.revision) == ("against", 2)


def test_pressing_twice_sends_the_same_request_id(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for")
    check = browser.open(f"/motions/{OPEN_MOTION}/check")
    browser.submit(f"/motions/{OPEN_MOTION}/check")
    browser.page = check
    browser.submit(f"/motions/{OPEN_MOTION}/check")
    ids = {request.request_id for request in fakes.governance.requests if isinstance(request, gov.CastBallotRequest)}
    assert len(ids) == 1


def test_a_stale_page_is_told_and_shows_the_answer_again_under_the_new_revision(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for")
    browser.open(f"/motions/{OPEN_MOTION}/check")
    fakes.governance.refusals["CastBallot"] = Conflict("BALLOT_STALE")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/check")
    assert code == 409
    assert "changed in another place" in page
    assert 'name="choice" value="for"' in page


def test_a_vote_after_the_close_is_refused_in_words(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for")
    browser.open(f"/motions/{OPEN_MOTION}/check")
    fakes.governance.refusals["CastBallot"] = FailedPrecondition("BALLOT_CLOSED")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/check")
    assert code == 409
    assert "The vote is over." in page
    assert "BALLOT_CLOSED" not in page


def test_no_choice_is_pointed_out_with_a_link_to_the_first_answer(browser: ScriptlessBrowser) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/vote")
    assert code == 422
    assert "<title>Error: " in page
    assert 'href="#choice"' in page
    assert 'id="choice"' in page


def test_the_choice_never_appears_in_a_url(browser: ScriptlessBrowser) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    _, where = browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="against")
    assert "against" not in where


def test_who_has_no_vote_is_told_why(browser: ScriptlessBrowser) -> None:
    assert "You joined after the list of voters was fixed" in browser.open(f"/motions/{ANNOUNCED_MOTION}")
    assert browser.http.get(f"/motions/{ANNOUNCED_MOTION}/vote").headers["location"] == f"/motions/{ANNOUNCED_MOTION}"


@pytest.mark.capability("G1")
def test_a_result_says_the_same_as_sentence_drawing_and_table(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/motions/{CAPPED_MOTION}/result")
    assert "114 people voted. 73 said yes and 38 said no. 3 did not choose." in page
    assert "<strong>49 in every 100</strong>. More than half was needed." in page
    assert "<desc>Supported member: 25 yes, 10 no, 2 no choice." in page
    assert row_cells(page, "Supported member")[:2] == ["25", "10"]
    assert "It did not pass: too few said yes." in page


@pytest.mark.capability("G1")
def test_how_it_was_counted_shows_exact_fractions_that_can_be_counted_again(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/motions/{CAPPED_MOTION}/counted")
    for exact in ("7/48", "79/160", "553/16", "567/16"):
        assert f'<span class="fraction">{exact}</span>' in page
    assert "about 0.15" in page
    assert "or 34.56" in page or "about 34.56" in page


def test_the_paper_ballot_has_boxes_and_the_voters_name(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/motions/{OPEN_MOTION}/paper")
    assert page.count('class="box"') == 3
    assert "Ada Fenwick" in page


def test_a_paper_vote_is_found_by_member_number_and_waits_for_somebody_else(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/record")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/record", member_number="99", choice="for", taken="paper")
    assert (code, "Nobody has this member number" in page) == (422, True)
    assert browser.submit(f"/motions/{OPEN_MOTION}/record", member_number="2", choice="for", taken="paper") == (
        303,
        "/paper-votes?done=recorded",
    )
    sent = [request for request in fakes.governance.requests if isinstance(request, gov.RecordBallotRequest)]
    assert [(one.person_id, one.choice) for one in sent] == [(JO, "for")]


@pytest.mark.capability("I5")
def test_a_vote_by_phone_says_that_the_person_asked_for_it_and_so_does_the_receipt(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    path = f"/motions/{OPEN_MOTION}/record"
    assert "They told me what to enter, and asked me to." in browser.open(path)
    fakes.governance.refusals["RecordBallot"] = invalid("asked_for", "PHONE_CONSENT_MISSING")
    code, page = browser.submit(path, member_number="2", choice="for", taken="phone")
    assert code == 422
    assert '<a href="#asked_for' in page
    assert "read out the question and all the answers" in page
    del fakes.governance.refusals["RecordBallot"]
    assert browser.submit(path, member_number="2", choice="for", taken="phone", asked_for="yes")[0] == 303
    sent = [request for request in fakes.governance.requests if isinstance(request, gov.RecordBallotRequest)]
    assert [request.asked_for for request in sent] == [False, True]
    fakes.governance.ballot = gov.Ballot(motion_id=OPEN_MOTION, person_id=ADA, choice="for", revision=1, taken="phone")
    fakes.governance.ballot.recorders[:] = [ADA, JO]
    fakes.governance.ballot.asked_for = True
    receipt = browser.open(f"/motions/{OPEN_MOTION}/receipt")
    assert "Ada Fenwick and Jo" in receipt
    assert "You told both of them what to enter, and asked them to." in receipt


def test_the_second_person_sees_no_choice_and_not_their_own_entries(browser: ScriptlessBrowser) -> None:
    page = browser.open("/paper-votes")
    assert f"/paper-votes/{OTHERS_ENTRY}" in page
    assert f"/paper-votes/{OWN_ENTRY}" not in page
    assert "checked" not in browser.open(f"/paper-votes/{OTHERS_ENTRY}")
    assert browser.submit(f"/paper-votes/{OTHERS_ENTRY}", choice="for") == (303, "/paper-votes?done=confirmed")


def test_a_motion_is_written_checked_and_put(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/motions/new")
    code, page = browser.submit("/motions/new", title="", text="", closes_on="2026-13-40")
    assert code == 422
    assert page.count('<li><a href="#') == 4
    written = {
        "title": "Shall we plant a tree?",
        "text": "A tree gives shade.",
        "resolution_type": "ordinary",
        "closes_on": "2026-12-20",
        "closes_time": "20:00",
    }
    assert browser.submit("/motions/new", **written) == (303, "/motions/new/check")
    assert "Sunday 20 December, 8:00 in the evening" in browser.open("/motions/new/check")
    assert browser.submit("/motions/new/check") == (303, f"/motions/{OPEN_MOTION}")
    sent = [request for request in fakes.governance.requests if isinstance(request, gov.OpenMotionRequest)]
    assert sent[0].closes_at.ToJsonString() == "2026-12-20T20:00:00Z"


def test_a_refused_motion_keeps_what_was_written_and_points_to_the_field(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/motions/new")
    browser.submit("/motions/new", title="A tree?", text="Shade.", resolution_type="ordinary", closes_on="2026-11-25", closes_time="20:00")
    browser.open("/motions/new/check")
    fakes.governance.refusals["OpenMotion"] = invalid("closes_at", "OPEN_TOO_SHORT", hours="72", earliest="2026-12-11T09:05:00+00:00")
    code, page = browser.submit("/motions/new/check")
    assert code == 422
    assert (
        'href="#closes_on">It must be open for 72 hours at least. It can end on Friday 11 December, 9:05 in the morning or later.' in page
    )
    assert 'value="A tree?"' in page


def test_a_receipt_says_how_the_vote_came_in(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.governance.ballot = gov.Ballot(
        motion_id=OPEN_MOTION, person_id=ADA, choice="for", revision=1, taken="paper", recorded_at=to_timestamp(NOW)
    )
    assert "A vote was recorded for you, from paper." in browser.open(f"/motions/{OPEN_MOTION}/receipt")
