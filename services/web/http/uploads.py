"""Forms with a small text file: multipart bodies, parsed by the standard library."""

from email.parser import BytesParser
from email.policy import HTTP

from services.web.http.forms import Form, FormRejected

_MAX_PARTS = 20


def is_upload(content_type: str) -> bool:
    """Whether the form contains a file."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


def parse_upload(body: bytes, content_type: str) -> Form:
    """The form's fields, each once; a file becomes its text. The caller has limited the size of the body."""
    headers = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(headers + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not 0 < len(parts) <= _MAX_PARTS:
        raise FormRejected("FORM_UNREADABLE")
    fields: dict[str, str] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise FormRejected("FORM_UNREADABLE")
        try:
            fields[name] = content.decode("utf-8").replace("\r\n", "\n").replace("\0", "")
        except UnicodeDecodeError as error:
            raise FormRejected("FORM_UNREADABLE") from error
    return Form(fields)
