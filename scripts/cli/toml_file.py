"""Reads a TOML file that people write into a pydantic model, and names every mistake in it: the key, what it must be, what to do.

A field's description says what its value must be ("a text in quotes"); a validator may raise `mistake` with a sentence of its own.
"""

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.usable_text import PROBLEM, TYPE_AGAIN, unusable_keys, unusable_line

_SENTENCE = "sentence"
_EMPTY = {"missing", "string_too_short", "too_short"}


def _to_utc(value: datetime, info: "ValidationInfo[dict[str, ZoneInfo]]") -> datetime:
    """Converts to UTC; a time without an offset is in the co-op's zone."""
    return (value if value.tzinfo else value.replace(tzinfo=info.context["zone"])).astimezone(UTC)


Text = Annotated[str, Field(description="a text in quotes")]
RequiredText = Annotated[str, Field(description="a text in quotes", min_length=1)]
Count = Annotated[int, Field(description="a whole number above zero", gt=0)]
Moment = Annotated[datetime, AfterValidator(_to_utc), Field(description="a time such as 2026-12-24T18:00:00")]


class TomlFile(BaseModel):
    """The content of a file; a subclass has a field for each key."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    nothing_done: ClassVar[str]
    """What an error begins with."""
    example: ClassVar[str]
    alternatives: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of keys of which a file has exactly one."""

    @classmethod
    def read(cls, path: Path, zone: ZoneInfo) -> Self:
        """Reads and validates the file. Raises CommandError naming every mistake."""
        try:
            text = path.read_text(encoding="utf-8")
            values = tomllib.loads(text)
        except FileNotFoundError:
            raise CommandError(cls.nothing_done, f"There is no file {path}.", f"See {cls.example}.", ExitCode.NOT_FOUND) from None
        except (OSError, ValueError) as error:
            raise CommandError(cls.nothing_done, f"{path} cannot be read: {error}.", "Put it right.", ExitCode.USAGE) from None
        if line := unusable_line(text):
            raise CommandError(cls.nothing_done, f"{path}: line {line} {PROBLEM}.", TYPE_AGAIN, ExitCode.USAGE)
        problems = [f'"{key}" {PROBLEM}.' for key in unusable_keys(values)]
        problems += [f'Write either "{one}" or "{other}".' for one, other in cls.alternatives if (one in values) == (other in values)]
        try:
            content = cls.model_validate(values, context={"zone": zone})
        except ValidationError as error:
            problems = [*map(cls._sentence, error.errors()), *problems]
        if problems:
            fix = f"Put {path} right. An example: {cls.example}"
            raise CommandError(cls.nothing_done, " ".join(dict.fromkeys(problems)), fix, ExitCode.USAGE)
        return content

    @classmethod
    def _sentence(cls, error: Any) -> str:
        key, kind = str(error["loc"][0]), error["type"]
        if kind == _SENTENCE:
            return f'"{key}" {error["msg"]}'
        if key not in cls.model_fields:
            near = get_close_matches(key, cls.model_fields, n=1)
            return f'There is no key "{key}".' + (f' Did you mean "{near[0]}"?' if near else "")
        if kind in _EMPTY and len(error["loc"]) == 1:
            return f'"{key}" is missing.'
        return f'"{key}" must be {cls.model_fields[key].description}.'


def mistake(sentence: str) -> PydanticCustomError:
    """An error in a value, with the words that follow its key."""
    return PydanticCustomError(_SENTENCE, "{sentence}", {"sentence": sentence})


def not_possible(value: str, possible: Sequence[str]) -> str:
    """What is wrong with a value that is not among the possible ones, with the nearest of them."""
    near = get_close_matches(value.casefold(), possible, n=1)
    return f'cannot be "{value}". Possible: {", ".join(possible)}.' + (f' Did you mean "{near[0]}"?' if near else "")


def one_of(possible: Sequence[str]) -> AfterValidator:
    """A validator for a text that is one of these, or empty for the default."""

    def check(value: str) -> str:
        if value not in ("", *possible):
            raise mistake(not_possible(value, possible))
        return value

    return AfterValidator(check)
