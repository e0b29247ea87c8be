"""The pages on which people say what support they look for, and what they offer."""

import re

import pytest

from kith.matching.v1 import introductions_pb2 as intro
from kith.matching.v1 import suggestions_pb2 as suggest
from kith.matching.v1 import support_profiles_pb2 as pb
from libs.refusals import invalid
from services.web.pages.support.typed_times import TimesUnreadableError, read_times, write_times
from tests.unit.web.fake_people import ADA, JO, MO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.mark.parametrize(
    ("typed", "times"),
    [
        ("", []),
        ("9-12", [("09:00", "12:00")]),
        ("9 to 12, 14:30 until 16", [("09:00", "12:00"), ("14:30", "16:00")]),
        ("9.15 – 10 and 20:00–24:00", [("09:15", "10:00"), ("20:00", "24:00")]),  # noqa: RUF001 - as phones type it
        ("9to12; 2pm to 4:30pm", [("09:00", "12:00"), ("14:00", "16:30")]),
        ("9 to noon, 1430-1600", [("09:00", "12:00"), ("14:30", "16:00")]),
    ],
)
def test_times_are_read_as_people_type_them(typed: str, times: list[tuple[str, str]]) -> None:
    read = read_times({"wed": typed})

    assert [(time.day, time.begins, time.ends) for time in read] == [("wed", *time) for time in times]
    assert read_times(write_times(read)) == read


@pytest.mark.parametrize("typed", ["mornings", "9", "9-", "9 12", "9-12-14", "2 to 4pm", "9:75-10", "９-12"])  # noqa: RUF001 - a wide digit is no digit here
def test_what_is_no_time_is_named_with_its_day(typed: str) -> None:
    with pytest.raises(TimesUnreadableError) as unreadable:
        read_times({"fri": typed})
    assert unreadable.value.day == "fri"


@pytest.mark.capability("T3")
def test_what_somebody_looks_for_reads_back_in_words_and_is_saved_as_ticked() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/support/getting")
    for words in ("They must speak British Sign Language.", "It must be a woman.", "Times: Monday 09:00 to 10:00.", "dogs, loud music"):
        assert words in page

    sent = {
        "postcode": "ZZ1 1AA", "time_mon": "9 to 10", "time_tue": "14-15:30", "gender": "any", "tags": "dogs, tea", "open": "off",
        "needed_language_bsl": "on", "wished_language_pl": "on",
    }  # fmt: skip
    assert browser.submit_fields("/support/getting", sent) == (303, "/support/getting?done=saved")
    [request] = [one for one in fakes.support_profiles.requests if isinstance(one, pb.SetGettingSupportRequest)]
    profile = request.profile
    assert (request.person_id, profile.version, profile.open, profile.needed_gender) == (ADA, 3, False, "")
    assert [(time.day, time.begins, time.ends) for time in profile.times] == [("mon", "09:00", "10:00"), ("tue", "14:00", "15:30")]
    assert (list(profile.wished_tags), list(profile.needed_languages)) == (["dogs", "tea"], ["bsl"])
    assert (list(profile.wished_languages), list(profile.needed_skills)) == (["pl"], []), "what is not ticked is not wanted"


@pytest.mark.parametrize("path", ["/support/getting", "/support/giving"])
def test_saving_a_page_as_it_was_shown_loses_nothing_that_the_page_does_not_offer(path: str) -> None:
    fakes = FakeServices()
    fakes.support_profiles.getting.needed_gender = fakes.support_profiles.giving.gender = "non-binary"
    fakes.support_profiles.getting.needed_skills.append("an_old_paper")
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(path)
    chosen = dict(re.findall(r'<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]+)"[^>]* checked', page))
    assert browser.submit_fields(path, chosen) == (303, f"{path}?done=saved")
    [request] = [
        one for one in fakes.support_profiles.requests if isinstance(one, pb.SetGettingSupportRequest | pb.SetGivingSupportRequest)
    ]
    if isinstance(request, pb.SetGivingSupportRequest):
        assert request.profile.gender == "non-binary"
    else:
        assert (request.profile.needed_gender, list(request.profile.needed_skills)) == ("non-binary", ["an_old_paper", "dbs"])
        assert list(request.profile.needed_languages) == list(fakes.support_profiles.getting.needed_languages)


@pytest.mark.capability("T4")
def test_an_offer_is_saved_in_minutes_and_pence_and_a_mistake_keeps_what_was_typed() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    assert "Your price is £18.50 an hour." in browser.open("/support/giving")

    typed = {
        "postcode": "ZZ1 2AA", "reach_km": "5", "hours_a_week": "7.5", "works_as": "self_employed", "rate": "a lot", "time_sun": "late",
        "words": "Call me.",
    }  # fmt: skip
    status, page = browser.submit_fields("/support/giving", typed)
    assert status == 422
    for words in ("Write a number.", "Write times like this", "Call me.", 'value="a lot"', 'value="late"'):
        assert words in page
    put_right = typed | {"rate": "£19,25", "time_sun": "20-24"}
    assert browser.submit_fields("/support/giving", put_right) == (303, "/support/giving?done=saved")
    [request] = [one for one in fakes.support_profiles.requests if isinstance(one, pb.SetGivingSupportRequest)]
    assert (request.profile.rate_pence, request.profile.minutes_a_week, request.profile.reach_km) == (1925, 450, 5)
    assert request.profile.works_as == pb.WORKS_AS_SELF_EMPLOYED


def test_a_refusal_stands_beside_its_field() -> None:
    fakes = FakeServices()
    fakes.support_profiles.refusals["SetGettingSupport"] = invalid("postcode", "POSTCODE_UNKNOWN")
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/support/getting")
    status, page = browser.submit("/support/getting", postcode="ZZ9 9ZZ")
    assert (status, 'id="postcode-error"' in page) == (422, True)


@pytest.mark.capability("T5")
def test_people_browse_offers_for_themselves_and_ask_to_meet() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/people/find?day=sun&language=en")
    for words in (NAMES[JO][0], "I like to be outside.", "Sunday 20:00 to 24:00", "English", "gardening", "£18.50", "One person"):
        assert words in page
    [asked] = [one for one in fakes.support_profiles.requests if isinstance(one, pb.FindOffersRequest)]
    assert (asked.person_id, asked.day, asked.language, asked.tag) == (ADA, "sun", "en", "")

    assert browser.submit("/people", do="yes") == (303, "/people?done=yes")
    [said] = [one for one in fakes.introductions.requests if isinstance(one, intro.SayYesRequest)]
    assert (said.pair.person_id, said.pair.worker_id, said.step) == (ADA, JO, intro.INTRODUCTION_STEP_UNSPECIFIED)
    assert "Nobody fits yet." in browser.open("/people/find?tag=chess")


@pytest.mark.capability("T4")
def test_an_offer_says_what_an_hour_costs_and_which_part_is_whose() -> None:
    page = ScriptlessBrowser(FakeServices()).sign_in().open("/people/find")
    name = NAMES[JO][0]
    pay, given = f"£17.11 of it is pay for {name}.", f"£1.39 of it {name} gives to the co-op."
    for words in ("£21.74 in all.", pay, given, "£3.24 of it you add for the co-op."):
        assert words in page


@pytest.mark.capability("T5")
def test_suggestions_say_for_both_sides_what_fits_and_what_does_not() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/people/suggested")
    jo = NAMES[JO][0]
    for words in (
        jo, "I like to be outside.", "Is free when nobody in your team is", "Speaks the languages you would like", "Lives within 2 km",
        "Most of the hours they can do with you", "For you: is free at few of the times you want", f"For {jo}: a long way to you",
        "434 of 1000", "150 of 200", "Does not have all the skills you need.", "Lives farther away than they go.", "2 people more fit",
    ):  # fmt: skip
        assert words in page, words
    assert "you like other things" in page
    assert "Show other people" in page

    fakes.support_profiles.getting.ClearField("wished_languages")
    fakes.suggestions.offer.ClearField("tags")
    page = browser.open("/people/suggested")
    assert "Speaks the languages you would like" not in page, "nothing was wished"
    assert "you like other things" not in page, "nothing was wished"

    assert browser.submit("/people", do="no") == (303, "/people?done=no")
    [said] = [one for one in fakes.introductions.requests if isinstance(one, intro.SayNoRequest)]
    assert (said.pair.person_id, said.pair.worker_id) == (ADA, JO)


@pytest.mark.capability("T5")
def test_a_team_that_could_cover_a_week_is_drawn_and_said_and_asks_nobody() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    assert 'href="/people/suggested/team"' in browser.open("/people/suggested")
    page = browser.open("/people/suggested/team")
    jo, mo = NAMES[JO][0], NAMES[MO][0]
    for words in (
        "Together 2 people could cover 8 hours of the 12 hours a week", "For 2 hours more a week", f"A: {jo}", f"B: {mo}",
        "Tuesday 07:30 to 12:00", "Could step in when another is ill", "Sunday 20:00 to 24:00", "Nobody in it is asked", "434 of 1000",
        "One person more fits",
    ):  # fmt: skip
        assert words in page, words
    drawing = page[page.index('<svg class="drawing"') :]
    drawing = drawing[: drawing.index("</svg>")]
    assert re.findall(r'text-anchor="middle">([A-Z?])<', drawing) == ["A", "A", "?"], "the letter of half an hour would not fit"
    assert all(hour in drawing for hour in ("07:00", "24:00", "Monday", "Sunday"))
    assert "Thursday" not in drawing, "nothing is wanted then"
    assert not [one for one in fakes.introductions.requests if isinstance(one, (intro.SayYesRequest, intro.SayNoRequest))]

    fakes.suggestions.open = False
    assert "Say what I would like" in browser.open("/people/suggested/team")


def test_the_file_of_a_page_is_that_of_the_same_people_and_nobody_is_shown_unasked() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    assert "Back to the first ones" in browser.open("/people/suggested?skip=3")
    file = browser.http.get("/people/suggested/file?skip=3")
    assert (file.json(), file.headers["content-type"]) == ({"on": "2026-12-07"}, "application/json")
    asked = [
        (one.person_id, one.skip, one.with_file) for one in fakes.suggestions.requests if isinstance(one, suggest.GetSuggestionsRequest)
    ]
    assert asked == [(ADA, 3, False), (ADA, 3, True)]
    for strange in ("-1", "x", "９", "99999999999999999999"):  # noqa: RUF001 - a wide digit is no digit here
        browser.open(f"/people/suggested?skip={strange}")
        request = fakes.suggestions.requests[-1]
        assert isinstance(request, suggest.GetSuggestionsRequest)
        assert request.skip == 0, strange

    fakes.suggestions.open = False
    page = browser.open("/people/suggested")
    assert "Say what I would like" in page
    assert NAMES[JO][0] not in page
    assert browser.http.get("/people/suggested/file").status_code == 404


def test_a_secretary_sees_how_evenly_people_are_shown_without_a_name() -> None:
    browser = ScriptlessBrowser(FakeServices()).sign_in()
    page = browser.open("/support/fairness")
    for words in (
        "Shown: Gini 0.32.",
        "Got to know somebody: Gini 0.75.",
        "4 members who offer support",
        "in 4 weeks",
        "at most 20 people",
    ):
        assert words in page, words
    assert NAMES[JO][0] not in page
