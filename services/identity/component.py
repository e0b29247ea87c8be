"""Wiring of the identity service."""

from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import get_global
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from libs.access.person_data import person_data_service
from libs.access.person_rights import person_rights_service
from libs.callers.relying_party import relying_party_of
from libs.host.component import BuildComponent, Component, Runtime
from libs.host.dispose_records import dispose_records_job
from libs.host.seal_reads import seal_reads_job
from libs.host.settings import SharedSettings
from libs.sealing import PersonSealer
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.jobs import erase_persons, forget_old_sign_ins, forget_unfinished_files
from services.identity.jobs.end_former_members_sessions import end_former_members_sessions_job
from services.identity.jobs.end_past_relationships import end_past_relationships_job
from services.identity.jobs.expire_credentials import expire_credentials_job
from services.identity.jobs.follow_merges import follow_merges_job
from services.identity.jobs.refold_identity_keys import refold_identity_keys_job
from services.identity.jobs.remind_of_data_requests import remind_of_data_requests_job
from services.identity.jobs.remind_of_holds import remind_of_holds_job
from services.identity.reactions import erasures, governance, matching, membership
from services.identity.reactions.lost_events import LOST_EVENT_HANDLERS
from services.identity.rpc.consent_servicer import consent_service
from services.identity.rpc.credential_servicer import credential_service, file_service
from services.identity.rpc.data_request_servicer import data_request_service
from services.identity.rpc.emergency_servicer import emergency_service
from services.identity.rpc.helping_servicer import helping_service
from services.identity.rpc.notice_servicer import notice_service
from services.identity.rpc.passkey_servicer import passkey_service
from services.identity.rpc.record_servicer import record_service
from services.identity.rpc.recovery_servicer import recovery_service
from services.identity.rpc.relationship_servicer import relationship_service
from services.identity.rpc.secret_methods import SecretMethods
from services.identity.rpc.servicer import identity_service
from services.identity.settings import Settings
from services.identity.storage import events_out
from services.identity.storage.passwords import Argon2Hasher
from services.identity.storage.person_tables import PERSON_TABLES


def component_builder(_shared: SharedSettings, settings: Settings) -> BuildComponent:
    zone = ZoneInfo(settings.zone)
    # A number without a country code is one of the country in which the co-op is (CLDR's territory of its zone).
    country = str(get_global("zone_territories").get(settings.zone, ""))

    def build(runtime: Runtime) -> Component:
        hasher = _secret_hasher(settings.codes_key_file)
        limits, token_key = settings.session_limits(), _signing_key(settings.token_signing_key_file)
        secrets = SecretMethods(hasher, token_key, Argon2Hasher(), limits, settings.co_op_name)
        sealer = PersonSealer(hasher.key)
        return Component(
            name="identity",
            address=settings.address,
            migrations=Path(__file__).parent / "storage" / "migrations",
            services=(
                identity_service(runtime.transactions, secrets, country),
                data_request_service(runtime.transactions, zone, runtime.catch_up_with("membership")),
                person_rights_service(runtime.transactions, PERSON_TABLES, sealer),
                emergency_service(runtime.transactions, sealer),
                person_data_service(runtime.transactions),
                relationship_service(runtime.transactions, zone, sealer),
                credential_service(runtime.transactions, sealer, zone),
                file_service(runtime.transactions, sealer),
                record_service(runtime.transactions, sealer),
                passkey_service(runtime.transactions, hasher, relying_party_of(settings.public_url), limits),
                recovery_service(runtime.transactions, hasher, country, limits),
                helping_service(runtime.transactions, hasher, limits),
                notice_service(runtime.transactions, hasher),
                consent_service(runtime.transactions, sealer, zone),
            ),
            reactions=(
                membership.reactions(zone),
                governance.REACTIONS,
                matching.REACTIONS,
                erasures.SCHEDULING_REACTIONS,
                erasures.WEB_REACTIONS,
            ),
            lost_event_handlers=LOST_EVENT_HANDLERS,
            jobs=(
                forget_old_sign_ins.JOB,
                end_former_members_sessions_job(zone),
                refold_identity_keys_job(country),
                remind_of_data_requests_job(zone),
                seal_reads_job(events_out.read_audit_sealed),
                end_past_relationships_job(zone),
                expire_credentials_job(zone),
                forget_unfinished_files.JOB,
                erase_persons.JOB,
                follow_merges_job(sealer, zone),
                remind_of_holds_job(zone),
                dispose_records_job(PERSON_TABLES, zone, [runtime.catch_up_with(source) for source in ("membership", "governance")]),
            ),
        )

    return build


def _secret_hasher(file: Path) -> KeyedHasher:
    key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    if len(key) != 32:
        message = f"{file} does not hold 32 bytes in hex"
        raise ValueError(message)
    return KeyedHasher(key)


def _signing_key(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{file} holds no Ed25519 private key"
        raise TypeError(message)
    return key
