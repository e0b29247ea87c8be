"""Formats a number with the singular or plural form of a noun: 1 person, 2 people."""


def plural(number: int, singular: str, plural_form: str) -> str:
    return f"{number} {singular if number == 1 else plural_form}"
