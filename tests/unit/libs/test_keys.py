"""Kith and the verifier both refuse keys of small order: all eight points, in every encoding."""

import pytest

from libs.signing.keys import is_public_key
from scripts.verifier import json_values
from scripts.verifier.json_values import MalformedError

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def _add_points(one: Point, other: Point) -> Point:
    """RFC 8032, section 5.1.4, without its projective coordinates."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def _points_with_y(y: int) -> list[Point]:
    """Section 5.1.3: both points with this y, where there are any."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    return [(root, y), (-root % P, y)] if root * root % P == square else []


def _small_order_points() -> set[Point]:
    """Eight times any point leaves out its part of small order; a large prime times it leaves nothing else."""
    order = 2**252 + 27742317777372353535851937790883648493
    y = next(y for y in range(2, 100) for point in _points_with_y(y) if len(_multiples(_multiply_point(order, point))) == 8)
    return _multiples(_multiply_point(order, _points_with_y(y)[0]))


def _multiply_point(number: int, point: Point) -> Point:
    result: Point = (0, 1)
    while number:
        result = _add_points(result, point) if number & 1 else result
        number, point = number >> 1, _add_points(point, point)
    return result


def _multiples(point: Point) -> set[Point]:
    return {_multiply_point(number, point) for number in range(8)}


SMALL = sorted({y for _, y in _small_order_points()})
WRITTEN_TWICE = [*range(P, 2**255)]
WRONG = [(y + sign * 2**255).to_bytes(32, "little") for y in [*SMALL, *WRITTEN_TWICE] for sign in (0, 1)]


def test_there_are_eight_points_with_five_y() -> None:
    assert len(_small_order_points()) == 8
    assert len(SMALL) == 5


@pytest.mark.parametrize("key", WRONG, ids=bytes.hex)
def test_a_key_of_small_order_or_in_a_second_writing_is_refused_by_both(key: bytes) -> None:
    assert not is_public_key(key)
    with pytest.raises(MalformedError):
        json_values.parse_public_key(key.hex())


def test_every_other_y_can_be_a_key() -> None:
    others = [y + sign * 2**255 for y in (2, 3, 4, 5, 9, P - 2, P - 3, *(y + 1 for y in SMALL if 2 < y < P - 1)) for sign in (0, 1)]
    for y in others:
        key = y.to_bytes(32, "little")
        assert is_public_key(key)
        assert json_values.parse_public_key(key.hex()) == key.hex()
