"""Checks every text and every moment of a message, before anything reads it: one check for all RPCs, our own and those of peers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message

from libs import texts
from libs.refusals import Invalid, invalid

_STRING, _MESSAGE = FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE
_TIMESTAMP = "google.protobuf.Timestamp"
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999, which is what protobuf itself allows in a Timestamp, and what a datetime holds."""


@dataclass(frozen=True)
class _FieldNames:
    """The fields of one type of message that have to be looked at. A peer may send tens of thousands of parts, so it is looked up once."""

    is_timestamp: bool
    texts: tuple[str, ...]
    lists_of_texts: tuple[str, ...]
    parts: tuple[str, ...]
    lists_of_parts: tuple[str, ...]
    maps: tuple[str, ...]


def check_message(message: Message) -> None:
    """Raises Invalid CHARACTER_NOT_ALLOWED or TIME_MALFORMED, with the field. Fields of bytes are left to the code that reads them."""
    names = _names_of(message.DESCRIPTOR)
    if names.is_timestamp:
        _check_timestamp(message)
        return
    _check_texts(message, names)
    for name in names.parts:
        if message.HasField(name):
            check_message(getattr(message, name))
    for name in names.lists_of_parts:
        for part in getattr(message, name):
            check_message(part)
    for name in names.maps:
        _check_map(name, getattr(message, name))


def _check_texts(message: Message, names: _FieldNames) -> None:
    for name in names.texts:
        if not texts.is_usable(getattr(message, name)):
            raise invalid(name, "CHARACTER_NOT_ALLOWED")
    for name in names.lists_of_texts:
        if not all(map(texts.is_usable, getattr(message, name))):
            raise invalid(name, "CHARACTER_NOT_ALLOWED")


def _check_map(name: str, entries: Mapping[object, object]) -> None:
    for key, value in entries.items():
        if not texts.is_usable(str(key)) or (isinstance(value, str) and not texts.is_usable(value)):
            raise invalid(name, "CHARACTER_NOT_ALLOWED")
        if isinstance(value, Message):
            check_message(value)


@cache
def _names_of(descriptor: Descriptor) -> _FieldNames:
    def names(kind: int, *, repeated: bool) -> tuple[str, ...]:
        fields = (field for field in descriptor.fields if field.type == kind and not _is_map(field))
        return tuple(field.name for field in fields if field.is_repeated == repeated)

    return _FieldNames(
        is_timestamp=descriptor.full_name == _TIMESTAMP,
        texts=names(_STRING, repeated=False),
        lists_of_texts=names(_STRING, repeated=True),
        parts=names(_MESSAGE, repeated=False),
        lists_of_parts=names(_MESSAGE, repeated=True),
        maps=tuple(field.name for field in descriptor.fields if _is_map(field)),
    )


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


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
