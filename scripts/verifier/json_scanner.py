"""Reads JSON bytes of a known structure from front to back, so that memory holds one item of a long list at a time."""

from collections.abc import Callable

from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode_at
from scripts.verifier.json_values import MalformedError, parse_list_of


class JsonScanner:
    """Reads one document. Every method raises MalformedError or NotCanonicalJsonError where something else stands there."""

    def __init__(self, data: bytes) -> None:
        try:
            self._text = data.decode("utf-8")
        except ValueError:
            raise NotCanonicalJsonError("it is not JSON in UTF-8") from None
        self._at = 0

    def expect(self, literal: str) -> None:
        """Passes over exactly these characters."""
        if not self._text.startswith(literal, self._at):
            raise MalformedError(f"it does not have {literal} where it must be, or is not written in the one form of RFC 8785")
        self._at += len(literal)

    def expect_end(self, literal: str) -> None:
        self.expect(literal)
        if self._at != len(self._text):
            raise MalformedError("something follows after its end")

    def read_value(self) -> Json:
        """The next value, which is written in its one form."""
        return self._read()[0]

    def skip_list(self, most: int, *parse_each: Callable[[Json], object]) -> None:
        """Checks a sorted list of at most so many lists, each with one value for each parser."""
        self.expect("[")
        if self._text.startswith("]", self._at):
            self._at += 1
            return
        before, count, end = b"", 0, ","
        while end == ",":
            value, data = self._read()
            for parse, part in zip(parse_each, parse_list_of(value, len(parse_each)), strict=True):
                parse(part)
            count += 1
            if count > most:
                raise MalformedError("a list is longer than it can be in this vote")
            if data <= before:
                raise MalformedError("a list is not sorted, or has an item twice")
            before, end = data, self._text[self._at : self._at + 1]
            self._at += 1
        if end != "]":
            raise MalformedError("a list does not end")

    def _read(self) -> tuple[Json, bytes]:
        value, data, self._at = decode_at(self._text, self._at)
        return value, data
