"""A file that is handed in is what its bytes are, and is stored without what nobody meant to hand in."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from libs.files.clean_process import clean_apart
from libs.files.cleaning import LONGER_SIDE, clean
from libs.files.kinds import DOCUMENTS, LARGEST_FILE, FileKind, sniff
from libs.refusals import Invalid

ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **saved: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    image.save(out, kind, **saved)
    return out.getvalue()


def photo_of_a_telephone() -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = 6, "at home with Ada"
    exif.get_ifd(GPS)[2] = (51.0, 30.0, 0.0)
    return picture(exif=exif, comment=b"taken at 1 Example Row", quality=95)


def pdf(change: "DictionaryObject | None" = None, *, password: str = "", key: str = "/OpenAction") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if change is not None:
        writer.root_object[NameObject(key)] = writer._add_object(change)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def action(kind: str, **more: str) -> DictionaryObject:
    entries = {NameObject(f"/{name}"): TextStringObject(value) for name, value in more.items()}
    return DictionaryObject({NameObject("/S"): NameObject(kind)} | entries)


def giant_png(width: int, height: int) -> bytes:
    """A few bytes that say they are that large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def reddish(image: Image.Image, down: int) -> bool:
    red, _, blue = image.convert("RGB").resize((1, image.height)).tobytes()[down * 3 : down * 3 + 3]
    return red > 200 and blue < 60


def reason_of(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        clean(content, DOCUMENTS)
    assert [problem.field for problem in refused.value.problems] == ["file"]
    return refused.value.reason


@pytest.mark.capability("I6")
def test_a_photo_keeps_its_pixels_upright_and_nothing_else() -> None:
    handed_in = photo_of_a_telephone()
    assert b"at home with Ada" in handed_in
    assert b"1 Example Row" in handed_in

    stored = clean(handed_in, DOCUMENTS)

    assert (stored.kind, sniff(stored.content)) == (FileKind.JPEG, FileKind.JPEG)
    with Image.open(BytesIO(stored.content)) as image:
        # Orientation 6 means: turn it a quarter to the right to see it. The red half, on the left, comes to the top.
        assert image.size == (20, 40)
        assert [reddish(image, 5), reddish(image, 35)] == [True, False]
        assert not image.getexif()
        assert "exif" not in image.info
        assert "comment" not in image.info
    assert b"at home with Ada" not in stored.content
    assert b"1 Example Row" not in stored.content


@pytest.mark.parametrize(
    ("kind", "media_type", "mode"),
    [("PNG", FileKind.PNG, "RGB"), ("PNG", FileKind.PNG, "RGBA"), ("WEBP", FileKind.WEBP, "RGB"), ("JPEG", FileKind.JPEG, "CMYK")],
)
def test_each_kind_of_picture_stays_what_it_was(kind: str, media_type: FileKind, mode: str) -> None:
    stored = clean(picture(kind, mode=mode) + b"<script>behind the end</script>", DOCUMENTS)

    with Image.open(BytesIO(stored.content)) as image:
        assert (stored.kind, image.format, image.size) == (media_type, kind, (40, 20))
        assert not image.info.get("exif")
    assert b"script" not in stored.content


def test_a_text_in_a_png_is_left_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "Ada Ample")
    assert b"Ada Ample" in picture("PNG", pnginfo=info)
    assert b"Ada Ample" not in clean(picture("PNG", pnginfo=info), DOCUMENTS).content


def test_a_large_photo_becomes_smaller() -> None:
    stored = clean(picture(size=(5000, 2500)), DOCUMENTS)

    with Image.open(BytesIO(stored.content)) as image:
        assert image.size == (LONGER_SIDE, LONGER_SIDE // 2)


@pytest.mark.capability("I6")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "FILE_EMPTY", id="nothing"),
        pytest.param(b"\xff\xd8\xff" + b"\0" * (40 * 1024 * 1024), "FILE_TOO_BIG", id="forty megabytes"),
        pytest.param(b"<html><script>alert(1)</script></html>", "FILE_KIND_UNKNOWN", id="HTML called a PNG"),
        pytest.param(b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", "FILE_BROKEN", id="HTML that begins like a PNG"),
        pytest.param(b"GIF89a" + b"\0" * 100, "FILE_KIND_UNKNOWN", id="a kind nobody needs"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "FILE_KIND_UNKNOWN", id="a picture that is a program"),
        pytest.param(b"\0\0\0\x18ftypM4A " + b"\0" * 100, "FILE_KIND_REFUSED", id="a sound"),
        pytest.param(photo_of_a_telephone()[:-200], "FILE_BROKEN", id="a JPEG cut off"),
        pytest.param(picture("PNG")[:60], "FILE_BROKEN", id="a PNG cut off"),
        pytest.param(giant_png(50_000, 50_000), "FILE_TOO_MANY_PIXELS", id="a PNG of 2.5 thousand million pixels"),
        pytest.param(giant_png(9_000, 9_000), "FILE_TOO_MANY_PIXELS", id="a PNG a little too large"),
        pytest.param(b"%PDF-1.7\nnothing", "FILE_BROKEN", id="a PDF of nothing"),
        pytest.param(pdf(password="secret"), "FILE_ENCRYPTED", id="a PDF with a password"),
        pytest.param(pdf(action("/JavaScript", JS="app.alert(1)")), "FILE_ACTIVE", id="a PDF with a script"),
        pytest.param(pdf(action("/Launch", F="cmd.exe")), "FILE_ACTIVE", id="a PDF that starts a program"),
        pytest.param(pdf(action("/SubmitForm", F="http://example.org")), "FILE_ACTIVE", id="a PDF that sends"),
        pytest.param(
            pdf(DictionaryObject({NameObject("/EmbeddedFiles"): ArrayObject()}), key="/Names"), "FILE_ACTIVE", id="a PDF with files in it"
        ),
        pytest.param(pdf(action("/JavaScript")).replace(b"/JavaScript", b"/J#61vaScript"), "FILE_ACTIVE", id="a name written otherwise"),
    ],
)
def test_what_is_no_paper_is_refused(content: bytes, reason: str) -> None:
    assert reason_of(content) == reason


def test_a_plain_pdf_stays_as_it_is() -> None:
    content = pdf()

    stored = clean(content, DOCUMENTS)

    assert (stored.kind, stored.content) == (FileKind.PDF, content)
    assert len(PdfReader(BytesIO(stored.content)).pages) == 1


def test_what_is_not_wanted_is_refused_though_it_is_sound() -> None:
    with pytest.raises(Invalid, match="FILE_KIND_REFUSED"):
        clean(picture("PNG"), {FileKind.PDF})


async def test_a_process_of_its_own_says_the_same() -> None:
    stored = await clean_apart(photo_of_a_telephone(), DOCUMENTS)
    assert stored == clean(photo_of_a_telephone(), DOCUMENTS)

    with pytest.raises(Invalid, match="FILE_TOO_MANY_PIXELS") as refused:
        await clean_apart(giant_png(50_000, 50_000), DOCUMENTS)
    assert refused.value.problems[0].field == "file"
    assert refused.value.details == {"at_most": "64000000"}


async def test_a_file_too_large_does_not_even_reach_the_process() -> None:
    with pytest.raises(Invalid, match="FILE_TOO_BIG"):
        await clean_apart(b"\xff\xd8\xff" + bytes(LARGEST_FILE), DOCUMENTS)
