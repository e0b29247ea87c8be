"""Messages with values that break careless code, made from the descriptors of any RPC."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from random import Random
from types import ModuleType
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from kith.person.v1 import person_data_pb2, person_rights_pb2
from kith.status.v1 import status_pb2
from services.topology import PEOPLE_SERVICE_NAMES, SERVICE_NAMES


def _protos_of(service: str) -> tuple[ModuleType, ...]:
    """All generated modules of the service's own package, and those that it shares with others."""
    package = import_module(f"kith.{service}.v1")
    own = (import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__) if module.name.endswith("_pb2"))
    shared = (person_data_pb2, person_rights_pb2) if service in PEOPLE_SERVICE_NAMES else ()
    return (*own, *shared, status_pb2)


PROTOS = {service: _protos_of(service) for service in SERVICE_NAMES if service != "web"}
"""The protos that each service answers."""

UNUSABLE_TEXTS = ("\0", "abc\0def", "Yes \u202eoN", "bell\x07", "\u2067right", "\ufffe")
_TEXTS = (
    *UNUSABLE_TEXTS,
    "",
    " ",
    "0",
    "-1",
    "\u200b",
    "e\u0301",
    "\U0001f9e1" * 40,
    "x" * 3_000,
    "2024-02-30",
    "0202-01-01",
    "9999-12-31",
    "018f0000-0000-7000-8000-000000000000",
    "' or 1=1 --",
    "../../etc/passwd",
    "{}",
    "%00",
    "person@example.org",
)
_BYTES = (b"", b"\0", b"\xff\xfe", b"{}", b"[]", b'{"\\ud800":"\\u0000"}', b'{"a":1}', b"\x0a\x02\x08\x01", b"1" * 64, b"[" * 500)
_SMALLEST = {FieldDescriptor.CPPTYPE_INT32: -(2**31), FieldDescriptor.CPPTYPE_INT64: -(2**63)}
_LARGEST = {
    FieldDescriptor.CPPTYPE_INT32: 2**31 - 1,
    FieldDescriptor.CPPTYPE_INT64: 2**63 - 1,
    FieldDescriptor.CPPTYPE_UINT32: 2**32 - 1,
    FieldDescriptor.CPPTYPE_UINT64: 2**64 - 1,
}


def services_of(service: str) -> Iterator[ServiceDescriptor]:
    for package in PROTOS[service]:
        yield from package.DESCRIPTOR.services_by_name.values()


def methods_of(service: str) -> Iterator[MethodDescriptor]:
    for descriptor in services_of(service):
        yield from descriptor.methods


def random_request(method: MethodDescriptor, random: Random) -> Message:
    message: Message = GetMessageClass(method.input_type)()
    _fill(message, random, depth=0)
    return message


def text_fields(method: MethodDescriptor) -> list[str]:
    """The request's own fields of text."""
    return [field.name for field in method.input_type.fields if field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated]


def messages_with_text(descriptor: Descriptor, text: str) -> Iterator[tuple[str, Message]]:
    """A message for each field of text, at every depth, that holds nothing but this text there; with the field's path."""
    for field in descriptor.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield field.name, GetMessageClass(descriptor)(**{field.name: [text] if field.is_repeated else text})
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for path, part in messages_with_text(field.message_type, text):
                yield f"{field.name}.{path}", GetMessageClass(descriptor)(**{field.name: [part] if field.is_repeated else part})


def _fill(message: Message, random: Random, depth: int) -> None:
    for field in message.DESCRIPTOR.fields:
        if random.random() < 0.1 or depth > 3:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        if field.is_repeated:
            values = getattr(message, field.name)
            for _ in range(random.randint(0, 2)):
                if field.message_type is None:
                    values.append(_value(field, random))
                else:
                    _fill(values.add(), random, depth + 1)
        elif field.message_type is None:
            setattr(message, field.name, _value(field, random))
        else:
            part = getattr(message, field.name)
            part.SetInParent()
            _fill(part, random, depth + 1)


def _value(field: Any, random: Random) -> object:  # protobuf has two classes of descriptors, one of them private
    if field.type == FieldDescriptor.TYPE_STRING:
        # Half of the texts are usable, so that the code behind the edge is reached too.
        return str(random.choice(_TEXTS if random.random() < 0.2 else _TEXTS[len(UNUSABLE_TEXTS) :]))
    if field.type == FieldDescriptor.TYPE_BYTES:
        return random.choice(_BYTES)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return random.random() < 0.5
    if field.type == FieldDescriptor.TYPE_ENUM:
        return random.choice([*(value.number for value in field.enum_type.values), 99])
    if field.cpp_type in _LARGEST:
        return random.choice([0, 1, 2, 200, _SMALLEST.get(field.cpp_type, 0), _LARGEST[field.cpp_type]])
    return random.choice([0.0, -1.0, float("nan"), float("inf")])
