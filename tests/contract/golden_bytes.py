"""Golden bytes: one example of every fact, every field filled, as the release that first stated it wrote it.

`python -m tests.contract.golden_bytes` writes what is missing and never alters a file: facts in outboxes are kept for ever, so what was
once written must be read for ever. A fact of which no release was ever made may have its files removed and written anew.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

FOLDER = Path(__file__).parent / "golden"
_FACTS = Path(__file__).resolve().parents[2] / "protos" / "kith"
_PLAIN: dict[int, object] = {
    FieldDescriptor.TYPE_STRING: "",
    FieldDescriptor.TYPE_BOOL: True,
    FieldDescriptor.TYPE_INT32: 7,
    FieldDescriptor.TYPE_INT64: 8_589_934_593,
    FieldDescriptor.TYPE_BYTES: b"\x00\xff",
    FieldDescriptor.TYPE_ENUM: 1,
}


def kinds() -> dict[str, type[Message]]:
    """Every fact by its name, `governance.v1.BallotCast`, and what each travels in."""
    message_types: dict[str, type[Message]] = {}
    for proto in sorted(_FACTS.glob("*/facts/v*/facts.proto")):
        service, version = proto.parts[-4], proto.parts[-2]
        messages = import_module(f"kith.{service}.facts.{version}.facts_pb2").DESCRIPTOR.message_types_by_name
        parts = {field.message_type.name for message in messages.values() for field in message.fields if field.message_type}
        message_types |= {
            f"{service}.{version}.{name}": GetMessageClass(message_type) for name, message_type in messages.items() if name not in parts
        }
    envelope = import_module("kith.envelope.v1.envelope_pb2").DESCRIPTOR.message_types_by_name["Envelope"]
    return message_types | {"envelope.v1.Envelope": GetMessageClass(envelope)}


def example(kind: type[Message]) -> Message:
    """Every field filled, with a value that says which field it is."""
    message = kind()
    for field in message.DESCRIPTOR.fields:
        if field.message_type and field.message_type.full_name == "google.protobuf.Timestamp":
            getattr(message, field.name).FromJsonString(f"2026-11-22T10:00:{field.number:02}Z")
        elif field.message_type:
            part = example(type(getattr(kind(), field.name).add() if field.is_repeated else getattr(kind(), field.name)))
            (getattr(message, field.name).append if field.is_repeated else getattr(message, field.name).CopyFrom)(part)
        else:
            value = _PLAIN[field.type] if field.type != FieldDescriptor.TYPE_STRING else f"a {field.name}"
            if field.is_repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
    return message


def shown(message: Message) -> str:
    """As text, fields in the order of their numbers."""
    return text_format.MessageToString(message, as_utf8=True)


def stored() -> Iterator[str]:
    """The names there are files for."""
    return (path.stem for path in sorted(FOLDER.glob("*.bin")))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, kind in kinds().items():
        if not (FOLDER / f"{name}.bin").exists():
            message = example(kind)
            (FOLDER / f"{name}.bin").write_bytes(message.SerializeToString(deterministic=True))
            (FOLDER / f"{name}.txt").write_text(shown(message), encoding="utf-8")


if __name__ == "__main__":
    main()
