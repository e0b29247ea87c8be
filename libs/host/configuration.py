"""Reads settings from the environment, and explains errors: the variable, what it is for, what would be valid."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

PREFIX = "KITH_"

Settings = TypeVar("Settings", bound=BaseSettings)


class ConfigurationError(Exception):
    """The settings cannot be used. `problems` are sentences, none of which quotes a value: it might be a secret."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def variable_name(kind: type[BaseSettings], name: str) -> str:
    """The environment variable that a field is read from."""
    return f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def variable_descriptions(kinds: Sequence[type[BaseSettings]]) -> dict[str, str]:
    """Every variable of these settings, with its description."""
    return {variable_name(kind, name): field.description or "" for kind in kinds for name, field in kind.model_fields.items()}


def read_settings(kind: type[Settings]) -> Settings:
    """Read settings from the environment. Raises `ConfigurationError`."""
    try:
        return kind()
    except ValidationError as error:
        raise ConfigurationError(list(_describe_problems(kind, error))) from None


def missing_files(settings: BaseSettings) -> list[str]:
    """Sentences about files and folders that the settings name but that cannot be read."""
    kind = type(settings)
    values = {name: getattr(settings, name) for name in kind.model_fields}
    # A file that the service creates itself need not exist yet, but its folder must.
    paths = {name: path.parent if _created_by_service(kind, name) else path for name, path in values.items() if isinstance(path, Path)}
    return [
        f"{variable_name(kind, name)} names {path}, which {problem}." for name, path in paths.items() if (problem := _path_problem(path))
    ]


def unknown_variables(environment: Mapping[str, str], kinds: Sequence[type[BaseSettings]]) -> list[str]:
    """Sentences about variables that begin with KITH_ but are no settings: most often a typing mistake."""
    known = variable_descriptions(kinds)
    problems = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            matches = get_close_matches(name, known, n=1, cutoff=0.7)
            problems.append(f"{name} is not a setting." + (f" Did you mean {matches[0]}?" if matches else ""))
    return problems


def _describe_problems(kind: type[BaseSettings], error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        description = kind.model_fields[name].description if name in kind.model_fields else None
        if problem["type"] == "missing":
            yield f"{variable_name(kind, name)} is not set." + (f" {description}." if description else "")
        else:
            yield f"{variable_name(kind, name)} cannot be used: {problem['msg'].removeprefix('Value error, ')}."


def _created_by_service(kind: type[BaseSettings], name: str) -> bool:
    extra = kind.model_fields[name].json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("made_by_the_service"))


def _path_problem(path: Path) -> str:
    try:
        if not path.exists():
            return "is not there"
        if path.is_file():
            with path.open("rb"):
                return ""
        next(path.iterdir(), None)
    except PermissionError:
        return "may not be read by this account"
    return ""
