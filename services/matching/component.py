"""Wiring of the matching service."""

from zoneinfo import ZoneInfo

from libs.access.person_data import person_data_service
from libs.access.person_rights import person_rights_service
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.dispose_records import dispose_records_job
from libs.host.seal_reads import seal_reads_job
from libs.host.settings import SharedSettings
from libs.places import read_places
from services.database_setup import migrations_folder
from services.matching.domain.districts import read_districts
from services.matching.jobs import (
    close_reviews,
    close_team_questions,
    end_introductions,
    end_places,
    end_tasks,
    follow_concerns,
    forget_passed,
    run_matching_day,
)
from services.matching.reactions import federation, governance, identity, membership, scheduling
from services.matching.rpc.ask_servicer import ask_service
from services.matching.rpc.call_out_servicer import call_out_service
from services.matching.rpc.concern_servicer import concern_service
from services.matching.rpc.introduction_servicer import introduction_service
from services.matching.rpc.matching_day_servicer import matching_day_service
from services.matching.rpc.partner_servicer import partner_service
from services.matching.rpc.peer_post_servicer import peer_post_service
from services.matching.rpc.peer_servicer import peer_service
from services.matching.rpc.referral_servicer import referral_service
from services.matching.rpc.review_servicer import review_service
from services.matching.rpc.suggestion_servicer import suggestion_service
from services.matching.rpc.support_profile_servicer import support_profile_service
from services.matching.rpc.task_servicer import task_service
from services.matching.rpc.team_question_servicer import team_question_service
from services.matching.rpc.team_servicer import team_service
from services.matching.rpc.waiting_servicer import waiting_service
from services.matching.settings import Settings
from services.matching.storage import events_out
from services.matching.storage.person_tables import PERSON_TABLES


def component_builder(_: SharedSettings, settings: Settings) -> BuildComponent:
    zone, places = ZoneInfo(settings.zone), read_places(settings.places_file)
    districts = read_districts(places)

    def build(runtime: Runtime) -> Component:
        runtime.believe_hats_only_while_followed()
        catch_up = runtime.catch_up_with("identity")
        return Component(
            name="matching",
            address=settings.address,
            migrations=migrations_folder("matching"),
            services=(
                support_profile_service(runtime, places, zone),
                suggestion_service(runtime, zone),
                call_out_service(runtime, zone),
                ask_service(runtime, districts, zone),
                concern_service(runtime, zone),
                introduction_service(runtime, zone),
                matching_day_service(runtime, zone),
                peer_post_service(runtime, zone),
                peer_service(runtime, zone),
                partner_service(runtime, zone),
                referral_service(runtime, zone),
                review_service(runtime, zone),
                task_service(runtime, zone),
                team_question_service(runtime, zone),
                team_service(runtime, zone),
                waiting_service(runtime, zone),
                person_data_service(runtime.transactions, catch_up),
                person_rights_service(runtime.transactions, PERSON_TABLES, catch_up=catch_up),
            ),
            reactions=(
                identity.REACTIONS,
                membership.reactions(zone),
                governance.REACTIONS,
                federation.REACTIONS,
                scheduling.REACTIONS,
            ),
            jobs=(
                end_introductions.JOB,
                close_reviews.JOB,
                close_team_questions.job(zone),
                follow_concerns.JOB,
                end_places.job(runtime),
                end_tasks.job(zone, runtime),
                forget_passed.job(zone),
                dispose_records_job(PERSON_TABLES, zone, [catch_up, runtime.catch_up_with("governance")]),
                run_matching_day.job(zone, runtime),
                seal_reads_job(events_out.read_audit_sealed),
            ),
        )

    return build
