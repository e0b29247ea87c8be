"""Whether a file is UTF-8, and if not, what it looks like and how to save it so."""

import codecs
from pathlib import Path

from scripts.cli.member_columns import UnreadableFileError

_HOW = (
    'Save it as UTF-8 and try again. In Excel: File, Save As, "CSV UTF-8 (Comma delimited)". '
    'In LibreOffice: File, Save As, "Text CSV", tick "Edit filter settings", character set "Unicode (UTF-8)".'
)
_CHUNK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def require_utf8(path: Path) -> None:
    """Raises UnreadableFileError for a file that is not UTF-8 (with or without a byte order mark), or is empty."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        if not head:
            raise UnreadableFileError("It is empty.", "Write a header and one row for each member.")
        _refuse_other_kinds(head)
        decoder = codecs.getincrementaldecoder("utf-8")()
        lines, chunk = 1, head
        while True:
            kept = decoder.getstate()[0]
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(kept + chunk, error.start, lines) from None
            if not chunk:
                return
            lines += chunk.count(b"\n")
            chunk = file.read(_CHUNK)


def _refuse_other_kinds(head: bytes) -> None:
    if head.startswith(_WORKBOOKS):
        raise UnreadableFileError("It is a spreadsheet and not a CSV file.", _HOW)
    mark = next((name for begins, name in _MARKS if head.startswith(begins)), None)
    if mark is None and b"\0" in head[:200]:
        mark = "UTF-16"
    if mark is not None:
        raise UnreadableFileError(f"It looks like {mark} and not UTF-8.", _HOW)


def _not_utf8(data: bytes, at: int, lines: int) -> UnreadableFileError:
    line = lines + data.count(b"\n", 0, at)
    byte = data[at : at + 1]
    try:
        meant = f'where "{byte.decode("cp1252")}" would stand in it'
        looks = f"It looks like Windows-1252 and not UTF-8: line {line} has the byte {byte.hex().upper()}, {meant}."
    except UnicodeDecodeError:
        looks = f"It is not UTF-8: line {line} has the byte {byte.hex().upper()}."
    return UnreadableFileError(looks, _HOW)
