"""A vote with other co-ops is written in steps, and shown once more before it is sent."""

from collections.abc import Iterator

import pytest

from kith.governance.v1 import votes_pb2 as pb
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_vote_services import (
    HARBOUR,
    WATCH,
)
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


def test_a_vote_is_written_in_steps_and_sent(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/votes/new")
    assert browser.submit("/votes/new", method="yes_no_abstain")[0] == 422
    fields = {"question": "Share a van?", "text": "One van for two.", "resolution_type": "ordinary", "method": "plurality"}
    assert browser.submit("/votes/new", **fields) == (303, "/votes/new/answers")
    assert "most points" not in browser.open("/votes/new/answers")
    assert browser.submit("/votes/new/answers", options="Van")[0] == 422
    assert browser.submit("/votes/new/answers", options="Van\nBus") == (303, "/votes/new/who")
    page = browser.open("/votes/new/who")
    assert "Mill Lane" not in page, "it is not active yet"
    assert browser.submit("/votes/new/who")[0] == 422
    sent = browser.submit_fields("/votes/new/who", {f"part-{HARBOUR}": "part", f"part-{WATCH}": "watch"})
    assert sent == (303, "/votes/new/when")
    browser.open("/votes/new/when")
    when = {"open_on": "2026-12-20", "close_on": "2026-12-10", "close_time": "20:00", "settlers": "Both boards"}
    assert browser.submit("/votes/new/when", **when)[0] == 422
    assert browser.submit("/votes/new/when", **(when | {"open_on": "2026-12-01"})) == (303, "/votes/new/check")
    browser.open("/votes/new/more")
    assert browser.submit("/votes/new/more", k="five")[0] == 422
    more = {"k": "4", "basis": "double_majority", "groups": "worker = workers\nharbour investor = owners", "small": "elm-row workers"}
    assert browser.submit("/votes/new/more", **more) == (303, "/votes/new/check")
    page = browser.open("/votes/new/check")
    assert "Harbour Care Co-op" in page
    assert "Thursday 10 December, 8:00 in the evening" in page
    assert browser.submit("/votes/new/check") == (303, "/votes?done=drafted")
    drafted = next(request for request in fakes.votes.requests if isinstance(request, pb.DraftVoteRequest))
    assert (list(drafted.participants), list(drafted.observers), list(drafted.options)) == ([HARBOUR], [WATCH], ["Van", "Bus"])
    assert [(group.co_op, group.member_class, group.group) for group in drafted.class_groups] == [
        ("", "worker", "workers"),
        (HARBOUR, "investor", "owners"),
    ]
    assert (drafted.basis, drafted.k, drafted.small[0].group) == ("double_majority", 4, "workers")
    assert "on its way to the others" in browser.open("/votes?done=drafted")


def fill_in_draft(browser: ScriptlessBrowser, **more: str) -> None:
    """Written as far as the last look."""
    steps = {
        "": {"question": "Share a van?", "text": "One van for two.", "resolution_type": "ordinary", "method": "yes_no_abstain"},
        "/who": {f"part-{HARBOUR}": "part"},
        "/when": {"open_on": "2026-12-11", "close_on": "2026-12-20", "close_time": "20:00", "settlers": "Both boards"},
        "/more": more,
    }
    for page, fields in steps.items():
        browser.open(f"/votes/new{page}")
        assert browser.submit_fields(f"/votes/new{page}", fields)[0] == 303


def test_how_many_must_take_part_is_asked_place_by_place_and_said_in_words(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fill_in_draft(browser, basis="one_co_op_one_vote")
    check = browser.open("/votes/new/check")
    assert "At least one tenth of all who can vote must take part." in check, "as our rules say"
    page = browser.open("/votes/new/turnout")
    assert "Supported member</legend>" in page
    assert "Elm Row Care Co-op</legend>" in page
    wrong = {"all-share": "half", "all-people": "some", f"co-op-{HARBOUR}-share": "101"}
    code, page = browser.submit_fields("/votes/new/turnout", wrong)
    assert code == 422
    assert page.count('class="field wrong"') == 3
    filled = {"all-share": "20 %", "all-people": "12", f"co-op-{HARBOUR}-share": "1/3", "group-worker-people": "4"}
    assert browser.submit_fields("/votes/new/turnout", filled) == (303, "/votes/new/check")
    check = browser.open("/votes/new/check")
    for sentence in (
        "At least 20 in every 100 of all who can vote must take part.",
        "At least 12 people must vote.",
        "At least 4 people of this class must vote: Worker member.",
        "At least one third of those in this co-op must take part: Harbour Care Co-op.",
        "Is left out",
    ):
        assert sentence in check, sentence
    assert browser.submit("/votes/new/check") == (303, "/votes?done=drafted")
    drafted = next(request for request in fakes.votes.requests if isinstance(request, pb.DraftVoteRequest))
    assert (drafted.quorum.fraction, drafted.quorum.count) == ("1/5", 12)
    assert [(quorum.of, quorum.fraction, quorum.count) for quorum in drafted.group_quorums] == [("worker", "", 4)]
    assert [(quorum.of, quorum.fraction, quorum.count) for quorum in drafted.co_op_quorums] == [(HARBOUR, "1/3", 0)]


def test_where_all_votes_are_counted_together_no_co_op_has_a_number_of_its_own(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fill_in_draft(browser)
    page = browser.open("/votes/new/turnout")
    assert "no co-op has a number of its own" in page
    assert 'name="co-op-' not in page
    assert browser.submit_fields("/votes/new/turnout", {}) == (303, "/votes/new/check")
    browser.open("/votes/new/check")
    assert browser.submit("/votes/new/check") == (303, "/votes?done=drafted")
    drafted = next(request for request in fakes.votes.requests if isinstance(request, pb.DraftVoteRequest))
    assert not drafted.HasField("quorum")
    assert not [*drafted.group_quorums, *drafted.co_op_quorums]


def test_answers_are_asked_for_only_where_people_choose_among_them(browser: ScriptlessBrowser) -> None:
    browser.open("/votes/new")
    fields = {"question": "Share a van?", "text": "One van.", "resolution_type": "ordinary"}
    assert browser.submit("/votes/new", **fields, method="consent") == (303, "/votes/new/who")
    assert browser.http.get("/votes/new/answers").headers["location"] == "/votes/new/who"
    browser.open("/votes/new")
    assert browser.submit("/votes/new", **fields, method="score") == (303, "/votes/new/answers")
    browser.open("/votes/new/answers")
    code, page = browser.submit("/votes/new/answers", options="Van\nBus", highest_score="many")
    assert code == 422
    assert "Write the most points one answer can get." in page
    assert browser.submit("/votes/new/answers", options="Van\nBus", highest_score="5") == (303, "/votes/new/who")


def test_the_days_of_a_draft_begin_with_what_our_rules_ask(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/votes/new")
    fields = {"question": "Share a van?", "text": "One van.", "resolution_type": "ordinary", "method": "yes_no_abstain"}
    assert browser.submit("/votes/new", **fields)[0] == 303
    page = browser.open("/votes/new/when")
    assert "Notice: 14 days. Open for 72 hours at least, and 28 days at most." in page
    for name, day in (("open_on", "15"), ("close_on", "29")):
        for part, value in (("day", day), ("month", "12"), ("year", "2026")):
            assert f'name="{name}-{part}" value="{value}"' in page


def test_every_answer_is_shown_again_before_no_word_can_change(browser: ScriptlessBrowser) -> None:
    fill_in_draft(browser, k="4", groups="worker = workers", window_days="9", audience="public")
    page = browser.open("/votes/new/check")
    for name, value in (
        ("How small a group may be", "4"),
        ("Days in which one can object", "9"),
        ("Who can have the file that proves the result", "Everybody"),
    ):
        assert f"<dt>{name}</dt><dd>{value}" in page
    assert "worker = workers" in page
    assert "Hours to wait" not in page
