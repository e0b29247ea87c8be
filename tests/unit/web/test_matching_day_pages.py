"""The pages of matching days: announcing one, taking part, ranking by numbers, and what came of it."""

import json

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.matching.v1 import matching_days_pb2 as pb
from libs.refusals import Conflict, FailedPrecondition, invalid
from tests.unit.web.fake_matching_days import CALLED_OFF_DAY, CLOSED_DAY, LONELY_DAY, OPEN_DAY, RUN_DAY
from tests.unit.web.fake_people import ADA, JO, MO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

DAYS = "/people/days"
OPEN = f"{DAYS}/{OPEN_DAY}"


@pytest.mark.capability("T5")
def test_a_secretary_announces_a_day_and_calls_it_off() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    fakes.matching_days.listed = []
    assert "Announce a matching day" in browser.open(DAYS)
    browser.open(f"{DAYS}/new")
    typed = {f"{name}_on-{part}": value for name in ("closes", "runs") for part, value in (("day", "1"), ("month", "12"), ("year", "2026"))}
    fakes.matching_days.refusals["AnnounceMatchingDay"] = invalid("runs_at", "RUNS_BEFORE_CLOSE")
    status, page = browser.submit_fields(f"{DAYS}/new", typed | {"words": "For all."})
    assert status == 422
    assert "The pairs can only be made once it is closed." in page
    del fakes.matching_days.refusals["AnnounceMatchingDay"]
    assert browser.submit_fields(f"{DAYS}/new", typed | {"words": "For all.", "runs_time": "21:00"}) == (303, f"{OPEN}?done=announced")
    announced = [one for one in fakes.matching_days.requests if isinstance(one, pb.AnnounceMatchingDayRequest)][-1]
    assert announced.closes_at.ToJsonString() == "2026-12-01T20:00:00Z"
    assert announced.runs_at.ToJsonString() == "2026-12-01T21:00:00Z"

    fakes.matching_days.listed = [OPEN_DAY]
    assert "Announce a matching day" not in browser.open(DAYS), "one at a time"
    browser.open(f"{OPEN}/call-off")
    assert browser.submit(f"{OPEN}/call-off") == (303, DAYS)
    assert [one.day_id for one in fakes.matching_days.requests if isinstance(one, pb.CallOffMatchingDayRequest)] == [OPEN_DAY]
    fakes.matching_days.listed, fakes.matching_days.wanted = [], False
    assert "Our rules say that we have no matching days." in browser.open(DAYS)


@pytest.mark.capability("T1", "T5")
def test_somebody_takes_part_ranks_by_numbers_and_withdraws() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(OPEN)
    for words in ("You take part", "You have room for 2 people who support you.", "2 people can be chosen. You have chosen 1.", "ab" * 32):
        assert words in page, words
    page = browser.open(f"{OPEN}/enter/giving")
    assert "How many people could you support?" in page
    assert browser.submit(f"{OPEN}/enter/giving", room="3", recount="on") == (303, f"{OPEN}?done=entered")
    page = browser.open(f"{OPEN}/rank/getting")
    for words in (NAMES[JO][0], "I like walks.", "Monday 09:00 to 12:00", "£18.50", f"Your number for {NAMES[MO][0]}"):
        assert words in page, words
    assert '<option value="1" selected>' in page
    ranked = {f"rank_{JO}": "4", f"rank_{MO}": "2", "rank_nonsense": "many"}
    assert browser.submit_fields(f"{OPEN}/rank/getting", ranked) == (303, f"{OPEN}?done=ranked")
    browser.open(f"{OPEN}/rank/getting")
    assert browser.submit_fields(f"{OPEN}/rank/getting", {f"rank_{JO}": "3", f"rank_{MO}": "3"})[0] == 303
    browser.open(OPEN)
    assert browser.submit(OPEN, side="getting") == (303, f"{OPEN}?done=withdrawn")
    entered, first, equals, withdrawn = [
        one for one in fakes.matching_days.requests if not isinstance(one, (pb.GetMatchingDayRequest, pb.GetMatchingDaysRequest))
    ]
    assert isinstance(entered, pb.EnterMatchingDayRequest)
    assert (entered.person_id, entered.giving, entered.room, entered.recount) == (ADA, True, 3, True)
    assert isinstance(first, pb.RankInMatchingDayRequest)
    assert ([list(group.person_ids) for group in first.ranks], first.version, first.giving) == ([[MO], [JO]], 3, False)
    assert isinstance(equals, pb.RankInMatchingDayRequest)
    assert [sorted(group.person_ids) for group in equals.ranks] == [sorted([JO, MO])]
    assert isinstance(withdrawn, pb.WithdrawFromMatchingDayRequest)
    assert (withdrawn.day_id, withdrawn.person_id, withdrawn.giving) == (OPEN_DAY, ADA, False)


def test_what_is_refused_is_said_on_the_form_with_what_was_chosen() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    fakes.matching_days.refusals["EnterMatchingDay"] = FailedPrecondition("DAY_NEEDS_CALL_OUT")
    browser.open(f"{OPEN}/enter/getting")
    status, page = browser.submit_fields(f"{OPEN}/enter/getting", {"room": "2"})
    assert (status, "write a call-out that stays open" in page) == (422, True)
    fakes.matching_days.refusals["RankInMatchingDay"] = Conflict("RANKS_CHANGED")
    browser.open(f"{OPEN}/rank/getting")
    status, page = browser.submit_fields(f"{OPEN}/rank/getting", {f"rank_{MO}": "7"})
    assert (status, '<option value="7" selected>' in page) == (422, True)
    fakes.matching_days.choices = False
    assert "Nobody is here yet who fits what you need." in browser.open(f"{OPEN}/rank/getting")
    for path in (f"{DAYS}/{CLOSED_DAY}/enter/getting", f"{DAYS}/{CLOSED_DAY}/rank/getting", f"{OPEN}/rank/giving"):
        assert browser.http.get(path).headers["location"] == path.rpartition("/")[0].rpartition("/")[0]
    assert browser.http.get(f"{OPEN}/enter/nonsense").status_code == 404


@pytest.mark.capability("T1", "T5")
def test_the_result_says_what_comes_next_and_how_to_check_it() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(f"{DAYS}/{RUN_DAY}")
    for words in (
        "1 person is proposed to you.",
        "2 people are proposed to you.",
        NAMES[JO][0],
        NAMES[MO][0],
        "5e" * 16,
        "7a" * 16,
        "5 people took part.",
    ):
        assert words in page, words
    page = browser.open(f"{DAYS}/{LONELY_DAY}")
    for words in ("none says what you are worth", "/people/suggested", "/people/call-outs"):
        assert words in page, words
    assert "You take part" in browser.open(f"{DAYS}/{CLOSED_DAY}")
    assert "Called off" in browser.open(f"{DAYS}/{CALLED_OFF_DAY}")
    assert json.loads(browser.http.get(f"{DAYS}/{RUN_DAY}/file/getting").text) == {"seed": "promised"}
    assert json.loads(browser.http.get(f"{DAYS}/{RUN_DAY}/recount").text)["persons"] == []
    assert browser.http.get(f"{OPEN}/file/getting").headers["location"] == OPEN, "not before it is done"
    fakes.matching_days.refusals["GetMatchingDayRecount"] = FailedPrecondition("NO_RECOUNT")
    assert "not everybody agreed" in browser.http.get(f"{DAYS}/{RUN_DAY}/recount").text


@pytest.mark.capability("I4")
def test_who_acts_does_it_for_the_side_that_looks_for_support_alone() -> None:
    fakes = FakeServices()
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_TEAM]}
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    assert browser.submit("/acting/begin", person=JO) == (303, "/acting")
    page = browser.open(f"{DAYS}/{RUN_DAY}")
    assert "As somebody who gives support" not in page
    assert browser.http.get(f"{OPEN}/enter/giving").status_code == 404
    browser.open(f"{OPEN}/enter/getting")
    assert browser.submit(f"{OPEN}/enter/getting", room="1")[0] == 303
    [entered] = [one for one in fakes.matching_days.requests if isinstance(one, pb.EnterMatchingDayRequest)]
    assert (entered.person_id, entered.recount) == (JO, False)
