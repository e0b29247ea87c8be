"""The RPCs about consent and capacity."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from kith.identity.v1 import consent_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.engine import UnitOfWork
from libs.rpc.binding import BoundService, bind, command, handler, query
from libs.rpc.transactions import Transactions
from libs.sealing import PersonSealer
from services.identity.commands.record_capacity import record_capacity
from services.identity.commands.record_consent import record_consent
from services.identity.commands.withdraw_consent import withdraw_consent
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.queries.get_consents import get_consents
from services.identity.rpc import consent_translate as translate

Request = TypeVar("Request", pb.RecordConsentRequest, pb.RecordCapacityRequest)
Response = TypeVar("Response", pb.RecordConsentResponse, pb.RecordCapacityResponse)


def consent_service(transactions: Transactions, sealer: PersonSealer, hasher: KeyedHasher, zone: ZoneInfo) -> BoundService:
    async def record_consent_method(transactions: Transactions, request: pb.RecordConsentRequest) -> pb.RecordConsentResponse:
        (new,) = translate.new_consent(request)

        async def run(work: UnitOfWork) -> pb.RecordConsentResponse:
            return pb.RecordConsentResponse(consent_id=str(await record_consent(work, new, zone=zone, sealer=sealer)))

        return await _without_words(transactions, request, pb.RecordConsentResponse, hasher, run)

    async def record_capacity_method(transactions: Transactions, request: pb.RecordCapacityRequest) -> pb.RecordCapacityResponse:
        (new,) = translate.new_capacity_record(request)

        async def run(work: UnitOfWork) -> pb.RecordCapacityResponse:
            return pb.RecordCapacityResponse(capacity_id=str(await record_capacity(work, new, zone=zone, sealer=sealer)))

        return await _without_words(transactions, request, pb.RecordCapacityResponse, hasher, run)

    read = partial(get_consents, zone=zone, sealer=sealer)
    return bind(
        pb,
        "ConsentService",
        transactions,
        {
            "RecordConsent": while_acting("consents", handler(record_consent_method)),
            "WithdrawConsent": while_acting(
                "consents", command(translate.consent_id, withdraw_consent, lambda _: pb.WithdrawConsentResponse())
            ),
            "RecordCapacity": handler(record_capacity_method),
            "GetConsents": while_acting("consents", query(translate.person_id, read, partial(translate.get_consents_response, zone=zone))),
        },
    )


async def _without_words(
    transactions: Transactions,
    request: Request,
    response: type[Response],
    hasher: KeyedHasher,
    run: Callable[[UnitOfWork], Awaitable[Response]],
) -> Response:
    """The command under its idempotency key. For repeats a hash of the request is stored, and a plain one would confirm a guess of what
    somebody said, even after it was erased: a keyed hash takes the place of all its fields.
    """
    digest = hasher.digest("consent asked for", request.SerializeToString(deterministic=True).hex())
    hashed = type(request)(request_id=request.request_id, about=digest.hex())
    return await transactions.command(hashed, response, run)
