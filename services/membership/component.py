"""Wiring of the membership service."""

from pathlib import Path
from zoneinfo import ZoneInfo

from libs.access.person_data import person_data_service
from libs.access.person_rights import person_rights_service
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.dispose_records import dispose_records_job
from libs.host.seal_reads import seal_reads_job
from libs.host.settings import SharedSettings
from services.membership.reactions import governance, identity
from services.membership.rpc.servicer import membership_service
from services.membership.settings import Settings
from services.membership.storage import events_out
from services.membership.storage.person_tables import PERSON_TABLES


def component_builder(_shared: SharedSettings, settings: Settings) -> BuildComponent:
    zone = ZoneInfo(settings.zone)

    def build(runtime: Runtime) -> Component:
        follow_rights = runtime.catch_up_with("identity")
        return Component(
            name="membership",
            address=settings.address,
            migrations=Path(__file__).parent / "storage" / "migrations",
            services=(
                membership_service(runtime, zone),
                person_data_service(runtime.transactions, follow_rights),
                person_rights_service(runtime.transactions, PERSON_TABLES, catch_up=follow_rights),
            ),
            reactions=(identity.reactions(zone), governance.reactions(zone)),
            jobs=(
                seal_reads_job(events_out.read_audit_sealed),
                dispose_records_job(PERSON_TABLES, zone, [runtime.catch_up_with(source) for source in ("identity", "governance")]),
            ),
        )

    return build
