"""Wiring of the scheduling service."""

from zoneinfo import ZoneInfo

from libs.access.person_data import person_data_service
from libs.access.person_rights import person_rights_service
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.dispose_records import dispose_records_job
from libs.host.erase_waiting import erase_waiting_job
from libs.host.seal_reads import seal_reads_job
from libs.host.settings import SharedSettings
from libs.places import read_places
from services.database_setup import migrations_folder
from services.scheduling.commands.prepare_week_draft import DraftSettings
from services.scheduling.domain.ways import read_ways
from services.scheduling.jobs import (
    call_off_visits_of_deceased,
    confirm_by_timer,
    forget_past_weeks,
    give_back_uncleared,
    plan_series_visits,
    raise_alerts,
    send_day_sheets,
    settle_covers,
)
from services.scheduling.jobs.make_week_drafts import week_draft_maker
from services.scheduling.jobs.tell_watch import WatchJob
from services.scheduling.reactions import governance, identity, matching, membership
from services.scheduling.rpc.activity_servicer import activity_service
from services.scheduling.rpc.calendar_servicer import calendar_service
from services.scheduling.rpc.cover_servicer import cover_service
from services.scheduling.rpc.day_sheet_servicer import day_sheet_service
from services.scheduling.rpc.engagement_servicer import engagement_service
from services.scheduling.rpc.funding_servicer import funding_service
from services.scheduling.rpc.group_activity_servicer import group_activity_service
from services.scheduling.rpc.pay_period_servicer import pay_period_service
from services.scheduling.rpc.series_servicer import series_service
from services.scheduling.rpc.sharing_servicer import sharing_service
from services.scheduling.rpc.visit_gap_servicer import visit_gap_service
from services.scheduling.rpc.visit_record_servicer import visit_record_service
from services.scheduling.rpc.visit_servicer import visit_service
from services.scheduling.rpc.visit_task_servicer import visit_task_service
from services.scheduling.rpc.watch_servicer import watch_service
from services.scheduling.rpc.week_draft_servicer import week_draft_service
from services.scheduling.rpc.whole_visit_servicer import whole_visit_service
from services.scheduling.rpc.worker_week_servicer import worker_week_service
from services.scheduling.rpc.working_time_servicer import working_time_service
from services.scheduling.settings import Settings
from services.scheduling.storage import events_out
from services.scheduling.storage.person_tables import PERSON_TABLES


def component_builder(_: SharedSettings, settings: Settings) -> BuildComponent:
    zone, ways = ZoneInfo(settings.zone), read_ways(read_places(settings.places_file), settings.travel_folder)

    def build(runtime: Runtime) -> Component:
        runtime.believe_hats_only_while_followed()
        catch_up, watch, eraser = runtime.catch_up_with("identity"), WatchJob(runtime), identity.eraser(zone)
        return Component(
            name="scheduling",
            address=settings.address,
            migrations=migrations_folder("scheduling"),
            services=(
                visit_service(runtime, zone),
                worker_week_service(runtime, zone),
                visit_task_service(runtime, zone),
                visit_record_service(runtime, zone),
                whole_visit_service(runtime),
                series_service(runtime, zone),
                visit_gap_service(runtime, zone),
                sharing_service(runtime, zone),
                calendar_service(runtime),
                day_sheet_service(runtime),
                funding_service(runtime, zone),
                engagement_service(runtime),
                working_time_service(runtime, zone),
                pay_period_service(runtime, zone),
                activity_service(runtime, zone),
                group_activity_service(runtime, zone),
                cover_service(runtime),
                watch_service(runtime, zone),
                week_draft_service(runtime, zone, ways, settings.draft_iterations),
                person_data_service(runtime.transactions, catch_up),
                person_rights_service(runtime.transactions, PERSON_TABLES, catch_up=catch_up, waits_for=eraser.waits_for),
            ),
            reactions=(identity.reactions(eraser, zone), matching.REACTIONS, membership.REACTIONS, governance.REACTIONS),
            jobs=(
                call_off_visits_of_deceased.job(runtime, zone),
                give_back_uncleared.job(runtime),
                forget_past_weeks.job(zone),
                confirm_by_timer.JOB,
                settle_covers.JOB,
                plan_series_visits.job(zone),
                raise_alerts.JOB,
                send_day_sheets.job(zone),
                watch.job,
                dispose_records_job(PERSON_TABLES, zone, [catch_up, runtime.catch_up_with("governance")]),
                seal_reads_job(events_out.read_audit_sealed),
                erase_waiting_job(eraser),
            ),
            reasons=watch.reasons,
            leader_tasks=(week_draft_maker(runtime, DraftSettings(zone, ways)),),
        )

    return build
