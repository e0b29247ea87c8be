"""How federation is put together. The only wiring there is."""

from libs.access import hats
from libs.host.component import Build, Component, House
from libs.host.settings import Shared
from services.federation.settings import Settings
from services.prepare import migrations_of


def builder(_: Shared, settings: Settings) -> Build:
    """Gives the host what it needs to build federation in its house."""

    def build(_: House) -> Component:
        return Component(
            name="federation",
            address=settings.address,
            migrations=migrations_of("federation"),
            register=lambda _: None,
            reactions=(hats.reactions(),),
        )

    return build
