"""A form that brings a small text file along: multipart, read by the standard library's own reader of such bodies."""

from email.parser import BytesParser
from email.policy import HTTP

from services.web.door.forms import Form, FormRefused

_MOST_PARTS = 20


def is_upload(content_type: str) -> bool:
    """Whether the form says that it brings a file."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


def read(body: bytes, content_type: str) -> Form:
    """The fields, each once; a file is the text in it. The body was held to a form's size before."""
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not 0 < len(parts) <= _MOST_PARTS:
        raise FormRefused("FORM_UNREADABLE")
    fields: dict[str, str] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise FormRefused("FORM_UNREADABLE")
        try:
            fields[name] = content.decode("utf-8").replace("\r\n", "\n").replace("\0", "")
        except UnicodeDecodeError as error:
            raise FormRefused("FORM_UNREADABLE") from error
    return Form(fields)
