"""Messages for refused rows of a list of members: why, and what to do."""

from collections.abc import Sequence
from difflib import get_close_matches

_SENTENCES = {
    "NAME_MISSING": "it has no name. Write the full name.",
    "NAME_TOO_LONG": "the name is too long. At most 200 characters fit.",
    "NAME_MALFORMED": "the name holds an invisible character. Type it again by hand.",
    "EMAIL_MALFORMED": "the e-mail address cannot be right. Write it like ash@example.org, or leave it empty.",
    "PHONE_MALFORMED": "the phone number cannot be right. Write digits and spaces, like 01632 960001, or leave it empty.",
    "CLASS_HAS_NO_RULEBOOK": "the co-op has no rulebook yet. Run kith up once, and import then.",
    "CLASS_UNKNOWN": "the rulebook in force has no such class. Write one of its keys.",
    "NUMBER_TAKEN": "another member has that number, or had it. Write another, or leave it empty for the next free one.",
    "NUMBER_MALFORMED": "that cannot be a member number. Write up to 20 letters and digits, or leave it empty for the next free one.",
    "NUMBER_DIFFERS": "they were a member before under another number, and keep it. Write that number, or leave it empty.",
    "DATE_IN_FUTURE": "the day of joining is still to come. Write a day that has been.",
    "DATE_MALFORMED": "the day of joining is no day. Write it as 2024-03-31.",
    "ADDRESS_TOO_LONG": "the address is too long. At most 500 characters fit.",
    "ADDRESS_MALFORMED": "the address holds an invisible character. Type it again by hand.",
    "PERSON_ERASED": "this person was erased. If they come back, import them as somebody new.",
    "PERSON_NOT_KNOWN_YET": "the register does not know this person. Import the same file again in a minute.",
}


def row_message(reason: str, field: str) -> str:
    """The sentence for a reason; the reason itself if there is none."""
    return _SENTENCES.get(reason, f"{reason.replace('_', ' ').lower()}{f' ({field})' if field else ''}. Put it right and import again.")


def unknown_class_message(text: str, known: Sequence[str]) -> str:
    """The message for a class that the co-op's rulebook does not have."""
    if not text:
        return f"it has no class. Write one of {', '.join(known)}."
    near = get_close_matches(text.casefold(), known, n=1)
    return f'there is no class "{text}". ' + (f'Did you mean "{near[0]}"?' if near else f"Write one of {', '.join(known)}.")
