"""The services there are. This one list feeds start-up, migrations, the compose check and the tests."""

from dataclasses import dataclass
from importlib import import_module

from libs.host.component import Build
from libs.host.process import Part
from libs.host.settings import Service, Shared


@dataclass(frozen=True)
class Named:
    """A service by its name; its code is loaded when it is asked for."""

    name: str

    def settings(self, **given: object) -> Service:
        """From keyword arguments, else from the environment."""
        made: Service = import_module(f"services.{self.name}.settings").Settings(**given)
        return made

    def part(self, shared: Shared, settings: Service) -> Part:
        build: Build = import_module(f"services.{self.name}.component").builder(shared, settings)
        return Part(settings, build)


SERVICES = (Named("identity"), Named("membership"), Named("governance"), Named("web"))


def named(name: str) -> Named:
    """Raises KeyError."""
    return {one.name: one for one in SERVICES}[name]
