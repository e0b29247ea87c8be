"""The header of a list of members: which columns there are, and what was probably meant by another name."""

from collections.abc import Sequence
from difflib import get_close_matches

COLUMNS = ("number", "name", "class", "joined", "address", "email", "phone", "called")
REQUIRED = ("name", "class")
_MEANT = {
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


class UnreadableFileError(Exception):
    """Nothing can be taken from this file: why, and what to do."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(f"{why} {fix}")
        self.why = why
        self.fix = fix


def delimiter_of(header: str) -> str:
    """A comma or a semicolon, whichever the header has more of. Raises UnreadableFileError."""
    if not header.strip():
        raise UnreadableFileError("Its first line is empty.", f"The first line names the columns: {','.join(COLUMNS)}")
    found = {one: header.count(one) for one in (",", ";", "\t")}
    best = max(found, key=lambda one: found[one])
    if not found[best]:
        raise UnreadableFileError(
            "Its first line has neither commas nor semicolons.", f"The first line names the columns: {','.join(COLUMNS)}"
        )
    if best == "\t":
        raise UnreadableFileError("Its columns are parted by tabs.", 'Save it as "CSV UTF-8", with commas or semicolons.')
    return best


def columns_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Our name for each column; a nameless one stays empty. Raises UnreadableFileError naming everything wrong with the header."""
    names = tuple(cell.strip().casefold() for cell in cells)
    wrong = [f'There is no column "{cell.strip()}". {_suggestion(name)}' for cell, name in zip(cells, names, strict=True) if _unknown(name)]
    wrong += [f'The column "{name}" is there twice.' for name in dict.fromkeys(names) if name and names.count(name) > 1]
    if not wrong:
        wrong += [f'The column "{name}" is missing.' for name in REQUIRED if name not in names]
    if wrong:
        raise UnreadableFileError(
            " ".join(wrong), f"Columns may be: {', '.join(COLUMNS)}. The first line names them; name and class must be there."
        )
    return names


def _unknown(name: str) -> bool:
    return bool(name) and name not in COLUMNS


def _suggestion(name: str) -> str:
    plain = " ".join(name.replace("_", " ").replace("-", " ").split())
    near = [_MEANT[plain]] if plain in _MEANT else get_close_matches(plain, COLUMNS, n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else "Take it out."
