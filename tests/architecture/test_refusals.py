"""Every reason that can be given has a plain sentence, in both registers' catalogue; one grep for it leads from the rule to the page."""

import ast
import re
from collections.abc import Iterator

from libs.refusals import KINDS
from services.web.words.catalogue import EASY, PLAIN, read
from tests.architecture.house import NAMES, sources, tree

RAISED_BY = {kind.__name__ for kind in KINDS} | {"invalid", "FieldProblem", "Problem"}
REASON = re.compile(r"[A-Z]{2,}(?:_[A-Z]+)+")
OF_A_COUNT = {"Mistake", "Reason"}
"""What is wrong with a count file, and which test a motion missed: answers of a count, refused to nobody."""
ROOMS = [*(f"services/{name}" for name in NAMES), "libs/callers", "libs/access", "libs/database", "libs/messages", "libs/rpc", "libs/host"]


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path, text in sources(*ROOMS):
        for node in ast.walk(tree(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED_BY:
                yield f"{path}:{node.lineno}", node


def reasons() -> set[str]:
    """Written in a call that refuses, or as the value of a name of the rules (`NOT_A_MEMBER = "NOT_A_MEMBER"`)."""
    given = {part.value for _, call in calls() for part in ast.walk(call) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    for _, text in sources(*(f"services/{name}/domain" for name in NAMES)):
        for node in ast.walk(tree(text)):
            if isinstance(node, ast.ClassDef) and node.name not in OF_A_COUNT:
                values = [part.value for part in node.body if isinstance(part, ast.Assign)]
                given |= {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    return {word for word in given if REASON.fullmatch(word)}


def test_there_are_reasons_to_be_looked_for() -> None:
    assert {"BALLOT_CLOSED", "SIGN_IN_FAILED", "DATABASE_AWAY"} <= reasons()


def test_every_reason_has_its_sentence() -> None:
    words = read()[PLAIN]

    assert sorted(reason for reason in reasons() if not words.knows(f"refusal.{reason}")) == []


def test_easy_read_knows_no_reason_that_the_plain_words_do_not() -> None:
    registers = read()

    assert {key for key in registers[EASY].messages if key.startswith("refusal.")} <= set(registers[PLAIN].messages)


def test_no_reason_is_put_together_from_pieces() -> None:
    pieced = [where for where, call in calls() for argument in call.args if isinstance(argument, ast.JoinedStr) and _upper(argument)]

    assert pieced == []


def _upper(joined: ast.JoinedStr) -> bool:
    """Looks like a reason: its fixed part is UPPER_SNAKE."""
    fixed = "".join(str(part.value) for part in joined.values if isinstance(part, ast.Constant))
    return bool(re.fullmatch(r"[A-Z_]+", fixed))
