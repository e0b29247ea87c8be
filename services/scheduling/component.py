"""Wiring of the scheduling service."""

from zoneinfo import ZoneInfo

from libs.access.person_data import person_data_service
from libs.access.person_rights import person_rights_service
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.dispose_records import dispose_records_job
from libs.host.erase_waiting import erase_waiting_job
from libs.host.seal_reads import seal_reads_job
from libs.host.settings import SharedSettings
from services.database_setup import migrations_folder
from services.scheduling.jobs import (
    confirm_by_timer,
    forget_past_weeks,
    give_back_uncleared,
    plan_series_visits,
    raise_alerts,
    settle_covers,
)
from services.scheduling.jobs.make_week_drafts import week_draft_maker
from services.scheduling.jobs.tell_watch import WatchJob
from services.scheduling.reactions import governance, identity, matching
from services.scheduling.rpc.activity_servicer import activity_service
from services.scheduling.rpc.calendar_servicer import calendar_service
from services.scheduling.rpc.cover_servicer import cover_service
from services.scheduling.rpc.engagement_servicer import engagement_service
from services.scheduling.rpc.funding_servicer import funding_service
from services.scheduling.rpc.pay_period_servicer import pay_period_service
from services.scheduling.rpc.series_servicer import series_service
from services.scheduling.rpc.visit_record_servicer import visit_record_service
from services.scheduling.rpc.visit_servicer import visit_service
from services.scheduling.rpc.watch_servicer import watch_service
from services.scheduling.rpc.week_draft_servicer import week_draft_service
from services.scheduling.rpc.worker_week_servicer import worker_week_service
from services.scheduling.rpc.working_time_servicer import working_time_service
from services.scheduling.settings import Settings
from services.scheduling.storage import events_out
from services.scheduling.storage.person_tables import PERSON_TABLES


def component_builder(_: SharedSettings, settings: Settings) -> BuildComponent:
    zone = ZoneInfo(settings.zone)

    def build(runtime: Runtime) -> Component:
        catch_up, watch, eraser = runtime.catch_up_with("identity"), WatchJob(runtime), identity.eraser(zone)
        return Component(
            name="scheduling",
            address=settings.address,
            migrations=migrations_folder("scheduling"),
            services=(
                visit_service(runtime, zone),
                worker_week_service(runtime, zone),
                visit_record_service(runtime, zone),
                series_service(runtime, zone),
                calendar_service(runtime),
                funding_service(runtime, zone),
                engagement_service(runtime),
                working_time_service(runtime, zone),
                pay_period_service(runtime, zone),
                activity_service(runtime, zone),
                cover_service(runtime),
                watch_service(runtime, zone),
                week_draft_service(runtime, zone, settings.draft_iterations),
                person_data_service(runtime.transactions, catch_up),
                person_rights_service(runtime.transactions, PERSON_TABLES, catch_up=catch_up),
            ),
            reactions=(identity.reactions(eraser), matching.REACTIONS, governance.REACTIONS),
            jobs=(
                give_back_uncleared.job(runtime),
                forget_past_weeks.job(zone),
                confirm_by_timer.JOB,
                settle_covers.JOB,
                plan_series_visits.job(zone),
                raise_alerts.JOB,
                watch.job,
                dispose_records_job(PERSON_TABLES, zone, [catch_up, runtime.catch_up_with("governance")]),
                seal_reads_job(events_out.read_audit_sealed),
                erase_waiting_job(eraser),
            ),
            reasons=watch.reasons,
            leader_tasks=(week_draft_maker(runtime, zone),),
        )

    return build
