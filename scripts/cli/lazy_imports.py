"""Imports modules of Kith on their first use, so that help, completion and a refused argument stay fast.

Within the block write `from package import module`; importing a name out of a module would load it at once.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, find_spec
from pathlib import Path
from types import ModuleType

_PROTOS = "kith."
_IMPORTED_PROTO = re.compile(r"^from (kith\.[\w.]+) import (\w+_pb2)", re.MULTILINE)
_LAZY = ("kith.", "libs.", "scripts.", "services.")


class _LazyFinder(MetaPathFinder):
    def __init__(self) -> None:
        self._searching = False

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The ordinary finders' answer, with a loader that waits for the first attribute. Packages are loaded at once."""
        del path, target
        if self._searching or not fullname.startswith(_LAZY):
            return None
        self._searching = True
        try:
            spec = find_spec(fullname)
        finally:
            self._searching = False
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is None:
            spec.loader = LazyLoader(_ProtosFirst(spec.loader))
        return spec


class _ProtosFirst(Loader):
    """Loads protos that a module may need before the module.

    A generated module registers its messages when it runs, and imports the modules of the messages it uses without touching them. If one of
    those is still lazy, protobuf does not know its messages yet.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__.startswith(_PROTOS):
            _load_imported_protos(module)
        else:
            load_protos()
        self._loader.exec_module(module)


def load_protos() -> None:
    """Loads all generated modules that are still lazy: the work begins."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_PROTOS):
            _load_if_lazy(module)


def _load_imported_protos(module: ModuleType) -> None:
    origin = module.__spec__.origin if module.__spec__ else None
    for package, name in _IMPORTED_PROTO.findall(Path(origin).read_text(encoding="utf-8") if origin else ""):
        _load_if_lazy(sys.modules.get(f"{package}.{name}"))


def _load_if_lazy(module: ModuleType | None) -> None:
    if module is not None and type(module) is not ModuleType:
        # The first attribute loads it.
        _ = module.__file__


@contextmanager
def lazy_imports() -> Iterator[None]:
    """Makes the imports in the block lazy."""
    finder = _LazyFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
