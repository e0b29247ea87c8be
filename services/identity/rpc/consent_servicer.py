"""The RPCs about consent and capacity."""

from functools import partial
from zoneinfo import ZoneInfo

from kith.identity.v1 import consent_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.transactions import Transactions
from libs.sealing import PersonSealer
from services.identity.commands.record_capacity import record_capacity
from services.identity.commands.record_consent import record_consent
from services.identity.commands.withdraw_consent import withdraw_consent
from services.identity.queries.get_consents import get_consents
from services.identity.rpc import consent_translate as translate


def consent_service(transactions: Transactions, sealer: PersonSealer, zone: ZoneInfo) -> BoundService:
    record = partial(record_consent, zone=zone, sealer=sealer)
    record_ability = partial(record_capacity, zone=zone, sealer=sealer)
    read = partial(get_consents, zone=zone, sealer=sealer)
    return bind(
        pb,
        "ConsentService",
        transactions,
        {
            "RecordConsent": while_acting(
                "consents",
                command(translate.new_consent, record, lambda consent: pb.RecordConsentResponse(consent_id=str(consent))),
            ),
            "WithdrawConsent": while_acting(
                "consents", command(translate.consent_id, withdraw_consent, lambda _: pb.WithdrawConsentResponse())
            ),
            "RecordCapacity": command(
                translate.new_capacity_record, record_ability, lambda capacity: pb.RecordCapacityResponse(capacity_id=str(capacity))
            ),
            "GetConsents": while_acting("consents", query(translate.person_id, read, partial(translate.get_consents_response, zone=zone))),
        },
    )
