"""Wires governance together: settings, RPC services, reactions and jobs."""

from zoneinfo import ZoneInfo

from libs.access.person_data import person_data_service
from libs.access.person_rights import person_rights_service
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.erase_waiting import erase_waiting_job
from libs.host.seal_reads import seal_reads_job
from libs.host.settings import SharedSettings
from services.database_setup import migrations_folder
from services.governance.jobs import close_due_motions
from services.governance.reactions import federation, identity, membership
from services.governance.rpc.servicer import governance_service
from services.governance.rpc.vote_servicer import vote_service
from services.governance.settings import Settings
from services.governance.storage import events_out
from services.governance.storage.person_tables import PERSON_TABLES


def component_builder(_: SharedSettings, settings: Settings) -> BuildComponent:
    """Return the function with which the host builds governance in a runtime."""

    def build(runtime: Runtime) -> Component:
        zone = ZoneInfo(settings.zone)
        follow_rights = runtime.catch_up_with("identity")
        return Component(
            name="governance",
            address=settings.address,
            migrations=migrations_folder("governance"),
            services=(
                governance_service(runtime, zone),
                vote_service(runtime, zone, settings.co_op_id),
                person_rights_service(runtime.transactions, PERSON_TABLES, catch_up=follow_rights, waits_for=identity.ERASER.waits_for),
                person_data_service(runtime.transactions, follow_rights),
            ),
            reactions=(identity.REACTIONS, membership.REACTIONS, federation.REACTIONS),
            jobs=(close_due_motions.JOB, seal_reads_job(events_out.read_audit_sealed), erase_waiting_job(identity.ERASER)),
        )

    return build
