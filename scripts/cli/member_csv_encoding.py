"""Checks that a file is UTF-8; if not, the error names the likely encoding and how to save it as UTF-8."""

import codecs
from pathlib import Path

from scripts.cli.member_csv_header import UnreadableCsvError

_HOW_TO_SAVE = (
    'Save it as UTF-8 and try again. In Excel: File, Save As, "CSV UTF-8 (Comma delimited)". '
    'In LibreOffice: File, Save As, "Text CSV", tick "Edit filter settings", character set "Unicode (UTF-8)".'
)
_CHUNK = 1 << 16
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SPREADSHEET_PREFIXES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def require_utf8(path: Path) -> None:
    """Raises UnreadableCsvError for a file that is not UTF-8 (with or without a byte order mark), or is empty."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        if not head:
            raise UnreadableCsvError("It is empty.", "Write a header and one row for each member.")
        _refuse_other_kinds(head)
        decoder = codecs.getincrementaldecoder("utf-8")()
        lines, chunk = 1, head
        while True:
            pending = decoder.getstate()[0]
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(pending + chunk, error.start, lines) from None
            if not chunk:
                return
            lines += chunk.count(b"\n")
            chunk = file.read(_CHUNK)


def _refuse_other_kinds(head: bytes) -> None:
    if head.startswith(_SPREADSHEET_PREFIXES):
        raise UnreadableCsvError("It is a spreadsheet and not a CSV file.", _HOW_TO_SAVE)
    encoding = next((name for begins, name in _BYTE_ORDER_MARKS if head.startswith(begins)), None)
    if encoding is None and b"\0" in head[:200]:
        encoding = "UTF-16"
    if encoding is not None:
        raise UnreadableCsvError(f"It looks like {encoding} and not UTF-8.", _HOW_TO_SAVE)


def _not_utf8(data: bytes, offset: int, lines: int) -> UnreadableCsvError:
    line = lines + data.count(b"\n", 0, offset)
    byte = data[offset : offset + 1]
    try:
        hint = f'where "{byte.decode("cp1252")}" would stand in it'
        problem = f"It looks like Windows-1252 and not UTF-8: line {line} has the byte {byte.hex().upper()}, {hint}."
    except UnicodeDecodeError:
        problem = f"It is not UTF-8: line {line} has the byte {byte.hex().upper()}."
    return UnreadableCsvError(problem, _HOW_TO_SAVE)
