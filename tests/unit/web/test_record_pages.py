"""The pages of one's own record: filled in section by section, and shared in one sentence that is read back."""

import re
from collections.abc import Iterator

import pytest

from kith.identity.v1 import record_pb2 as pb
from libs.access.record_fields import FIELDS, SECTIONS
from libs.refusals import Conflict, invalid
from services.web.localisation.catalogue import PLAIN_ENGLISH, load_catalogues
from tests.unit.web.fake_people import ADA, JO, MO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

SHARING = "/you/record/sharing/home.key_safe"


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


def requests_of(fakes: FakeServices, kind: type) -> list[object]:
    return [request for request in fakes.records.requests if isinstance(request, kind)]


def test_every_section_and_field_has_its_words() -> None:
    words = load_catalogues()[PLAIN_ENGLISH]
    keys = [f"record.section.{section}" for section in SECTIONS]
    keys += [f"record.{part}.{field}" for field in FIELDS for part in ("field", "hint", "noun")]
    assert [key for key in keys if not words.has(key)] == []


def test_sections_are_a_list_of_tasks_in_words_and_print_with_everything_in_them(browser: ScriptlessBrowser) -> None:
    page = browser.open("/you/record")
    assert "1 of 2 filled in" in page
    assert page.count("Nothing yet") == len(SECTIONS) - 2
    assert "4711" not in page
    printed = browser.open("/you/record?print=yes")
    assert "4711, left of the door" in printed
    assert "I was a bus driver.\nI like the sea." in printed


def test_only_what_was_changed_is_sent_with_the_version_that_was_shown(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/you/record/home")
    fields = {
        "text-key_safe": "4711, left of the door",
        "version-key_safe": "3",
        "text-address_notes": "Two cats",
        "version-address_notes": "0",
    }
    assert browser.submit("/you/record/home", **fields) == (303, "/you/record?done=home")
    [sent] = requests_of(fakes, pb.SetFieldsRequest)
    assert isinstance(sent, pb.SetFieldsRequest)
    assert (sent.person_id, list(sent.fields)) == (ADA, [pb.FieldText(field="home.address_notes", text="Two cats")])


def test_a_text_that_is_refused_stays_on_the_page_beside_what_is_wrong(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/you/record/home")
    for refusal, sentence in (
        (invalid("home.key_safe", "FIELD_TEXT_TOO_LONG"), 'href="#text-key_safe"'),
        (Conflict("VERSION_STALE"), "changed"),
    ):
        fakes.records.refusals["SetFields"] = refusal
        code, page = browser.submit("/you/record/home", **{"text-key_safe": "another", "version-key_safe": "2"})
        assert code == 422
        assert sentence in page
        assert ">\nanother</textarea>" in page


def test_who_can_see_a_field_is_read_back_and_can_be_stopped(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open(SHARING)
    for sentence in (
        "Jo Bright can see my key-safe number until Wednesday 31 March 2027.",
        "Everybody who is secretary can see my key-safe number.",
        "Everybody in the co-op can see my key-safe number. This begins",
        "Everybody in my team can see my key-safe number. This begins",
    ):
        assert sentence in page
    assert "Nobody else can see my key-safe number." in browser.open("/you/record/sharing/about_me.story").replace(
        "what I want people to know", "my key-safe number"
    )
    browser.open(SHARING)
    grant = "01939f00-0000-7000-8000-0000000000d0"
    assert browser.submit(f"{SHARING}/stop", grant=grant) == (303, f"{SHARING}?done=stopped")
    assert [request.grant_id for request in requests_of(fakes, pb.EndAccessRequest)] == [grant]  # type: ignore[attr-defined]  # of this kind


@pytest.mark.parametrize(
    ("who", "audience"),
    [
        (f"person:{JO}", pb.Audience(kind=pb.AUDIENCE_KIND_PERSON, person_id=JO)),
        ("hat:secretary", pb.Audience(kind=pb.AUDIENCE_KIND_HAT, hat="secretary")),
        ("team", pb.Audience(kind=pb.AUDIENCE_KIND_TEAM)),
        ("members", pb.Audience(kind=pb.AUDIENCE_KIND_MEMBERS)),
    ],
)
def test_a_choice_becomes_a_grant_until_the_end_of_its_last_day(
    browser: ScriptlessBrowser, fakes: FakeServices, who: str, audience: pb.Audience
) -> None:
    browser.open(f"{SHARING}?q=jo")
    day = {"until-day": "31", "until-month": "3", "until-year": "2027"}
    assert browser.submit(SHARING, who=who, ends="day", **day) == (303, f"{SHARING}?done=shared")
    browser.open(SHARING)
    assert browser.submit(SHARING, who=who, ends="no", **dict.fromkeys(day, "")) == (303, f"{SHARING}?done=shared")
    dated, open_ended = requests_of(fakes, pb.GiveAccessRequest)
    assert isinstance(dated, pb.GiveAccessRequest)
    assert isinstance(open_ended, pb.GiveAccessRequest)
    assert (dated.audience, list(dated.fields)) == (audience, ["home.key_safe"])
    assert dated.valid_until.ToJsonString() == "2027-03-31T23:00:00Z", "midnight in British Summer Time"
    assert not open_ended.HasField("valid_until")


def test_nobody_ends_every_grant_of_the_field_once_however_often_it_is_sent(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(SHARING)
    for _ in range(2):
        assert browser.submit(SHARING, who="nobody", ends="") == (303, f"{SHARING}?done=stopped")
    ended = [(request.grant_id, request.request_id) for request in requests_of(fakes, pb.EndAccessRequest)]  # type: ignore[attr-defined]  # of this kind
    assert (len(ended), len(set(ended))) == (8, 4)


def test_members_are_found_by_name_without_oneself_and_a_choice_that_misses_something_says_so(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"{SHARING}?q=o")
    assert (f'value="person:{JO}"' in page, f'value="person:{MO}"' in page, f'value="person:{ADA}"' in page) == (True, True, False)
    assert "We found no other member with this name." in browser.open(f"{SHARING}?q=ada")
    for fields, target in (({}, "#who"), ({"who": "members"}, "#ends"), ({"who": "members", "ends": "day", "until": "never"}, "#until")):
        browser.open(SHARING)
        code, page = browser.submit(SHARING, **fields)
        assert (code, f'href="{target}"' in page) == (422, True)


def test_what_others_share_is_listed_without_its_texts_and_opened_under_their_name(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open("/you/shared")
    assert f"/members/{JO}/record" in page
    assert "My key safe, until Thursday 3 December" in re.sub(r"\s+", " ", page)
    assert "4711" not in page
    page = browser.open(f"/members/{JO}/record")
    assert "4711, left of the door" in page
    assert "Jo Bright can see that you looked at this, and when." in page
    asked = [set(request.fields) for request in requests_of(fakes, pb.GetRecordRequest)]  # type: ignore[attr-defined]  # of this kind
    assert all("home.key_safe" not in fields for fields in asked[1:]), "what was shown is not asked for again with a hat"
    assert "shares nothing with you now" in browser.open(f"/members/{MO}/record")
