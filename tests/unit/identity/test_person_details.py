"""Which rows are valid people, and which are duplicates."""

import unicodedata
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.person_details import PersonDetails, PersonInput, RejectedPerson, decide_registrations, parse_details

KNOWN = UUID(int=1)
IDS = [UUID(int=10 + n) for n in range(5)]
ARABIC = "\u0641\u0627\u0637\u0645\u0629"
TAMIL = "\u0ba4\u0bae\u0bbf\u0bb4\u0bcd\u0b9a\u0bcd\u0b9a\u0bc6\u0bb2\u0bcd\u0bb5\u0bbf"
"""With vowel signs and viramas, which are marks and no letters."""


@pytest.mark.parametrize(
    ("person_input", "field", "reason"),
    [
        (PersonInput(""), "full_name", "NAME_MISSING"),
        (PersonInput(" \u00a0 "), "full_name", "NAME_MISSING"),
        (PersonInput("x" * 201), "full_name", "NAME_TOO_LONG"),
        (PersonInput("Ada\x00Ample"), "full_name", "NAME_MALFORMED"),
        (PersonInput("Ada\nAmple"), "full_name", "NAME_MALFORMED"),
        (PersonInput("Ada\u202eelpmA"), "full_name", "NAME_MALFORMED"),
        (PersonInput("Ada Ample", called="A\x07"), "called", "NAME_MALFORMED"),
        (PersonInput("Ada Ample", email="ada"), "email", "EMAIL_MALFORMED"),
        (PersonInput("Ada Ample", email="ada@example"), "email", "EMAIL_MALFORMED"),
        (PersonInput("Ada Ample", email="ada@ex ample.org"), "email", "EMAIL_MALFORMED"),
        (PersonInput("Ada Ample", email="a@b@example.org"), "email", "EMAIL_MALFORMED"),
        (PersonInput("Ada Ample", email=f"{'a' * 250}@example.org"), "email", "EMAIL_MALFORMED"),
        (PersonInput("Ada Ample", phone="ring me"), "phone", "PHONE_MALFORMED"),
        (PersonInput("Ada Ample", phone="12"), "phone", "PHONE_MALFORMED"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_by_its_field(person_input: PersonInput, field: str, reason: str) -> None:
    assert parse_details(person_input) == RejectedPerson(field, reason)


def test_a_row_is_kept_trimmed_and_composed_and_named_by_its_first_word() -> None:
    details = parse_details(PersonInput("  Zoe\u0308 Example ", email=" zoe@example.org ", phone="01632 960 001"))
    assert details == PersonDetails("Zo\u00eb Example", "Zo\u00eb", "zoe@example.org", "01632 960 001")


def test_a_name_may_join_letters_as_its_script_does() -> None:
    assert isinstance(parse_details(PersonInput("\u0646\u0627\u0645\u200c\u0647")), PersonDetails)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        pytest.param(f"{ARABIC} \u0646\u0648\u0631", ARABIC, id="Arabic"),
        pytest.param(TAMIL, TAMIL, id="Tamil"),
        pytest.param("D'Arcy O'Dell", "D'Arcy", id="an apostrophe"),
        pytest.param("D\u2019Arcy O\u2019Dell", "D\u2019Arcy", id="a curly apostrophe"),
        pytest.param("O", "O", id="one letter"),
        pytest.param("x" * 200, "x" * 200, id="two hundred letters"),
        pytest.param("e\u0301" * 200, "\u00e9" * 200, id="two hundred letters of two code points each"),
    ],
)
def test_a_name_is_kept_in_its_script_and_at_its_length(name: str, called: str) -> None:
    details = parse_details(PersonInput(name))
    assert details == PersonDetails(unicodedata.normalize("NFC", name), called, "", "")
    assert details.name_key, "it can be looked for"


def test_the_same_name_with_the_same_address_or_number_is_the_same_person() -> None:
    known = {("ada ample", "ada@example.org"): KNOWN, ("ada ample", "01632960001"): KNOWN}
    rows = [
        PersonInput("ADA  Ample", email="Ada@Example.org"),
        PersonInput("Ada Ample", phone="(01632) 960-001"),
        PersonInput("Ada Ample", email="another@example.org"),
        PersonInput("Ben Ample", email="ada@example.org"),
        PersonInput("Ada Ample"),
    ]
    decided = decide_registrations([parse_details(row) for row in rows], known, IDS)
    assert decided[:2] == [RejectedPerson("full_name", "PERSON_KNOWN", KNOWN)] * 2
    assert [one[0] for one in decided[2:] if not isinstance(one, RejectedPerson)] == IDS[2:]


def test_a_row_may_repeat_an_earlier_one_of_its_batch() -> None:
    decided = decide_registrations(
        [parse_details(PersonInput("Ada Ample", email=email)) for email in ("a@example.org", "A@example.org")], {}, IDS[:2]
    )
    assert decided[1] == RejectedPerson("full_name", "PERSON_KNOWN", IDS[0])


@given(st.text(max_size=250), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_typed_is_taken_clean_or_refused_by_name(full_name: str, called: str, email: str, phone: str) -> None:
    row = parse_details(PersonInput(full_name, called, email, phone))
    if isinstance(row, RejectedPerson):
        assert row.field in {"full_name", "called", "email", "phone"}
    else:
        assert 1 <= len(row.full_name) <= 200
        assert row.called
        assert all(one.isprintable() or one in "\u00a0\u200c\u200d" or one.isspace() or ord(one) > 127 for one in row.full_name)
        assert parse_details(PersonInput(row.full_name, row.called, row.email, row.phone)) == row
