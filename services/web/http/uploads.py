"""Forms with a small text file: multipart bodies, parsed by Starlette."""

from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from libs import texts
from services.web.http.forms import Form, FormRejected

_MAX_FIELDS, _MAX_FILES = 20, 1


def is_upload(content_type: str) -> bool:
    """Whether the form contains a file."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


async def parse_upload(body: bytes, headers: Headers) -> Form:
    """The form's fields, each once; a file becomes its text. The caller has limited the size of the body."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        data = await MultiPartParser(headers, stream(), max_files=_MAX_FILES, max_fields=_MAX_FIELDS).parse()
        files = {name for name, value in data.multi_items() if isinstance(value, UploadFile)}
        try:
            fields = {name: (await value.read()).decode() if isinstance(value, UploadFile) else value for name, value in data.multi_items()}
        finally:
            await data.close()
    except (MultiPartException, UnicodeDecodeError) as error:
        raise FormRejected("FORM_UNREADABLE") from error
    if not fields:
        raise FormRejected("FORM_UNREADABLE")
    if not all(map(texts.is_usable, fields)):
        raise FormRejected("FORM_UNREADABLE")
    # A file stays as it is but for its line ends: it may be signed. What else it must not hold, the called service says.
    return Form({name: _plain(text) if name in files else texts.clean(_plain(text)) for name, text in fields.items()})


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "")
