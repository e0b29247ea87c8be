"""Parses the header of a list of members, and suggests the intended column for an unknown name."""

from collections.abc import Sequence
from difflib import get_close_matches

COLUMNS = ("number", "name", "class", "joined", "address", "email", "phone", "called")
REQUIRED = ("name", "class")
_SYNONYMS = {
    "full name": "name",
    "fullname": "name",
    "member": "name",
    "member name": "name",
    "e mail": "email",
    "mail": "email",
    "email address": "email",
    "telephone": "phone",
    "tel": "phone",
    "mobile": "phone",
    "no": "number",
    "id": "number",
    "member number": "number",
    "membership number": "number",
    "type": "class",
    "category": "class",
    "member class": "class",
    "member type": "class",
    "date joined": "joined",
    "joined on": "joined",
    "join date": "joined",
    "since": "joined",
    "admitted": "joined",
    "postal address": "address",
    "home address": "address",
    "street": "address",
    "nickname": "called",
    "known as": "called",
    "preferred name": "called",
}


class UnreadableCsvError(Exception):
    """The whole file cannot be read: why, and what to do."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(f"{why} {fix}")
        self.why = why
        self.fix = fix


def detect_delimiter(header: str) -> str:
    """The delimiter: a comma or a semicolon, whichever occurs more often in the header. Raises UnreadableCsvError."""
    if not header.strip():
        raise UnreadableCsvError("Its first line is empty.", f"The first line names the columns: {','.join(COLUMNS)}")
    counts = {delimiter: header.count(delimiter) for delimiter in (",", ";", "\t")}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    if not counts[best]:
        raise UnreadableCsvError(
            "Its first line has neither commas nor semicolons.", f"The first line names the columns: {','.join(COLUMNS)}"
        )
    if best == "\t":
        raise UnreadableCsvError("Its columns are parted by tabs.", 'Save it as "CSV UTF-8", with commas or semicolons.')
    return best


def parse_header(cells: Sequence[str]) -> tuple[str, ...]:
    """Our name for each column; empty for a column without a name. Raises UnreadableCsvError naming every error of the header."""
    names = tuple(cell.strip().casefold() for cell in cells)
    problems = [
        f'There is no column "{cell.strip()}". {_suggestion(name)}' for cell, name in zip(cells, names, strict=True) if _unknown(name)
    ]
    problems += [f'The column "{name}" is there twice.' for name in dict.fromkeys(names) if name and names.count(name) > 1]
    if not problems:
        problems += [f'The column "{name}" is missing.' for name in REQUIRED if name not in names]
    if problems:
        raise UnreadableCsvError(
            " ".join(problems), f"Columns may be: {', '.join(COLUMNS)}. The first line names them; name and class must be there."
        )
    return names


def _unknown(name: str) -> bool:
    return bool(name) and name not in COLUMNS


def _suggestion(name: str) -> str:
    plain = " ".join(name.replace("_", " ").replace("-", " ").split())
    near = [_SYNONYMS[plain]] if plain in _SYNONYMS else get_close_matches(plain, COLUMNS, n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else "Take it out."
