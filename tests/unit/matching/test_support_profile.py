"""What a profile may say."""

from dataclasses import replace
from typing import Any

import pytest

from kith.matching.v1.enums import WorksAs
from libs.places import Place
from libs.refusals import Invalid
from services.matching.domain.support_profile import GettingSupport, GivingSupport, check_getting, check_giving

PLACES = {"ZZ11AA": Place(51_500_000, -100_000)}
GETTING = GettingSupport("zz1 1aa", None, (), ("dbs",), ("en", "BSL"), " Woman", ("tr",), ("Dogs ", "dogs", "", "loud   music"), open=True)
GIVING = GivingSupport(
    "ZZ1 1AA", None, 5, (), 600, ("en",), "", ("Dogs",), ("gardening",), WorksAs.SELF_EMPLOYED, 1850, " Hello. ", open=False
)


def test_what_was_typed_is_put_in_order() -> None:
    checked = check_getting(GETTING, PLACES, {"dbs"})

    assert (checked.postcode, checked.place) == ("ZZ11AA", PLACES["ZZ11AA"])
    assert (checked.needed_languages, checked.needed_gender) == (("bsl", "en"), "woman")
    assert checked.wished_tags == ("dogs", "loud music")
    assert check_giving(GIVING, PLACES).words == "Hello."


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"needed_skills": ("juggling",)}, "SKILL_UNKNOWN"),
        ({"needed_languages": ("english please",)}, "LANGUAGE_MALFORMED"),
        ({"wished_tags": tuple(map(str, range(21)))}, "LIST_TOO_LONG"),
        ({"wished_tags": ("x" * 41,)}, "TAG_TOO_LONG"),
        ({"wished_tags": ("a\0b",)}, "TAG_TOO_LONG"),
        ({"postcode": "ZZ9 9ZZ"}, "POSTCODE_UNKNOWN"),
    ],
)
def test_a_profile_of_getting_is_refused_with_its_field(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        check_getting(replace(GETTING, **changed), PLACES, {"dbs"})
    assert refused.value.problems[0].field in changed


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"reach_km": 0}, "REACH_OUT_OF_RANGE"),
        ({"reach_km": 201}, "REACH_OUT_OF_RANGE"),
        ({"minutes_a_week": -1}, "MINUTES_OUT_OF_RANGE"),
        ({"minutes_a_week": 10_081}, "MINUTES_OUT_OF_RANGE"),
        ({"rate_pence": -1}, "RATE_OUT_OF_RANGE"),
        ({"rate_pence": 1, "works_as": WorksAs.VOLUNTEER}, "VOLUNTEER_HAS_NO_RATE"),
        ({"words": "x" * 2001}, "WORDS_TOO_LONG"),
    ],
)
def test_a_profile_of_giving_is_refused_with_its_field(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        check_giving(replace(GIVING, **changed), PLACES)
    assert refused.value.problems[0].field in changed
