"""Checks every text and every moment of a message, before anything reads it: one check for all RPCs, our own and those of peers."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from libs import texts
from libs.refusals import Invalid, invalid

_STRING, _MESSAGE = FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE
_TIMESTAMP = "google.protobuf.Timestamp"
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999, which is what protobuf itself allows in a Timestamp, and what a datetime holds."""


def check_message(message: Message) -> None:
    """Raises Invalid CHARACTER_NOT_ALLOWED or TIME_MALFORMED, with the field. Fields of bytes are left to who reads them."""
    if message.DESCRIPTOR.full_name == _TIMESTAMP:
        _check_timestamp(message)
        return
    for field, value in message.ListFields():
        if field.type == _STRING:
            for text in value if field.is_repeated else (value,):
                if not texts.is_usable(text):
                    raise invalid(field.name, "CHARACTER_NOT_ALLOWED")
        elif field.type == _MESSAGE:
            _check_parts(field, value)


def _check_parts(field: FieldDescriptor, value: Any) -> None:
    if not field.is_repeated:
        check_message(value)
    elif (entry := field.message_type) is not None and entry.GetOptions().map_entry:
        is_text = entry.fields_by_name["value"].type == _STRING
        for key, part in value.items():
            if not texts.is_usable(str(key)) or (is_text and not texts.is_usable(part)):
                raise invalid(field.name, "CHARACTER_NOT_ALLOWED")
            if isinstance(part, Message):
                check_message(part)
    else:
        for part in value:
            check_message(part)


def _check_timestamp(message: Any) -> None:
    if not (_FIRST_SECOND <= message.seconds <= _LAST_SECOND and 0 <= message.nanos < 1_000_000_000):
        raise Invalid("TIME_MALFORMED")


class UnreadableRequest:
    """What a request becomes whose bytes are no message: the interceptor refuses it, where gRPC would call it our own error."""


def tolerant(deserialise: Any) -> Any:
    """The deserialiser, returning UnreadableRequest instead of raising: text that is not UTF-8, bytes cut off."""

    def read(data: bytes) -> object:
        try:
            return deserialise(data)
        except DecodeError:
            return UnreadableRequest()

    return read


def check_request(request: object) -> None:
    """Raises Invalid MESSAGE_UNREADABLE, CHARACTER_NOT_ALLOWED or TIME_MALFORMED."""
    if isinstance(request, UnreadableRequest):
        raise Invalid("MESSAGE_UNREADABLE")
    if isinstance(request, Message):
        check_message(request)
