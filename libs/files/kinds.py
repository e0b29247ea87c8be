"""Kinds of files, told by their first bytes and never by a name or by what a browser says."""

from enum import StrEnum

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
"""Bytes of a file as handed in."""


class FileKind(StrEnum):
    """A kind of file by its media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    OGG = "audio/ogg"
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"


IMAGES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP})
DOCUMENTS = IMAGES | {FileKind.PDF}
"""What shows a paper: a photo of it, or a PDF."""

_MAGIC: tuple[tuple[FileKind, tuple[tuple[int, bytes], ...]], ...] = (
    # Where, and which bytes: https://www.iana.org/assignments/media-types/ and the formats' own specifications.
    (FileKind.PDF, ((0, b"%PDF-"),)),
    (FileKind.JPEG, ((0, b"\xff\xd8\xff"),)),
    (FileKind.PNG, ((0, b"\x89PNG\r\n\x1a\n"),)),
    (FileKind.WEBP, ((0, b"RIFF"), (8, b"WEBP"))),
    (FileKind.OGG, ((0, b"OggS"),)),
    (FileKind.MP3, ((0, b"ID3"),)),
    (FileKind.MP3, ((0, b"\xff\xfb"),)),
    (FileKind.MP3, ((0, b"\xff\xf3"),)),
    (FileKind.M4A, ((4, b"ftypM4A"),)),
)


def sniff(content: bytes) -> FileKind | None:
    """The kind that the first bytes say; None for every other."""
    return next((kind for kind, marks in _MAGIC if all(content.startswith(mark, at) for at, mark in marks)), None)
