"""Checks a file that somebody handed in, and makes it new without what they did not mean to hand in.

- A picture is decoded and encoded anew: turned upright, at most 3,200 pixels on its longer side, without EXIF (place, time, camera),
  comments, thumbnails, colour profile, further frames, or anything behind its end.
- A PDF stays as it is, and is refused if it is encrypted, does not parse, carries a script, starts something, sends something or holds
  files. It is only ever served as a download.
- Sounds are recognised and, as nothing takes them yet, refused wherever `accepted` does not name them; they are never stored unchecked.

This decodes hostile input, so it runs in a process of its own (`libs/files/clean_process.py`).
"""

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from libs.files.kinds import IMAGES, LARGEST_FILE, FileKind, sniff
from libs.refusals import Invalid, Refusal, invalid

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 64_000_000
"""Of a picture as handed in, known from its header before anything is decoded. The largest common telephone camera has 50 million."""
LONGER_SIDE = 3200
"""Of a picture as stored: a page of A4 at 270 dots per inch."""
MAX_PDF_OBJECTS = 50_000
_QUALITY = 90
_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP"}
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/XFA", "/RichMediaContent"}
_ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute", "/GoToE", "/Movie", "/Sound"}
_ACTIVE_TYPES = {"/EmbeddedFile", "/Filespec"}


@dataclass(frozen=True)
class CleanFile:
    """A file that may be stored."""

    kind: FileKind
    content: bytes


def clean(content: bytes, accepted: Collection[FileKind]) -> CleanFile:
    """Raises Invalid with the field `file`: FILE_EMPTY, FILE_TOO_BIG, FILE_KIND_UNKNOWN, FILE_KIND_REFUSED, FILE_BROKEN,
    FILE_TOO_MANY_PIXELS, FILE_ENCRYPTED or FILE_ACTIVE.
    """
    if not content:
        raise invalid("file", "FILE_EMPTY")
    if len(content) > LARGEST_FILE:
        raise invalid("file", "FILE_TOO_BIG", at_most=str(LARGEST_FILE))
    kind = sniff(content)
    if kind is None:
        raise invalid("file", "FILE_KIND_UNKNOWN")
    if kind not in accepted:
        raise invalid("file", "FILE_KIND_REFUSED", kind=kind.value)
    if kind not in IMAGES and kind is not FileKind.PDF:
        # No decoder of sounds is among our libraries, so that none can be made new.
        raise invalid("file", "FILE_KIND_REFUSED", kind=kind.value)
    try:
        return CleanFile(kind, _new_picture(content, kind) if kind in IMAGES else _checked_pdf(content))
    except Refusal:
        raise
    except Exception as error:  # decoders raise whatever they meet; whichever it is, the file is no good
        raise invalid("file", "FILE_BROKEN") from error


def _new_picture(content: bytes, kind: FileKind) -> bytes:
    # Heavy, and only needed where files are handed in.
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        # Pillow warns of a picture that would fill the memory.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(BytesIO(content), formats=[_FORMATS[kind]])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels() from error
    with picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_many_pixels()
        # A JPEG is decoded at half or quarter size where that is still enough.
        longer = max(picture.size)
        picture.draft(None, (picture.width * LONGER_SIDE // longer, picture.height * LONGER_SIDE // longer))
        picture.load()
        # Smaller first: each step holds the picture twice.
        picture.thumbnail((LONGER_SIDE, LONGER_SIDE))
        ImageOps.exif_transpose(picture, in_place=True)
        return _encode(picture, kind)


def _encode(picture: "Image.Image", kind: FileKind) -> bytes:
    """Of the pixels alone: `new` and `paste` leave behind all that a picture carries besides."""
    from PIL import Image

    mode = "RGB" if kind is FileKind.JPEG or not picture.has_transparency_data else "RGBA"
    pixels = picture if picture.mode == mode else picture.convert(mode)
    bare = Image.new(mode, pixels.size)
    bare.paste(pixels)
    out = BytesIO()
    bare.save(out, _FORMATS[kind], **({} if kind is FileKind.PNG else {"quality": _QUALITY}))
    return out.getvalue()


def _too_many_pixels() -> Invalid:
    return invalid("file", "FILE_TOO_MANY_PIXELS", at_most=str(MAX_PIXELS))


def _checked_pdf(content: bytes) -> bytes:
    from pypdf import PdfReader
    from pypdf.generic import IndirectObject

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        raise invalid("file", "FILE_ENCRYPTED")
    if not len(reader.pages):
        raise invalid("file", "FILE_BROKEN")
    # Every object that the file has, not only those its pages lead to: another reader may follow another way.
    numbers = [(number, generation) for generation, numbers in reader.xref.items() for number in numbers]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > MAX_PDF_OBJECTS:
        raise invalid("file", "FILE_BROKEN")
    waiting: list[object] = [
        reader.trailer,
        *(reader.get_object(IndirectObject(number, generation, reader)) for number, generation in numbers),
    ]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if _is_active(part):
                raise invalid("file", "FILE_ACTIVE")
            waiting += [value for value in part.values() if isinstance(value, dict | list)]
        elif isinstance(part, list):
            waiting += [value for value in part if isinstance(value, dict | list)]
    return content


def _is_active(part: "dict[object, object]") -> bool:
    return (
        not _ACTIVE_KEYS.isdisjoint(map(str, part))
        or _resolved(part.get("/S")) in _ACTIVE_ACTIONS
        or _resolved(part.get("/Type")) in _ACTIVE_TYPES
    )


def _resolved(value: object) -> str:
    """A value may stand elsewhere in the file."""
    from pypdf.generic import IndirectObject

    return str(value.get_object() if isinstance(value, IndirectObject) else value)
