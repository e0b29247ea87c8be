"""Random mutations of JSON documents, as a peer could send them; reproducible by seed."""

import json
from random import Random
from typing import Any

Value = Any
"""A JSON value, or a value that JSON cannot express."""

ODD_VALUES: tuple[Value, ...] = (
    0,
    1,
    2,
    7,
    -1,
    2**53 - 1,
    2**53,
    2**64,
    10**5000,
    1.5,
    float("nan"),
    float("inf"),
    None,
    True,
    False,
    "",
    "0/1",
    "2/2",
    "9007199254740991/9007199254740993",
    "1/9007199254740991",
    "9999999999999999/1",
    "a\u0301",  # not in NFC
    "\n\u0301",
    "\u0338",
    "\x1f\u0307",
    "\x7f",
    "\u0085",
    "\u2028",
    "\ud800",
    "\U0001f33f",
    "x" * 201,
    "x" * 9000,
    "members",
    "abstain",
    "0000000000000000",
    "2026-02-31",
    "2026-13-01",
    "f" * 64,
    "0" * 64,  # a key of small order
    "ed" + "f" * 60 + "7f",  # and the same, written in another way
    "f" * 128,
    [],
    [[]],
    {},
    {"": {}},
    ["a", "a"],
)


def nested_lists(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def mutate_value(random: Random, value: Value) -> Value:
    """The value with one mutation: something replaced, removed, repeated, moved or added."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        name = random.choice(sorted(value))
        if random.random() < 0.1:
            return {key: kept_value for key, kept_value in value.items() if key != name}
        if random.random() < 0.08:
            return {**value, random.choice(["more", "withdrawn", "choice", "rows", "root", "highest_score"]): random.choice(ODD_VALUES)}
        return {**value, name: mutate_value(random, value[name])}
    if isinstance(value, list) and value and random.random() < 0.85:
        at, changed = random.randrange(len(value)), list(value)
        match random.randrange(6):
            case 0:
                del changed[at]
            case 1:
                changed.append(changed[at])
            case 2:
                changed.reverse()
            case _:
                changed[at] = mutate_value(random, changed[at])
        return _sorted_if_possible(changed) if random.random() < 0.7 else changed
    return _other_value(random, value)


def mutate_bytes(random: Random, data: bytes) -> bytes:
    """The bytes with some of them changed, removed, inserted, repeated or cut off at the end."""
    at = random.randrange(len(data) + 1)
    match random.randrange(5):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + random.randbytes(random.randint(1, 4)) + data[at:]
        case 2:
            return data[:at] + data[at + random.randint(1, 40) :]
        case 3:
            return data[:at] + data[max(0, at - random.randint(1, 40)) :]
        case _:
            return data[:at] + bytes([random.choice(b'"\\{}[],:0-.\xc3\xed\xff ')]) + data[at + 1 :]


def dump_json(value: Value) -> bytes:
    """JSON bytes, even of values that canonical JSON does not allow."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")


def mutate_document(random: Random, data: bytes, times: int = 1) -> bytes:
    """The document with one or more mutations; usually it is still JSON."""
    if random.random() < 0.15:
        return mutate_bytes(random, data)
    try:
        value = json.loads(data)
    except ValueError:
        return mutate_bytes(random, data)
    for _ in range(times):
        value = mutate_value(random, value)
    try:
        return dump_json(value)
    except ValueError:
        # Python refuses to format numbers as long as this one.
        return data.replace(b"1", b"1" * 5000, 1)


def _other_value(random: Random, value: Value) -> Value:
    if isinstance(value, int) and not isinstance(value, bool) and random.random() < 0.6:
        return value + random.choice([-1, 1, 2, 10**6])
    if isinstance(value, bool) and random.random() < 0.7:
        return not value
    if isinstance(value, str) and value and random.random() < 0.5:
        at = random.randrange(len(value))
        return random.choice([value[:at] + random.choice("0a-./Z ") + value[at + 1 :], value + "0", value[1:], value.upper()])
    return random.choice(ODD_VALUES)


def _sorted_if_possible(value: list[Value]) -> list[Value]:
    try:
        return sorted(value, key=dump_json)
    except ValueError:
        return value
