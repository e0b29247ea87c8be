"""Runs docker-compose.yml without containers: each service's `entrypoint` and `command` with its `environment`, as a local process.

Each process gets exactly what its container would get: its own variables and secrets, no others. PostgreSQL is not
started from the file (its image has its own programs); the variables name a running one.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>[A-Z_]+)(?::(?P<how>[-?])(?P<rest>[^{}]*))?\})")


class VariableMissingError(Exception):
    """A required variable of the file is not set."""


def substitute_variables(text: str, variables: Mapping[str, str]) -> str:
    """Replaces `${NAME}`, `${NAME:-default}`, `${NAME:?why}` and `$$` as Compose does."""

    def replacement(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "$"
        value = variables.get(name, "")
        if not value and match["how"] == "?":
            raise VariableMissingError(f"{name}: {match['rest']}")
        return value or (match["rest"] if match["how"] == "-" else "")

    return _VARIABLE.sub(replacement, text)


@dataclass(frozen=True)
class ComposeFile:
    """The Compose file, with its variables replaced from `variables`."""

    variables: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def content(self) -> dict[str, Any]:  # YAML of many shapes
        loaded: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
        return loaded

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        result: dict[str, dict[str, Any]] = self.content["services"]
        return result

    @property
    def kith_services(self) -> list[str]:
        """The long-running services that run `python -m services`."""
        return [
            name
            for name, service in self.services.items()
            if service.get("command", [])[:3] == ["python", "-m", "services"] and name != "migrate"
        ]

    def argv(self, name: str, secrets: Path) -> list[str]:
        service = self.services[name]
        return [self._filled(part, secrets) for part in (*service.get("entrypoint", ()), *service.get("command", ()))]

    def environment(self, name: str, secrets: Path) -> dict[str, str]:
        return {key: self._filled(str(value), secrets) for key, value in self.services[name].get("environment", {}).items()}

    def secrets(self, name: str) -> dict[str, Path]:
        """The file behind each secret of this service."""
        return {
            secret: Path(substitute_variables(self.content["secrets"][secret]["file"], self.variables))
            for secret in self.services[name].get("secrets", ())
        }

    def health(self, name: str, secrets: Path) -> list[str]:
        """The command of its health check."""
        kind, *argv = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        return [self._filled(part, secrets) for part in argv]

    def _filled(self, text: str, secrets: Path) -> str:
        return substitute_variables(text, {**self.variables, "KITH_SECRETS": str(secrets)})


def port_variables() -> list[str]:
    """The names of all variables for ports, but PostgreSQL's."""
    names = {match["name"] for match in _VARIABLE.finditer(COMPOSE_FILE.read_text(encoding="utf-8")) if match["name"]}
    return sorted(name for name in names if name.endswith("_PORT") and name != "KITH_POSTGRES_PORT")


class ComposeProcesses:
    """The services of the Compose file as local processes, with their files below `folder`."""

    def __init__(self, composition: ComposeFile, folder: Path, extra_variables: Mapping[str, str]) -> None:
        """`extra_variables` are set for every service in addition to the file's, as with `docker compose run --env`."""
        self.composition = composition
        self._place = folder
        self._more = extra_variables
        self.running: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, name: str, *more: str) -> None:
        """Starts it, with `more` arguments, as after `docker compose run`."""
        folder, environment = self._given(name)
        with self.log(name).open("ab") as log:
            argv = [*self.composition.argv(name, folder), *more]
            self.running[name] = await asyncio.create_subprocess_exec(*argv, cwd=ROOT, env=environment, stdout=log, stderr=log)

    async def up(self, already_running: Collection[str]) -> None:
        """Starts every service without a profile, each after its dependencies, except those that are `already_running`."""
        done = {*already_running, *self.running}
        waiting = [name for name, service in self.composition.services.items() if name not in done and "profiles" not in service]
        awaited = {
            name
            for service in self.composition.services.values()
            for name, how in service.get("depends_on", {}).items()
            if how["condition"] == "service_completed_successfully"
        }
        while waiting:
            name = next(row for row in waiting if done >= {*self.composition.services[row].get("depends_on", {})})
            waiting.remove(name)
            if name in awaited:
                code = await self.finish(name)
                assert code == 0, self.log(name).read_text(encoding="utf-8")
            else:
                await self.start(name)
            done.add(name)

    async def finish(self, name: str, *more: str) -> int:
        """Starts a service that ends by itself and returns its exit code."""
        await self.start(name, *more)
        return await self.running.pop(name).wait()

    async def healthy(self, name: str) -> bool:
        """Whether its health check succeeds."""
        folder, environment = self._given(name)
        argv = self.composition.health(name, folder)
        check = await asyncio.create_subprocess_exec(
            *argv, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        return await check.wait() == 0

    async def stop(self, name: str) -> tuple[int, float]:
        """Sends SIGTERM, and SIGKILL after the grace period, as Compose does. Returns the exit code and the seconds it took."""
        process, began = self.running.pop(name), time.monotonic()
        if process.returncode is None:
            process.terminate()
        grace = int(self.composition.services[name]["stop_grace_period"].removesuffix("s"))
        try:
            code = await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            process.kill()
            code = await process.wait()
        return code, time.monotonic() - began

    async def stop_all(self) -> None:
        """Stops all running services, the last started first."""
        for name in reversed(list(self.running)):
            await self.stop(name)

    def log(self, name: str) -> Path:
        return self._place / f"{name}.log"

    def _given(self, name: str) -> tuple[Path, dict[str, str]]:
        folder = self._place / "secrets" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for secret, file in self.composition.secrets(name).items():
            (folder / secret).write_bytes(file.read_bytes())
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return folder, {**self.composition.environment(name, folder), **self._more, "PATH": path}
