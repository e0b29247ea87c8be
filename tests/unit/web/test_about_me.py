"""About me: what a person says of themselves, under the headings that surgeries and hospitals read."""

import json

import pytest

from libs.access.record_fields import FIELDS
from services.web.pages.records.about_me import HEADINGS, PATH
from tests.unit.web.fake_people import JO, NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text

LEFT_OUT = {"home.address_notes", "home.key_safe", "money.helper", "money.help_wanted"}
"""How to get in, and money: no business of a surgery."""
STANDARD = (
    "What is most important to me",
    "People who are important to me",
    "How I communicate and how to communicate with me",
    "My wellness",
    "Please do and please don\N{RIGHT SINGLE QUOTATION MARK}t",
    "How and when to support me",
    "Also worth knowing about me",
    "Supported to write this by",
)
"""The headings of the PRSB's About Me standard, version 1.2, in its order; the date comes last."""


@pytest.mark.capability("T3")
def test_every_field_of_a_record_stands_under_one_heading_or_is_left_out_on_purpose() -> None:
    mapped = [field for fields in HEADINGS.values() for field in fields]
    assert len(mapped) == len(set(mapped))
    assert set(mapped) == set(FIELDS) - LEFT_OUT


@pytest.mark.capability("T3")
def test_it_is_read_and_taken_along_under_the_headings_of_the_standard() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    fakes.records.filled_in_by = JO
    fakes.records.texts = {field: f"This is {field}." for field in FIELDS}
    shown = visible_text(browser.open(PATH))
    begins = [shown.index(heading) for heading in STANDARD]
    assert begins == sorted(begins)
    for heading, (key, fields) in zip(STANDARD, HEADINGS.items(), strict=False):
        begin = shown.index(heading)
        under = shown[begin : min(at for at in begins if at > begin)]
        assert [text for text in under if text.startswith("This is")] == [f"This is {field}." for field in fields], key
    assert "Jo Bright" in shown[begins[-1] :]
    assert not any(f"This is {field}." in shown for field in LEFT_OUT)

    taken = json.loads(browser.http.get(f"{PATH}/file").content)
    assert [heading["heading"] for heading in taken["headings"]] == list(STANDARD[:-1])
    said = {text["text"] for heading in taken["headings"] for text in heading["said"]}
    assert {f"This is {field}." for fields in HEADINGS.values() for field in fields} <= said
    assert (taken["standard"], taken["supported_to_write_this_by"], taken["date"]) == (
        "PRSB About Me 1.2",
        ["Jo Bright"],
        NOW.date().isoformat(),
    )


def test_what_nobody_wrote_is_no_fault() -> None:
    fakes = FakeServices()
    fakes.records.texts = {}
    page = ScriptlessBrowser(fakes).sign_in().open(PATH)
    assert "Nothing yet" in page
