"""Settings read from the environment, and what is wrong with them said in words: the variable, what it is for, what would be right."""

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


def variable(kind: type[BaseSettings], name: str) -> str:
    """The environment variable a field is read from."""
    return f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def variables(kinds: Sequence[type[BaseSettings]]) -> dict[str, str]:
    """Every variable these settings know, with what it is for."""
    return {variable(kind, name): found.description or "" for kind in kinds for name, found in kind.model_fields.items()}


def read(kind: type[Settings]) -> Settings:
    """From the environment. Raises `ConfigurationError`."""
    try:
        return kind()
    except ValidationError as error:
        raise ConfigurationError(list(_sentences(kind, error))) from None


def missing_files(settings: BaseSettings) -> list[str]:
    """Sentences about files and folders that the settings name and that cannot be read."""
    kind = type(settings)
    named = {name: getattr(settings, name) for name in kind.model_fields}
    # A file that the service makes itself needs its folder, and need not be there.
    looked_at = {name: path.parent if _is_made(kind, name) else path for name, path in named.items() if isinstance(path, Path)}
    return [f"{variable(kind, name)} names {path}, which {trouble}." for name, path in looked_at.items() if (trouble := _trouble(path))]


def unknown(environment: Mapping[str, str], kinds: Sequence[type[BaseSettings]]) -> list[str]:
    """Sentences about variables that begin with KITH_ and that nobody reads: most often a slip of the pen."""
    known = variables(kinds)
    found = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.7)
            found.append(f"{name} is not a setting." + (f" Did you mean {near[0]}?" if near else ""))
    return found


def _sentences(kind: type[BaseSettings], error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_input=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        about = kind.model_fields[name].description if name in kind.model_fields else None
        if one["type"] == "missing":
            yield f"{variable(kind, name)} is not set." + (f" {about}." if about else "")
        else:
            yield f"{variable(kind, name)} cannot be used: {one['msg'].removeprefix('Value error, ')}."


def _is_made(kind: type[BaseSettings], name: str) -> bool:
    said = kind.model_fields[name].json_schema_extra
    return isinstance(said, dict) and bool(said.get("made_by_the_service"))


def _trouble(path: Path) -> str:
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
