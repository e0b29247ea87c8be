"""My hours: in words, drawn and as a table; what somebody says of long weeks; and what a secretary sees of it."""

import pytest

from kith.scheduling.v1 import working_time_pb2 as pb
from libs.refusals import invalid
from services.web.drawings.week_bars import WeekColumn, week_columns
from tests.unit.web.fake_people import ADA, JO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_working_time import ENDED, OPT_OUT
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def text_of(browser: ScriptlessBrowser, path: str) -> str:
    return " ".join(visible_text(browser.open(path)))


@pytest.mark.capability("L8")
def test_my_hours_say_the_average_what_was_not_kept_and_each_week(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    shown = text_of(browser, "/week/hours")
    assert "48 hours 20 minutes a week on average, over 17 weeks up to this one. 48 hours a week are the most." in shown
    assert "The rest in the day from" in shown
    assert "The weeks are too long on average." in shown
    assert "Only employed hours count towards the limit." in shown
    assert browser.page.count('<rect class="for"') == 20 + 1, "a column for each week, and its key"
    fakes.working_time.own.ClearField("breaches")
    assert "Every rest and limit of these weeks is kept." in text_of(browser, "/week/hours")
    fakes.working_time.own.worked_minutes = 17 * 2880 + 1
    assert "48 hours 1 minute a week on average" in text_of(browser, "/week/hours"), "above the most never looks like the most"
    for week in fakes.working_time.own.weeks:
        week.employed_minutes = week.volunteer_minutes = 0
    fakes.working_time.own.worked_minutes = 0
    assert "0 hours a week on average" in text_of(browser, "/week/hours"), "who has not worked yet sees it too"
    assert browser.open("/week/hours/file") == '{"zone": "Europe/London"}'


@pytest.mark.capability("L8")
def test_long_weeks_are_somebodys_own_word_which_they_end_themselves(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/week/hours")
    assert OPT_OUT in browser.page
    assert ENDED not in browser.page, "what has its last day cannot be ended"
    assert "is_adult" not in browser.page, "there is one that goes on"
    assert browser.submit("/week/hours/end", opt_out=OPT_OUT) == (303, "/week/hours?done=ended")
    ended = fakes.working_time.requests[-1]
    assert isinstance(ended, pb.EndOptOutRequest)
    assert ended.opt_out_id == OPT_OUT
    fakes.working_time.own.may_opt_out = True
    browser.open("/week/hours")
    fields = {"first_day-pick": "2026-11-24", "is_adult": "yes"}
    assert browser.submit_fields("/week/hours", fields) == (303, "/week/hours?done=said")
    said = fakes.working_time.requests[-1]
    assert isinstance(said, pb.SayOptOutRequest)
    assert (said.first_day, said.is_adult) == ("2026-11-24", True)
    fakes.working_time.refusals["SayOptOut"] = invalid("is_adult", "OPT_OUT_FOR_ADULTS")
    assert browser.submit_fields("/week/hours", {"first_day-pick": "2026-11-24"})[0] == 422
    assert "Only people of 18 or older can say this." in browser.page


@pytest.mark.capability("L8")
def test_a_secretary_sees_hours_and_who_chose_long_weeks_and_says_nothing_for_them(browser: ScriptlessBrowser) -> None:
    shown = text_of(browser, f"/members/{JO}/hours")
    assert "The limits hold for employed people." in shown
    assert "Longer weeks by choice" not in shown, "nothing binds them"
    assert "Of this only planned" in shown
    browser.open(f"/members/{ADA}/hours")
    assert "opt-out-end" not in browser.page
    assert "<button" not in browser.page.partition("<main")[2].partition("</main")[0]
    browser.open("/members/opt-outs")
    assert f'href="/members/{ADA}/hours"' in browser.page
    assert browser.open(f"/members/{ADA}/hours/file") == '{"zone": "Europe/London"}'


def test_columns_are_as_high_as_their_weeks_and_the_line_stands_at_the_most() -> None:
    weeks = [WeekColumn("3 Aug", [("for", 1000), ("against", 0)]), WeekColumn("10 Aug", [("for", 500), ("abstained", 500)])]
    drawn = week_columns("Hours", "Facts.", weeks, 1, 2000, "48 hours")
    heights = [part.split('height="')[1].split("rem")[0] for part in drawn.split("<rect")[1:]]
    assert [round(float(height) / float(heights[0]), 2) for height in heights] == [1, 0.5, 0.5]
    assert drawn.count('class="axis"') == 3, "the ground, the most, and where weeks ahead begin"
    assert ("3 Aug" in drawn, "10 Aug" in drawn) == (True, True)
    many = week_columns("Hours", "Facts.", [WeekColumn("3 Aug", [("for", 60)])] * 34, 34, 2000, "48 hours")
    assert many.count("3 Aug") == 4, "labels stand where they fit"
    assert week_columns("Hours", "Facts.", [WeekColumn("", [])], 1, 0, "none")
