"""Forms with a file: multipart bodies, parsed by Starlette. A file is a small text, or bytes of any kind that the services judge."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from libs import texts
from services.web.http.forms import Form, FormRejected
from services.web.localisation.date_fields import join_dates

_MAX_FIELDS, _MAX_FILES = 20, 1
_PIECE = 64 * 1024


def is_upload(content_type: str) -> bool:
    """Whether the form contains a file."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


async def parse_upload(body: bytes, headers: Headers) -> Form:
    """The form's fields, each once; a file becomes its text. The caller has limited the size of the body."""
    fields, files = await _parse(body, headers)
    try:
        # A file stays as it is but for its line ends: it may be signed. What else it must not hold, the called service says.
        contents = {name: _plain(content.decode()) for name, content in files.items()}
    except UnicodeDecodeError as error:
        raise FormRejected("FORM_UNREADABLE") from error
    return Form(_clean(fields) | contents)


async def parse_file_upload(body: bytes, headers: Headers) -> Form:
    """The form's fields, each once, and its file as it is; without the file where none was chosen."""
    fields, files = await _parse(body, headers)
    return Form(join_dates(_clean(fields)), {name: content for name, content in files.items() if content})


async def _parse(body: bytes, headers: Headers) -> tuple[dict[str, str], dict[str, bytes]]:
    async def stream() -> AsyncGenerator[bytes, None]:
        # In pieces, so that others are answered in between.
        for start in range(0, len(body), _PIECE):
            yield body[start : start + _PIECE]
            await asyncio.sleep(0)

    try:
        data = await MultiPartParser(headers, stream(), max_files=_MAX_FILES, max_fields=_MAX_FIELDS).parse()
        try:
            fields = {name: value for name, value in data.multi_items() if isinstance(value, str)}
            files = {name: await value.read() for name, value in data.multi_items() if isinstance(value, UploadFile)}
        finally:
            await data.close()
    except MultiPartException as error:
        raise FormRejected("FORM_UNREADABLE") from error
    if not fields and not files:
        raise FormRejected("FORM_UNREADABLE")
    if not all(map(texts.is_usable, (*fields, *files))):
        raise FormRejected("FORM_UNREADABLE")
    return fields, files


def _clean(fields: dict[str, str]) -> dict[str, str]:
    return {name: texts.clean(_plain(text)) for name, text in fields.items()}


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "")
