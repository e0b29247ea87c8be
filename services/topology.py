"""The services there are. This one list feeds start-up, migrations, the compose check and the tests."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from libs.host.settings import Service, Shared

if TYPE_CHECKING:
    # A health check asks for a name and an address every few seconds; loading the whole host would cost it a second each time.
    from libs.host.component import Build
    from libs.host.process import Part


@dataclass(frozen=True)
class Named:
    """A service by its name; its code is loaded when it is asked for."""

    name: str

    @property
    def kind(self) -> type[Service]:
        """The class of its settings."""
        kind: type[Service] = import_module(f"services.{self.name}.settings").Settings
        return kind

    def settings(self, **given: object) -> Service:
        """From keyword arguments, else from the environment."""
        made: Service = import_module(f"services.{self.name}.settings").Settings(**given)
        return made

    def part(self, shared: Shared, settings: Service) -> "Part":
        from libs.host.process import Part

        build: Build = import_module(f"services.{self.name}.component").builder(shared, settings)
        return Part(settings, build, EDGES)


SERVICES = (Named("identity"), Named("membership"), Named("governance"), Named("federation"), Named("web"))

EDGES = frozenset({"web", "federation", "cli"})
"""Only they call services (by the names on their certificates); services listen to each other and never call."""


def named(name: str) -> Named:
    """Raises KeyError."""
    return {one.name: one for one in SERVICES}[name]
