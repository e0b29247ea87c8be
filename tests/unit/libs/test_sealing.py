"""What is sealed for a person opens only for that person, in that place, with their key."""

from uuid import UUID

import pytest

from libs.sealing import PersonCipher, SealBrokenError

ADA, BO = UUID(int=1), UUID(int=2)
KEY = bytes(range(32))


def test_what_is_sealed_opens_again_and_is_never_the_same_twice() -> None:
    cipher = PersonCipher(ADA, KEY)
    first, second = cipher.seal(b"tea with milk", "about.likes"), cipher.seal(b"tea with milk", "about.likes")
    assert first != second
    assert cipher.open(first, "about.likes") == cipher.open(second, "about.likes") == b"tea with milk"
    assert b"tea" not in first


@pytest.mark.parametrize(
    ("cipher", "place", "cut"),
    [
        (PersonCipher(BO, KEY), "about.likes", None),
        (PersonCipher(ADA, KEY[::-1]), "about.likes", None),
        (PersonCipher(ADA, KEY), "about.needs", None),
        (PersonCipher(ADA, KEY), "about.likes", -1),
        (PersonCipher(ADA, KEY), "about.likes", 5),
        (PersonCipher(ADA, KEY), "about.likes", 0),
    ],
)
def test_anybody_elses_elsewhere_or_altered_does_not_open(cipher: PersonCipher, place: str, cut: int | None) -> None:
    sealed = PersonCipher(ADA, KEY).seal(b"tea with milk", "about.likes")
    with pytest.raises(SealBrokenError):
        cipher.open(sealed[:cut], place)
