"""Every RPC service as it is bound, without a co-op: for what its methods are open to. None of them can be called."""

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from libs.rpc.binding import BoundService
from services.topology import SERVICE_NAMES

_SHARED = ("libs.access.person_data", "libs.access.person_rights")


class _Unused:
    """Takes the place of whatever a binding is given and does not use before a call."""

    def __getattr__(self, _name: str) -> "_Unused":
        return self

    def __call__(self, *_: object, **__: object) -> "_Unused":
        return self

    def __iter__(self) -> Iterator[object]:
        return iter(())


@cache
def bound_services() -> tuple[BoundService, ...]:
    """All that the services bind; what each of them has alike is there once."""
    packages = [import_module(f"services.{name}.rpc") for name in SERVICE_NAMES if name != "web"]
    names = [f"{package.__name__}.{module.name}" for package in packages for module in iter_modules(package.__path__)]
    return tuple(_bind(build) for name in (*names, *_SHARED) for build in _builders(import_module(name)))


@cache
def acting_methods() -> frozenset[str]:
    """The methods that may be called in another person's place, as `Service/Method`."""
    return frozenset[str]().union(*(service.acting_methods for service in bound_services()))


def _builders(module: ModuleType) -> list[Callable[..., BoundService]]:
    functions = [value for value in vars(module).values() if inspect.isfunction(value) and value.__module__ == module.__name__]
    return [function for function in functions if inspect.signature(function).return_annotation is BoundService]


def _bind(build: Callable[..., BoundService]) -> BoundService:
    needed = [parameter for parameter in inspect.signature(build).parameters.values() if parameter.default is parameter.empty]
    by_name: dict[str, Any] = {parameter.name: _Unused() for parameter in needed if parameter.kind is parameter.KEYWORD_ONLY}
    return build(*(_Unused() for _ in range(len(needed) - len(by_name))), **by_name)
