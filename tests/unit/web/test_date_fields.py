"""Dates are asked as day, month and year."""

from datetime import date

import pytest

from services.web.localisation.date_fields import DateInputs, join_dates, split_date


def typed(day: str, month: str, year: str, **other: str) -> dict[str, str]:
    return join_dates({"on-day": day, "on-month": month, "on-year": year} | other)


@pytest.mark.parametrize("month", ["3", "03", "March", "mar", " 3 "])
def test_a_day_is_typed_as_people_write_it(month: str) -> None:
    assert date.fromisoformat(typed("4", month, "2027")["on"]) == date(2027, 3, 4)


@pytest.mark.parametrize("wrong", [("31", "2", "2027"), ("3", "4", "27"), ("4", "", "2027"), ("x", "1", "2027"), ("2027-03", "1", "2027")])
def test_what_is_no_day_stays_none_and_is_shown_again(wrong: tuple[str, str, str]) -> None:
    joined = typed(*wrong)["on"]
    with pytest.raises(ValueError, match=r"day|month|format"):
        date.fromisoformat(joined)
    assert split_date(joined) == DateInputs(*(part.replace("-", "") for part in wrong))


def test_three_empty_inputs_are_an_empty_field() -> None:
    assert typed("", " ", "") == {"on": ""}
    assert split_date("") == DateInputs()


def test_a_picked_day_wins_unless_another_day_is_picked() -> None:
    assert typed("1", "2", "2027", **{"on-pick": "2026-11-24"}) == {"on": "2026-11-24"}
    assert typed("1", "2", "2027", **{"on-pick": "other"}) == {"on": "2027-02-01"}
    assert join_dates({"on-pick": "2026-11-24"}) == {"on": "2026-11-24"}


def test_other_fields_stay_as_they_are() -> None:
    fields = {"name": "Ada", "pay-day": "Friday", "form_token": "x", "closes_on": "2027-01-01"}
    assert join_dates(fields) == fields
