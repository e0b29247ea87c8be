"""Imports modules of Kith on their first use, so that help, completion and a refused argument stay fast.

Within the block write `from package import module`; importing a name out of a module would load it at once.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, find_spec
from types import ModuleType

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
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def lazy_imports() -> Iterator[None]:
    """Makes the imports in the block lazy."""
    finder = _LazyFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
