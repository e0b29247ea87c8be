"""Every reason for a refusal has a sentence in the plain and Easy Read catalogues; one grep for it leads from the rule to the page."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from libs.refusals import KINDS
from services.web.localisation.catalogue import EASY_READ, PLAIN_ENGLISH, load_catalogues
from tests.architecture.codebase import SERVICE_NAMES, parse, python_sources

RAISING_CALLS = {kind.__name__ for kind in KINDS} | {"invalid", "FieldProblem", "Problem"}
REASON = re.compile(r"[A-Z]{2,}(?:_[A-Z]+)+")
COUNT_FILE_ENUMS = {"CountingMistake", "ShortfallReason", "Reason", "Rule"}
"""Enums of counting errors, missed thresholds, why somebody is not suggested, and rules of working time: results, not refusals."""
CHECKED_FOLDERS = [
    *(f"services/{name}" for name in SERVICE_NAMES),
    "libs/callers",
    "libs/access",
    "libs/database",
    "libs/messages",
    "libs/rpc",
    "libs/host",
]


@cache
def refusal_calls() -> list[tuple[str, ast.Call]]:
    return list(_find_refusal_calls())


def _find_refusal_calls() -> Iterator[tuple[str, ast.Call]]:
    for path, text in python_sources(*CHECKED_FOLDERS):
        for node in ast.walk(parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISING_CALLS:
                yield f"{path}:{node.lineno}", node


def refusal_reasons() -> set[str]:
    """Reasons in calls that raise a refusal, and values of enums of the rules (`NOT_A_MEMBER = "NOT_A_MEMBER"`)."""
    texts = {
        part.value
        for _, call in refusal_calls()
        for part in ast.walk(call)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    for _, text in python_sources(*(f"services/{name}/domain" for name in SERVICE_NAMES)):
        for node in ast.walk(parse(text)):
            if isinstance(node, ast.ClassDef) and node.name not in COUNT_FILE_ENUMS:
                values = [part.value for part in node.body if isinstance(part, ast.Assign)]
                texts |= {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    return {word for word in texts if REASON.fullmatch(word)}


def test_the_search_finds_known_reasons() -> None:
    assert {"BALLOT_CLOSED", "SIGN_IN_FAILED", "DATABASE_AWAY"} <= refusal_reasons()


def test_every_reason_has_its_sentence() -> None:
    words = load_catalogues()[PLAIN_ENGLISH]

    assert sorted(reason for reason in refusal_reasons() if not words.has(f"refusal.{reason}")) == []


def test_easy_read_knows_no_reason_that_the_plain_words_do_not() -> None:
    registers = load_catalogues()

    assert {key for key in registers[EASY_READ].messages if key.startswith("refusal.")} <= set(registers[PLAIN_ENGLISH].messages)


def test_no_reason_is_composed_with_an_f_string() -> None:
    composed = [
        where for where, call in refusal_calls() for argument in call.args if isinstance(argument, ast.JoinedStr) and _upper(argument)
    ]

    assert composed == []


def _upper(joined: ast.JoinedStr) -> bool:
    """Whether the fixed part of an f-string looks like a reason: UPPER_SNAKE."""
    fixed = "".join(str(part.value) for part in joined.values if isinstance(part, ast.Constant))
    return bool(re.fullmatch(r"[A-Z_]+", fixed))
