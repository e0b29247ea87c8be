"""Spoils a JSON document in every single place: what no strict reader may accept, with the place that it must name."""

import copy
import json
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.main import main

Document = dict[str, Any]

_WRONG_KINDS: dict[type, tuple[object, ...]] = {
    str: (7, None, True, [], {}, ""),
    int: ("7", None, True, 1.5, -1, [], {}),
    bool: ("true", 1, None, []),
    type(None): (7, True, [], "x"),
    list: ("text", None, 7, {}),
    dict: ("text", None, 7, []),
}


def spoilt(document: Document, allowed: Collection[tuple[str, object]] = ()) -> Iterator[tuple[str, Document]]:
    """Copies with one value of a wrong kind, one field missing or one field unknown, and the place: `persons[0].wants`.

    `allowed` are places and values that are right there although they are of another kind.
    """
    for path, steps, value in _walk(document, "", ()):
        for wrong in _WRONG_KINDS[type(value)] if steps else ():
            if (path, wrong) in allowed:
                continue
            yield path, _changed(document, steps[:-1], partial(_set, key=steps[-1], value=wrong))
        if isinstance(value, dict):
            yield (f"{path}.extra" if path else "extra"), _changed(document, steps, partial(_set, key="extra", value=1))
            for key in value:
                yield path, _changed(document, steps, partial(_remove, key=key))


def _remove(node: Document, key: str) -> None:
    del node[key]


def _set(node: Any, key: Any, value: object) -> None:
    node[key] = value


def _walk(value: Any, path: str, steps: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...], Any]]:
    yield path, steps, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(part, f"{path}.{key}" if path else key, (*steps, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _walk(part, f"{path}[{number}]", (*steps, number))


def _changed(document: Document, steps: tuple[Any, ...], change: Callable[[Any], object]) -> Document:
    changed: Any = copy.deepcopy(document)
    node = changed
    for step in steps:
        node = node[step]
    change(node)
    return changed  # type: ignore[no-any-return]  # a copy of a document is a document


def answer(command: str, file: Path, document: object, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `kith COMMAND FILE --json` answers."""
    file.write_text(json.dumps(document), encoding="utf-8")
    code = main([command, str(file), "--json"])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, "")
    return json.loads(printed.out)


def refusal(command: str, file: Path, text: str | bytes, capsys: pytest.CaptureFixture[str]) -> str:
    """Why `kith COMMAND FILE` refuses this text: the line of standard error, without the name of the file."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    code = main([command, str(file), "--json"])
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, ""), text
    assert f"docs/formats/{command}.md" in printed.err
    return printed.err.split(f"{file}: ")[1].split("\n")[0]


def assert_every_spoilt_copy_is_refused(
    command: str,
    file: Path,
    document: Document,
    capsys: pytest.CaptureFixture[str],
    *,
    allowed: Collection[tuple[str, object]] = (),
) -> None:
    for place, copy_ in spoilt(document, tuple(allowed)):
        reason = refusal(command, file, json.dumps(copy_), capsys)
        assert reason.startswith(place), (place, reason)


NOT_STRICT_JSON = [
    ("", "not JSON"),
    ("{", "not JSON"),
    ("[]", "must be an object"),
    ("null", "must be an object"),
    (b"\xff\xfe", "UTF-8"),
    ('{"a": NaN}', "NaN is not a number"),
    ('{"a": -Infinity}', "-Infinity is not a number"),
    ('{"a": 1, "a": 1}', 'the key "a" stands twice'),
    ("[" * 100_000, "not JSON that can be read: lists or objects stand in one another too deeply"),
    ('{"a": ' + "9" * 5_000 + "}", "not JSON that can be read: a whole number has too many digits"),
    ('{"a": "\x01"}', "not JSON"),
    ("1" * 2_200 + "." + "1" * 2_200, ""),
    ('{"a": ' * 700 + "1" + "}" * 700, "unknown field"),
]
"""What is refused whatever the format, with a part of the reason."""
