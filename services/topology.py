"""The registry of services. Start-up, migrations, the compose check and the tests all use this one list."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A health check asks for a name and an address every few seconds; importing the whole host would cost a second each time.
    # The command line's help lists the names and loads no settings.
    from libs.host.component import BuildComponent
    from libs.host.process import ServiceSpec
    from libs.host.settings import ServiceSettings, SharedSettings


@dataclass(frozen=True)
class ServiceEntry:
    """A service by name; its code is imported on first use."""

    name: str
    has_people: bool = False
    """Whether it has records of people: then it logs who reads them, and answers `PersonDataService`."""

    @property
    def settings_class(self) -> "type[ServiceSettings]":
        """The class of the service's settings."""
        settings_class: type[ServiceSettings] = import_module(f"services.{self.name}.settings").Settings
        return settings_class

    def make_settings(self, **values: object) -> "ServiceSettings":
        """Creates the settings from keyword arguments, and from the environment for what is missing."""
        settings: ServiceSettings = import_module(f"services.{self.name}.settings").Settings(**values)
        return settings

    def part(self, shared: "SharedSettings", settings: "ServiceSettings") -> "ServiceSpec":
        from libs.host.process import ServiceSpec

        build: BuildComponent = import_module(f"services.{self.name}.component").component_builder(shared, settings)
        return ServiceSpec(self.name, settings, build, ALLOWED_CALLERS)


SERVICES = (
    ServiceEntry("identity", has_people=True),
    ServiceEntry("membership", has_people=True),
    ServiceEntry("governance", has_people=True),
    ServiceEntry("matching", has_people=True),
    ServiceEntry("scheduling", has_people=True),
    ServiceEntry("federation"),
    ServiceEntry("web"),
)

SERVICE_NAMES = tuple(service.name for service in SERVICES)
PEOPLE_SERVICE_NAMES = tuple(service.name for service in SERVICES if service.has_people)

PERSON_SERVICES = ("identity", "membership", "governance", "matching", "scheduling", "web")
"""Those that store data of people; federation stores none."""

ALLOWED_CALLERS = frozenset({"web", "federation", "cli"})
"""Only these call services (by the names on their certificates); services consume each other's events and never call each other."""


def find_service(name: str) -> ServiceEntry:
    """Raises KeyError."""
    return {service.name: service for service in SERVICES}[name]
