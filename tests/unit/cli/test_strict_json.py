"""What is wrong in a JSON document is said with the value as it was written."""

import pytest

from scripts.cli.strict_json import JsonNode, JsonNodeError


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("660.5", "must be a whole number, zero or more, not 660.5"),
        ("-1", "must be a whole number, zero or more, not -1"),
        ("1" + "0" * 400 + ".5", "must be a whole number, zero or more, not"),
        ("1" + "0" * 30, "must be a whole number, at most 9007199254740991, not 1000"),
        ("9007199254740992", "must be a whole number, at most 9007199254740991, not 9007199254740992"),
    ],
)
def test_a_wrong_number_is_shown_as_it_was_written(value: str, says: str) -> None:
    node = JsonNode.parse(f'{{"rest": {value}}}').fields()["rest"]
    with pytest.raises(JsonNodeError) as caught:
        node.integer()
    assert says in str(caught.value)
    assert len(str(caught.value)) < 200


def test_the_largest_number_that_every_reader_keeps_is_taken() -> None:
    assert JsonNode.parse("9007199254740991").integer() == 2**53 - 1
