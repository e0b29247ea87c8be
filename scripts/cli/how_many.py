"""One person, two people: a number with the word that fits it."""


def how_many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
